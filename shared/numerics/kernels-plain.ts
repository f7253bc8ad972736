/** The kernels in plain TypeScript: the reference for those in WebAssembly, and what runs where they cannot. */

import { exp } from './elementary.ts';
import {
  halfLogTwoPi,
  parametersOf,
  type ConditionedModel,
  type Kernels,
  type Observations,
} from './kernels-contract.ts';
import {
  cholesky,
  inverseFromCholesky,
  logDeterminant,
  solveLower,
  solveLowerRows,
  solveLowerTransposed,
  solveLowerTransposedRows,
} from './linear-algebra.ts';
import { addPredictionGradients } from './prediction-gradients.ts';
import { meanOf, meanPrecision } from './prior-mean.ts';
import { squaredDifference, squaredDistances } from './squared-distances.ts';

export const plainKernels: Kernels = {
  kind: 'plain',
  gemm,
  cholesky,
  solveLowerRows,
  solveLowerTransposedRows,
  inverseFromCholesky,
  matern52,
  logLikelihood,
  condition,
  predict,
  predictGradient,
};

function gemm(alpha: number, a: Float64Array, b: Float64Array, c: Float64Array, m: number, n: number, k: number): void {
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let l = 0; l < k; l++) sum += a[i * k + l] * b[j * k + l];
      c[i * n + j] += alpha * sum;
    }
  }
}

function matern52(q: Float64Array, s: number, value: Float64Array, slope: Float64Array): void {
  for (let i = 0; i < q.length; i++) {
    const square = 5 * q[i];
    const root = Math.sqrt(square);
    const decay = s * exp(-root);
    value[i] = decay * (1 + root + square / 3);
    slope[i] = (-5 / 6) * decay * (1 + root);
  }
}

function logLikelihood(observations: Observations, logParameters: Float64Array, gradient: Float64Array): number {
  const { n, d, x, y, isCategory } = observations;
  const { w, v } = parametersOf(logParameters);
  const { covariances, slopes } = covariance(observations, logParameters);
  gradient.fill(0);
  if (!cholesky(covariances, n, covariances)) return -Infinity;
  const { mean, whitened } = withoutMean(covariances, y, n);
  const alpha = solveLowerTransposed(covariances, whitened, n);
  const fit = dot(whitened, whitened);
  const value = -0.5 * (fit + meanPrecision * mean * mean + logDeterminant(covariances, n)) - n * halfLogTwoPi;

  // ∂/∂θ = ½ tr((αα' - K⁻¹) ∂K/∂θ). With K - vI for ∂K/∂log s the trace is y'α - n - v tr(αα' - K⁻¹): no second pass
  // over K.
  const inverse = inverseFromCholesky(covariances, n, covariances);
  let trace = dot(alpha, alpha);
  for (let i = 0; i < n; i++) {
    trace -= inverse[i * n + i];
    for (let j = 0; j < i; j++) {
      const factor = (alpha[i] * alpha[j] - inverse[i * n + j]) * slopes[i * n + j];
      for (let c = 0; c < d; c++)
        gradient[c] += factor * w[c] * squaredDifference(x[i * d + c], x[j * d + c], isCategory[c]);
    }
  }
  gradient[d] = 0.5 * (fit - n - v * trace);
  gradient[d + 1] = 0.5 * v * trace;
  return value;
}

function condition(observations: Observations, logParameters: Float64Array): ConditionedModel | undefined {
  const { n, y } = observations;
  const l = covariance(observations, logParameters).covariances;
  if (!cholesky(l, n, l)) return undefined;
  const { mean, whitened } = withoutMean(l, y, n);
  const alpha = solveLowerTransposed(l, whitened, n);
  return { observations, logParameters: logParameters.slice(), l, mean, whitened, alpha };
}

/** m and L⁻¹ (y - m). */
function withoutMean(l: Float64Array, y: Float64Array, n: number): { mean: number; whitened: Float64Array } {
  const whitened = solveLower(l, y, n);
  const ones = solveLower(l, new Float64Array(n).fill(1), n);
  const mean = meanOf(ones, whitened, n);
  for (let i = 0; i < n; i++) whitened[i] -= mean * ones[i];
  return { mean, whitened };
}

function predict(
  model: ConditionedModel,
  z: Float64Array,
  m: number,
  mean: Float64Array,
  variance: Float64Array,
): void {
  const { n } = model.observations;
  const { s } = parametersOf(model.logParameters);
  const { values } = crossCovariance(model, z, m);
  for (let i = 0; i < m; i++) mean[i] = model.mean + dot(values.subarray(i * n, (i + 1) * n), model.alpha);
  solveLowerRows(model.l, values, n, m, values);
  for (let i = 0; i < m; i++) {
    const row = values.subarray(i * n, (i + 1) * n);
    variance[i] = Math.max(s - dot(row, row), 0);
  }
}

function predictGradient(
  model: ConditionedModel,
  z: Float64Array,
  meanGradient: Float64Array,
  varianceGradient: Float64Array,
): { mean: number; variance: number } {
  const { n } = model.observations;
  const { s } = parametersOf(model.logParameters);
  const { values, slopes } = crossCovariance(model, z, 1);
  const mean = model.mean + dot(values, model.alpha);
  solveLower(model.l, values, n, values);
  const variance = Math.max(s - dot(values, values), 0);
  solveLowerTransposed(model.l, values, n, values);
  addPredictionGradients(model, z, slopes, values, meanGradient, varianceGradient);
  return { mean, variance };
}

/** K and the slopes of its elements in q, n×n each. */
function covariance(
  { n, d, x, isCategory }: Observations,
  logParameters: Float64Array,
): { covariances: Float64Array; slopes: Float64Array } {
  const { w, s, v } = parametersOf(logParameters);
  const covariances = squaredDistances(x, n, x, n, d, w, isCategory);
  const slopes = new Float64Array(n * n);
  matern52(covariances, s, covariances, slopes);
  for (let i = 0; i < n; i++) covariances[i * n + i] += v;
  return { covariances, slopes };
}

/** k(Z, X) and its slopes in q, m×n each. */
function crossCovariance(
  { observations: { n, d, x, isCategory }, logParameters }: ConditionedModel,
  z: Float64Array,
  m: number,
): { values: Float64Array; slopes: Float64Array } {
  const { w, s } = parametersOf(logParameters);
  const values = squaredDistances(z, m, x, n, d, w, isCategory);
  const slopes = new Float64Array(m * n);
  matern52(values, s, values, slopes);
  return { values, slopes };
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}
