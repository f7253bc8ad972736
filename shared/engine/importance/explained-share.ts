import type { ConditionedModel } from '../../numerics/kernels-plain.ts';
import { kernels } from '../gp/kernels.ts';

/**
 * How much of the spread of the values a model foretells when each trial is asked about without being known: 1 minus the
 * squares of the errors over those of the values. Below 0 for a model that has learnt from chance.
 * The error of trial i is α_i / (K⁻¹)_ii: Rasmussen & Williams, "Gaussian processes for machine learning" (2006), eq.
 * 5.12. O(n³).
 */
export function explainedShare({ observations: { n, y }, l, alpha }: ConditionedModel): number {
  const inverse = kernels.inverseFromCholesky(l, n);
  const mean = y.reduce((sum, one) => sum + one, 0) / n;
  let [errors, spread] = [0, 0];
  for (let i = 0; i < n; i++) {
    errors += (alpha[i] / inverse[i * n + i]) ** 2;
    spread += (y[i] - mean) ** 2;
  }
  return spread > 0 ? 1 - errors / spread : 0;
}
