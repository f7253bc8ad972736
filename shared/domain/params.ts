import { cellOf, cellValue } from './cells.ts';
import { domainOf, type Fault, type Parameter, type Params, type ParamValue } from './parameter.ts';
import type { Space } from './space.ts';

/** A refused params document: what is wrong, and whether the name itself is unknown. */
export interface ParamsFault extends Fault {
  unknown?: boolean;
}

/**
 * Checks given params against the space and writes them canonically (stepped values exactly on their step).
 * @param missing what to do about an active parameter that has no value: take its default or fail; or leave it open.
 */
export function checkParams(
  space: Space,
  given: Params,
  missing: 'default' | 'refuse' | 'open',
): { params: Params } | { faults: ParamsFault[] } {
  const faults: ParamsFault[] = [];
  for (const name of Object.keys(given)) {
    if (!space.indexOf.has(name)) {
      faults.push({ path: [name], message: 'is not a parameter of the space', input: given[name], unknown: true });
    }
  }
  const values: (ParamValue | undefined)[] = space.names.map(() => undefined);
  // Neither active with a value nor inactive: left open, or at fault itself.
  const undecided = new Set<number>();
  for (const i of space.order) {
    const name = space.names[i];
    const value = Object.hasOwn(given, name) ? given[name] : undefined;
    const blocking = blockingParent(space, i, values, undecided);
    if (blocking !== undefined) {
      const message = `is inactive because ${blocking}: leave it out`;
      if (value !== undefined) faults.push({ path: [name], message, input: value });
      continue;
    }
    const isUndecided = space.conditions[i].some(({ parent }) => undecided.has(parent));
    const parameter = space.parameters[i];
    const taken = value ?? (missing === 'default' && !isUndecided ? parameter.default : undefined);
    if (taken === undefined) {
      undecided.add(i);
      if (missing !== 'open' && !isUndecided)
        faults.push({ path: [name], message: `must be given${hintOfDefault(missing)}`, input: undefined });
      continue;
    }
    values[i] = canonicalValue(parameter, taken);
    if (values[i] === undefined) {
      undecided.add(i);
      faults.push({ path: [name], message: `must be ${domainOf(parameter)}`, input: value });
    }
  }
  if (faults.length > 0) return { faults };
  const params: Params = {};
  space.names.forEach((name, i) => {
    if (values[i] !== undefined) params[name] = values[i];
  });
  return { params };
}

function hintOfDefault(missing: 'default' | 'refuse' | 'open'): string {
  return missing === 'default' ? ', because the parameter has no default' : '';
}

/** Which parent certainly makes parameter i inactive, as a clause; undefined when none does. */
function blockingParent(
  space: Space,
  i: number,
  values: readonly (ParamValue | undefined)[],
  undecided: ReadonlySet<number>,
): string | undefined {
  for (const { parent, values: wanted } of space.conditions[i]) {
    const value = values[parent];
    if (undecided.has(parent) || (value !== undefined && wanted.includes(value))) continue;
    return `${space.names[parent]} is ${value === undefined ? 'inactive' : JSON.stringify(value)}`;
  }
  return undefined;
}

/** The value as the parameter itself would write it, or undefined when it cannot have that value. */
function canonicalValue(parameter: Parameter, value: ParamValue): ParamValue | undefined {
  if (parameter.type === 'float' && parameter.step === undefined) {
    return typeof value === 'number' && value >= parameter.low && value <= parameter.high ? value : undefined;
  }
  const k = cellOf(parameter, value);
  return k === undefined ? undefined : cellValue(parameter, k);
}

/**
 * One string for one configuration: equal params give equal keys, whatever the order of their names.
 * It is what "the same configuration" means everywhere.
 */
export function paramsKey(params: Params): string {
  return JSON.stringify(
    Object.keys(params)
      .sort()
      .map((name) => [name, params[name]]),
  );
}
