import type { ConditionedModel } from '../../numerics/kernels-contract.ts';
import { meanPrecision } from '../../numerics/prior-mean.ts';
import { kernels } from '../gp/kernels.ts';
import { square } from './square.ts';

/**
 * How much of the spread of the values a model foretells when each trial is asked about without being known: 1 minus the
 * squares of the errors over those of the values. Below 0 for a model that has learnt from chance.
 * The error of trial i is α_i / Q_ii with Q = K⁻¹ - K⁻¹11'K⁻¹ / (1'K⁻¹1 + 4), as the mean of the prior is estimated
 * without the trial as well: Rasmussen & Williams (2006), eq. 5.12, with K + 11'/4 for K. O(n³).
 */
export function explainedShare({ observations: { n, y }, l, alpha }: ConditionedModel): number {
  const inverse = kernels.inverseFromCholesky(l, n);
  const sums = Float64Array.from({ length: n }, (_, i) => sumOf(inverse.subarray(i * n, (i + 1) * n)));
  const whole = sumOf(sums) + meanPrecision;
  const mean = sumOf(y) / n;
  let [errors, spread] = [0, 0];
  for (let i = 0; i < n; i++) {
    errors += square(alpha[i] / (inverse[i * n + i] - square(sums[i]) / whole));
    spread += square(y[i] - mean);
  }
  return spread > 0 ? 1 - errors / spread : 0;
}

function sumOf(values: Float64Array): number {
  return values.reduce((sum, one) => sum + one, 0);
}
