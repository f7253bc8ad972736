import { createGenerator, type Generator } from '../../shared/numerics/random.ts';
import { quantile } from '../quantiles.ts';

/** Values of runs: of each problem, one a seed. Problems may have different numbers of seeds, none has none. */
export type ByProblem = readonly (readonly number[])[];

/** A figure with the ends of its 90 % interval. */
export interface Estimate {
  value: number;
  low: number;
  high: number;
}

const bootstrapCount = 1000;
const bootstrapSeed = 20_261_124;
const tail = 0.05;

/** The mean over problems of the means over their seeds: every problem counts alike. */
export function meanOf(values: ByProblem): number {
  return mean(values.map(mean));
}

/** The mean, resampling problems, and of each problem its seeds. */
export function meanEstimate(values: ByProblem, resamples = bootstrapCount): Estimate {
  return estimate(values, meanOf, resamples);
}

/** The median over problems of what `of` makes of the seeds of one. */
export function medianEstimate<T>(values: readonly (readonly T[])[], of: (seeds: readonly T[]) => number): Estimate {
  return estimate(values, (problems) => quantile(problems.map(of), 0.5));
}

/** Any statistic of problems, resampling problems, and of each its seeds. */
export function estimate<T>(
  values: readonly (readonly T[])[],
  statistic: (problems: readonly (readonly T[])[]) => number,
  resamples = bootstrapCount,
): Estimate {
  const random = createGenerator(bootstrapSeed, 0);
  const found = Array.from({ length: resamples }, () =>
    statistic(resampled(random, values).map((seeds) => resampled(random, seeds))),
  );
  return { value: statistic(values), low: quantile(found, tail), high: quantile(found, 1 - tail) };
}

/** Ranks from 1; equal values share the mean of theirs. */
export function ranksOf(values: readonly number[]): number[] {
  return values.map((value) => {
    const smaller = values.filter((other) => other < value).length;
    const equal = values.filter((other) => other === value).length;
    return smaller + (equal + 1) / 2;
  });
}

/** How many values it takes to be at or below the target; one more than there are if that does not come. */
export function countToReach(values: readonly number[], target: number): number {
  const at = values.findIndex((value) => value <= target);
  return (at < 0 ? values.length : at) + 1;
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The mean of curves of equal length, point by point. */
export function meanCurve(curves: readonly (readonly number[])[]): number[] {
  return curves[0].map((_, t) => mean(curves.map((curve) => curve[t])));
}

function resampled<T>(random: Generator, values: readonly T[]): T[] {
  return values.map(() => values[random.nextBelow(values.length)]);
}
