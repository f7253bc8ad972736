import { cellCount, cellOf, cellValue } from '../domain/cells.ts';
import type { Parameter, Params, ParamValue } from '../domain/parameter.ts';
import type { Space } from '../domain/space.ts';

/**
 * The part of a space in which every configuration has the fixed values. A fixed child needs its parents active and at
 * values that activate it, and they need theirs: each parameter is left the values that all of this allows, with equal
 * shares. Constraints are kept and not looked at.
 * @param fixed canonical.
 * @returns the space itself when nothing is fixed; undefined when the conditions allow no such configuration.
 */
export function narrowTo(space: Space, fixed: Params): Space | undefined {
  const names = Object.keys(fixed);
  if (names.length === 0) return space;
  const allowed: (readonly ParamValue[] | undefined)[] = space.names.map(() => undefined);
  const allow = (i: number, values: readonly ParamValue[]): void => {
    allowed[i] = allowed[i]?.filter((value) => values.includes(value)) ?? values;
  };
  const activated = new Set<number>();
  const activate = (i: number): void => {
    if (activated.has(i)) return;
    activated.add(i);
    for (const { parent, values } of space.conditions[i]) {
      allow(parent, values);
      activate(parent);
    }
  };
  for (const name of names) {
    const i = space.indexOf.get(name)!;
    allow(i, [fixed[name]]);
    activate(i);
  }
  if (allowed.some((values) => values?.length === 0)) return undefined;
  return {
    ...space,
    parameters: space.parameters.map((parameter, i) => limited(parameter, allowed[i])),
    conditions: space.conditions.map((list) =>
      list.map(({ parent, values }) => ({
        parent,
        values: values.filter((value) => allowed[parent]?.includes(value) ?? true),
      })),
    ),
  };
}

/** The parameter with these values only, in its own order. */
function limited(parameter: Parameter, allowed: readonly ParamValue[] | undefined): Parameter {
  if (allowed === undefined) return parameter;
  if (allowed.length === 1) return { type: 'categorical', choices: [...allowed] };
  const cells = [...new Set(allowed.map((value) => cellOf(parameter, value)!))].sort((a, b) => a - b);
  // All of them: nothing is left out, and a log scale stays one.
  if (cells.length === cellCount(parameter)) return parameter;
  return { type: 'categorical', choices: cells.map((k) => cellValue(parameter, k)) };
}
