import type { Objective, Values } from '../../domain/objective.ts';
import type { TrialRecord } from '../ports/trials.ts';

/** What a configuration is worth by all its values: that of the trial itself and those of its confirmations. */
export interface Confirmed {
  /** How many values there are. */
  count: number;
  /** By objective. */
  mean: Values;
  /** Of the mean, by objective; undefined with one value. */
  standardError: Values | undefined;
  /** The confirmations with a value, by number. */
  by: number[];
  /** How many confirmations ended without one. */
  failures: number;
}

/** @param confirmations of the trial that are complete, infeasible or failed. */
export function confirmedBy(
  objectives: readonly Objective[],
  trial: TrialRecord,
  confirmations: readonly TrialRecord[],
): Confirmed {
  const complete = confirmations.filter(({ state }) => state === 'complete');
  const runs = [trial, ...complete].map(({ values }) => values!);
  const by = (statistic: (values: number[]) => number): Values =>
    Object.fromEntries(objectives.map(({ metric }) => [metric, statistic(runs.map((values) => values[metric]))]));
  return {
    count: runs.length,
    mean: by(mean),
    standardError: runs.length > 1 ? by(standardError) : undefined,
    by: complete.map(({ number }) => number),
    failures: confirmations.length - complete.length,
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value / values.length, 0);
}

function standardError(values: readonly number[]): number {
  const middle = mean(values);
  const deviations = values.map((value) => Math.abs(value - middle));
  // Values may be as large as 1e300, and their squares are not numbers.
  const largest = Math.max(...deviations);
  if (largest === 0) return 0;
  const squares = deviations.reduce((sum, one) => sum + (one / largest) ** 2, 0);
  return largest * Math.sqrt(squares / (values.length - 1) / values.length);
}
