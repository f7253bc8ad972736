import { allOf, topOf, type Members } from './best-trials.ts';
import { densityOf, pearsonDivergence, type Binned } from './density.ts';
import { square } from './square.ts';

/** By parameter, how far the best lie from all (see ped-anova.ts), of trials that count with these weights. */
export function divergences(
  columns: readonly Binned[],
  ranked: readonly number[][],
  weights: Float64Array,
  topCount: number,
): number[] {
  const top = topOf(ranked, weights, topCount);
  const all = allOf(weights);
  return columns.map((column) => divergence(sideOf(column, top), sideOf(column, all)));
}

/** How members lie on one parameter. */
interface Side {
  activeShare: number;
  density: Float64Array | undefined;
}

export function sideOf(column: Binned, { who, weights, total }: Members): Side {
  const counts = new Float64Array(column.count);
  let active = 0;
  for (let k = 0; k < who.length; k++) {
    const bin = column.binOf[who[k]];
    if (bin < 0) continue;
    counts[bin] += weights[k];
    active += weights[k];
  }
  return { activeShare: active / total, density: active === 0 ? undefined : densityOf(counts, column.isCategory) };
}

/** Of one parameter; 0 where it is active in none of them. */
export function divergence(top: Side, all: Side): number {
  if (!top.density || !all.density) return 0;
  return (square(top.activeShare) / all.activeShare) * pearsonDivergence(top.density, all.density);
}
