import type { Params } from '../domain/parameter.ts';

/** What is known about one trial that has ended, in the order in which they ended. */
export interface Observation {
  params: Params;
  /** Undefined for an infeasible configuration, or one that failed for good. */
  value: number | undefined;
  /** The values of the objectives after the first, where there are several; NaN for none. */
  further?: readonly number[];
}

/** The values that are numbers. */
export function finiteValues(observations: readonly Observation[]): Float64Array {
  return Float64Array.from(observations.flatMap(({ value }) => (value === undefined ? [] : [value])));
}
