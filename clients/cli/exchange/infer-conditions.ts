import type { Parameter, Params, ParamValue, SearchSpace } from '../api.ts';

type When = NonNullable<Parameter['when']>;

/**
 * When a parameter takes part that some trials do not have: by the values of a parameter with choices that tell the
 * trials that have it from those that do not. @throws Error with one sentence when there is none.
 */
export function inferConditions(space: SearchSpace, trials: readonly Params[]): Record<string, When> {
  const known = trials.filter((params) => Object.keys(params).length > 0);
  const found: Record<string, When> = {};
  for (const name of Object.keys(space)) {
    const having = known.filter((params) => Object.hasOwn(params, name));
    const lacking = known.filter((params) => !Object.hasOwn(params, name));
    if (lacking.length === 0) continue;
    const parent = Object.keys(space).find(
      (other) => other !== name && tellsApart(space[other], other, having, lacking),
    );
    if (parent === undefined)
      throw new Error(
        `${name} is in some trials only, and no other parameter says in which: describe the space with --space, and a condition for ${name}.`,
      );
    const values = [...new Set(having.map((params) => params[parent]))];
    found[name] = { [parent]: values.length === 1 ? values[0] : values };
  }
  return found;
}

function tellsApart(
  parameter: Parameter,
  name: string,
  having: readonly Params[],
  lacking: readonly Params[],
): boolean {
  if (parameter.type !== 'categorical') return false;
  if (!having.every((params) => Object.hasOwn(params, name))) return false;
  const values = new Set<ParamValue>(having.map((params) => params[name]));
  return lacking.every((params) => !Object.hasOwn(params, name) || !values.has(params[name]));
}
