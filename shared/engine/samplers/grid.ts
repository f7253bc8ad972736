import { cellCount } from '../../domain/cells.ts';
import type { Params } from '../../domain/parameter.ts';
import type { Sampler } from '../../domain/sampler.ts';
import type { Space } from '../../domain/space.ts';
import { permute } from '../../numerics/permutation.ts';
import { axisOf, pointsOf, type Configurations } from '../configurations.ts';

/** The cell of trial `number`: a seeded bijection of the numbers below the count, so nothing has to be remembered. */
export function gridCell(configurations: Configurations, seed: number, number: number): Params {
  return configurations.at(permute(BigInt(number), configurations.count, seed));
}

/**
 * The cell that params name: floats without a step moved onto the grid's own value when they are the same to 1e-9 of it.
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
    if (Math.abs(nearest - (value as number)) > 1e-9 * Math.abs(nearest)) return undefined;
    onto[name] = nearest;
  }
  return onto;
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
