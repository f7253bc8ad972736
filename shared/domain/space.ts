import { parseConstraint, holds, type Constraint } from './constraint/constraint.ts';
import type { Fault, Parameter, Params, ParamValue } from './parameter.ts';
import { parentsFirst, type SearchSpace } from './search-space.ts';

/** A search space made ready: lists instead of names, parents before children, constraints parsed. */
export interface Space {
  names: string[];
  parameters: Parameter[];
  /** Indices into `parameters`, every parent before its children. */
  order: number[];
  /** Per parameter: the parents' indices with the values that activate it. All must hold. */
  conditions: { parent: number; values: ParamValue[] }[][];
  constraints: Constraint[];
  indexOf: Map<string, number>;
}

/**
 * Makes a checked search space ready.
 * @returns the space, or what is wrong with the constraints (paths start at the constraint's index).
 */
export function spaceOf(parameters: SearchSpace, constraints: readonly string[]): Space | { faults: Fault[] } {
  const names = Object.keys(parameters);
  const indexOf = new Map(names.map((name, i) => [name, i]));
  const conditions = names.map((name) =>
    Object.entries(parameters[name].when ?? {}).map(([parent, value]) => ({
      parent: indexOf.get(parent)!,
      values: Array.isArray(value) ? value : [value],
    })),
  );
  const parsed = parseConstraints(parameters, constraints);
  if ('faults' in parsed) return parsed;
  return {
    names,
    parameters: names.map((name) => parameters[name]),
    order: parentsFirst(conditions.map((list) => list.map(({ parent }) => parent)))!,
    conditions,
    constraints: parsed.constraints,
    indexOf,
  };
}

/** Whether parameter i takes part when its parents have these values (undefined: the parent is inactive). */
export function isActive(space: Space, i: number, valueOf: (parent: number) => ParamValue | undefined): boolean {
  return space.conditions[i].every(({ parent, values }) => {
    const value = valueOf(parent);
    return value !== undefined && values.includes(value);
  });
}

/** Whether every constraint holds for these params. */
export function satisfiesConstraints(space: Space, params: Params): boolean {
  const valueOf = (name: string): number | undefined =>
    Object.hasOwn(params, name) ? (params[name] as number) : undefined;
  return space.constraints.every((constraint) => holds(constraint, valueOf));
}

function parseConstraints(
  parameters: SearchSpace,
  texts: readonly string[],
): { constraints: Constraint[] } | { faults: Fault[] } {
  const constraints: Constraint[] = [];
  const faults: Fault[] = [];
  texts.forEach((text, i) => {
    const parsed = parseConstraint(text);
    const message = 'refusal' in parsed ? parsed.refusal : namesFault(parameters, parsed);
    if (message !== undefined) faults.push({ path: [i], message, input: text });
    else constraints.push(parsed as Constraint);
  });
  return faults.length > 0 ? { faults } : { constraints };
}

function namesFault(parameters: SearchSpace, constraint: Constraint): string | undefined {
  for (const name of constraint.names) {
    if (!Object.hasOwn(parameters, name)) return unknownName(parameters, name);
    const parameter = parameters[name];
    const isNumeric =
      parameter.type === 'float' ||
      parameter.type === 'int' ||
      (parameter.type === 'ordinal' && typeof parameter.values[0] === 'number');
    const what = parameter.type === 'ordinal' ? 'an ordinal of texts' : `a ${parameter.type}`;
    if (!isNumeric)
      return `must name numeric parameters only, and ${name} is ${what}: that a parameter depends on it is said by its "when"`;
  }
  return undefined;
}

/** A dash outside of backticks is a minus: weight-decay is read as weight less decay. */
function unknownName(parameters: SearchSpace, name: string): string {
  const meant = Object.keys(parameters).find((known) => known.includes('-') && known.split('-').includes(name));
  const hint = meant === undefined ? '' : `: a name with dashes is written in backticks, \`${meant}\``;
  return `must name parameters of the space; there is no ${name}${hint}`;
}
