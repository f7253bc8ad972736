import { cellOf, cellValue } from './cells.ts';
import { domainOf, type Fault, type Parameter, type Params, type ParamValue } from './parameter.ts';
import { isActive, type Space } from './space.ts';

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
  for (const i of space.order) {
    const name = space.names[i];
    const value = Object.hasOwn(given, name) ? given[name] : undefined;
    if (!isActive(space, i, (parent) => values[parent])) {
      const isUndecided = missing === 'open' && space.conditions[i].some(({ parent }) => values[parent] === undefined);
      if (value !== undefined && !isUndecided) {
        faults.push({ path: [name], message: `is inactive${becauseOf(space, i, values)}: leave it out`, input: value });
        continue;
      }
      if (value === undefined) continue;
    }
    const parameter = space.parameters[i];
    if (value === undefined) {
      if (missing === 'open') continue;
      if (missing === 'default' && parameter.default !== undefined) values[i] = parameter.default;
      else faults.push({ path: [name], message: `must be given${hintOfDefault(missing)}`, input: undefined });
      continue;
    }
    const canonical = canonicalValue(parameter, value);
    if (canonical === undefined) faults.push({ path: [name], message: `must be ${domainOf(parameter)}`, input: value });
    else values[i] = canonical;
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

function becauseOf(space: Space, i: number, values: readonly (ParamValue | undefined)[]): string {
  const blocking = space.conditions[i].find(({ parent, values: wanted }) => !wanted.includes(values[parent]!));
  if (!blocking) return '';
  const parent = space.names[blocking.parent];
  const value = values[blocking.parent];
  return value === undefined ? ` because ${parent} is inactive` : ` because ${parent} is ${JSON.stringify(value)}`;
}

/** The value as the parameter itself would write it, or undefined when it cannot have that value. */
function canonicalValue(parameter: Parameter, value: ParamValue): ParamValue | undefined {
  if (parameter.type === 'float' && parameter.step === undefined) {
    return typeof value === 'number' && value >= parameter.low && value <= parameter.high ? value : undefined;
  }
  if (parameter.type === 'int' && !Number.isInteger(value)) return undefined;
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
