import { cellCount } from '../../domain/cells.ts';
import type { NumericParameter, Params } from '../../domain/parameter.ts';
import type { Sampler } from '../../domain/sampler.ts';
import type { Space } from '../../domain/space.ts';
import { permute } from '../../numerics/permutation.ts';
import { axisOf } from '../axis.ts';
import { pointsOf, type Configurations } from '../configurations.ts';

/** The cell of trial `number`: a seeded bijection of the numbers below the count, so nothing has to be remembered. */
export function gridCell(configurations: Configurations, seed: number, number: number): Params {
  return configurations.at(permute(BigInt(number), configurations.count, seed));
}

/**
 * The cell that params name: floats without a step moved onto the grid's own value when they are the same to 1e-9 of it
 * or, close to 0, to 1e-12 of the larger bound.
 * @returns undefined when a value is not on the grid.
 */
export function ontoGrid(space: Space, sampler: Sampler, params: Params): Params | undefined {
  if (sampler.kind !== 'grid') return params;
  const onto: Params = {};
  for (const [name, value] of Object.entries(params)) {
    const i = space.indexOf.get(name)!;
    if (cellCount(space.parameters[i]) !== undefined) {
      onto[name] = value;
      continue;
    }
    const axis = axisOf(space, i, pointsOf(sampler)(name))!;
    const nearest = nearestOf((k) => axis.valueAt(k) as number, axis.count, value as number);
    if (Math.abs(nearest - (value as number)) > toleranceOf(space.parameters[i] as NumericParameter, nearest))
      return undefined;
    onto[name] = nearest;
  }
  return onto;
}

/** On a linear scale the grid's 0 may be 1e-17 by rounding: there the size of the bounds counts. */
function toleranceOf({ scale, low, high }: NumericParameter, nearest: number): number {
  const rounding = scale === 'linear' ? 1e-12 * Math.max(Math.abs(low), Math.abs(high)) : 0;
  return Math.max(1e-9 * Math.abs(nearest), rounding);
}

/** The nearest of `count` rising values, by halving. */
function nearestOf(valueAt: (k: number) => number, count: number, value: number): number {
  let [low, high] = [0, count - 1];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (valueAt(middle) <= value) low = middle;
    else high = middle;
  }
  return value - valueAt(low) <= valueAt(high) - value ? valueAt(low) : valueAt(high);
}
