import type { Problem } from './problems.ts';
import type { Run } from './results.ts';

/** Closer to the optimum than this share of the way from the median counts as this. */
export const regretMin = 1e-4;

/**
 * log10 of the normalised regret of the incumbent after each trial: (f - best) / (median - best), f without noise.
 * The incumbent is what was told the least value. Where several were told the same least value, which of them is taken
 * is chance (of hpobench_car a third of all configurations are perfect under one seed): the score is then its
 * expectation, the mean over them.
 */
export function scoresOf(
  { best, median }: Pick<Problem, 'best' | 'median'>,
  { told, true: exact = told }: Run,
): number[] {
  const logRegrets = exact.map((value) => Math.log10(Math.max(regretMin, (value - best) / (median - best))));
  let [least, sum, count] = [Infinity, 0, 0];
  return told.map((value, i) => {
    if (value < least) [least, sum, count] = [value, 0, 0];
    if (value === least) [sum, count] = [sum + logRegrets[i], count + 1];
    return sum / count;
  });
}
