import { parametersOf, type ConditionedModel } from './kernels-contract.ts';

/**
 * The gradients of a prediction, in the notation of kernels-contract.ts:
 * ∇ mean = Σ α_j ∇k_j and ∇ variance = -2 Σ β_j ∇k_j with β = K⁻¹ k(z) and ∇k_j = 2 slope_j w (z - x_j).
 * @param z d. @param slopes, beta n. @param meanGradient, varianceGradient d; written. O(d n).
 */
export function addPredictionGradients(
  model: ConditionedModel,
  z: Float64Array,
  slopes: Float64Array,
  beta: Float64Array,
  meanGradient: Float64Array,
  varianceGradient: Float64Array,
): void {
  const { n, d, x, isCategory } = model.observations;
  const { w } = parametersOf(model.logParameters);
  meanGradient.fill(0);
  varianceGradient.fill(0);
  for (let j = 0; j < n; j++) {
    const ofMean = 2 * slopes[j] * model.alpha[j];
    const ofVariance = -4 * slopes[j] * beta[j];
    for (let c = 0; c < d; c++) {
      const step = z[c] - x[j * d + c];
      meanGradient[c] += ofMean * step;
      varianceGradient[c] += ofVariance * step;
    }
  }
  for (let c = 0; c < d; c++) {
    meanGradient[c] = isCategory[c] ? 0 : w[c] * meanGradient[c];
    varianceGradient[c] = isCategory[c] ? 0 : w[c] * varianceGradient[c];
  }
}
