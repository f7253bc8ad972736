import type { Params } from '../domain/parameter.ts';

/**
 * What is known about one trial that has come to an end which stands, in the order in which they ended. One that has
 * failed for good is none: it may be tried again, and is believed instead (gp/believe.ts).
 */
export interface Observation {
  params: Params;
  /** Undefined for an infeasible configuration. */
  value: number | undefined;
  /** The values of the objectives after the first, where there are several; NaN for none. */
  further?: readonly number[];
}

/** The values that are numbers. */
export function finiteValues(observations: readonly Observation[]): Float64Array {
  return Float64Array.from(observations.flatMap(({ value }) => (value === undefined ? [] : [value])));
}
