import { square } from './square.ts';

/**
 * How much of the variance of a function of independent coordinates each of them causes.
 *
 * First: alone, Var E[f | u_i] / V. Saltelli et al., "Variance based sensitivity analysis of model output", Computer
 * Physics Communications 181 (2010), table 2 (b).
 * Total: with all that it does together with others, E Var[f | all but u_i] / V. Jansen, "Analysis of variance designs
 * for model output", Computer Physics Communications 117 (1999), in the same table (f).
 */
export interface Indices {
  first: number;
  total: number;
}

/**
 * Estimates of the indices of coordinate i; they may be a little outside of [0, 1]. 0 for a function that is constant.
 * @param a, b values at two independent sets of points. @param c values at the points of a with coordinate i of b.
 */
export function sobolIndices(a: readonly number[], b: readonly number[], c: readonly number[]): Indices {
  const n = a.length;
  const mean = (sumOf(a) + sumOf(b)) / (2 * n);
  let [variance, first, total] = [0, 0, 0];
  for (let k = 0; k < n; k++) {
    // Half the squared difference of independent values: it moves with the other two, and the quotients less.
    variance += square(a[k] - b[k]) / 2;
    first += (b[k] - mean) * (c[k] - a[k]);
    total += square(a[k] - c[k]) / 2;
  }
  return variance > 0 ? { first: first / variance, total: total / variance } : { first: 0, total: 0 };
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, one) => sum + one, 0);
}
