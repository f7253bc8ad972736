/**
 * What the model asks of linear algebra, and its reference in plain TypeScript. kernels.ts does the same in
 * WebAssembly; the two agree to rounding, not to the bit.
 *
 * Notation: n points, d coordinates, m candidates. X n×d, y n, Z m×d. Log-parameters, d + 2: log w (inverse squared
 * lengthscales), log s (signal variance), log v (noise variance).
 * q(x, x') = Σ w_c δ_c with δ_c = (x_c - x'_c)², or for a categorical coordinate 0 where the two are equal and 1
 * where they are not. k = s·M(q) is Matérn-5/2. K n×n = k(X, X) + v I = L Lᵀ.
 * The prior has a constant mean m, itself normal with mean 0 and variance 1/4, since y has mean 0 and variance 1:
 * m = 1'K⁻¹y / (1'K⁻¹1 + 4). There a cluster of points counts for little more than one of them, so a search that crowds
 * around an optimum does not take the rest of the space for as good.
 * Rasmussen & Williams, "Gaussian Processes for Machine Learning" (2006): kernel (4.17), prediction (2.25-2.26),
 * likelihood (2.30), its gradient (5.9), constant mean (2.40-2.42).
 */

import { exp } from './elementary.ts';
import {
  cholesky,
  inverseFromCholesky,
  logDeterminant,
  solveLower,
  solveLowerRows,
  solveLowerTransposed,
  solveLowerTransposedRows,
} from './linear-algebra.ts';

export interface Observations {
  n: number;
  d: number;
  /** n×d. */
  x: Float64Array;
  /** n. */
  y: Float64Array;
  /** d. Which coordinates are only equal or not. */
  isCategory: readonly boolean[];
}

/**
 * A Gaussian process conditioned on its observations. Never changed: the WASM kernels keep the last one they were given
 * and know it by identity.
 */
export interface ConditionedModel {
  observations: Observations;
  /** d + 2. */
  logParameters: Float64Array;
  /** n×n lower, L. */
  l: Float64Array;
  /** m, the mean of the prior. */
  mean: number;
  /** n, L⁻¹ (y - m). */
  whitened: Float64Array;
  /** n, K⁻¹ (y - m). */
  alpha: Float64Array;
}

/** Those from `cholesky` to `inverseFromCholesky` are those of linear-algebra.ts, with the same shapes, aliasing and failures. */
export interface Kernels {
  /** 'simd' in WebAssembly; 'plain' where that is missing. */
  readonly kind: 'simd' | 'plain';
  /** C += α A Bᵀ. @param a m×k. @param b n×k. @param c m×n; must not overlap. 2mnk operations. */
  gemm(alpha: number, a: Float64Array, b: Float64Array, c: Float64Array, m: number, n: number, k: number): void;
  cholesky(a: Float64Array, n: number, out: Float64Array): boolean;
  solveLowerRows(l: Float64Array, b: Float64Array, n: number, m: number, out?: Float64Array): Float64Array;
  solveLowerTransposedRows(l: Float64Array, b: Float64Array, n: number, m: number, out?: Float64Array): Float64Array;
  inverseFromCholesky(l: Float64Array, n: number, out?: Float64Array): Float64Array;
  /**
   * s·M(q) = s (1 + √(5q) + 5q/3) e^-√(5q) and its slope in q, -5/6 s (1 + √(5q)) e^-√(5q), which is finite at 0.
   * @param q any length, finite and ≥ 0.
   * @param value, slope as long; each may be `q`.
   */
  matern52(q: Float64Array, s: number, value: Float64Array, slope: Float64Array): void;
  /**
   * log p(y | X) + log p(m) at the m that makes it largest, natural logarithm, up to a constant. O(n³ + d n²): a third of it the factor, the rest the inverse.
   * @param gradient d + 2, in the log-parameters; written.
   * @returns -∞, with a gradient of zeros, when K is not positive definite to rounding.
   */
  logLikelihood(observations: Observations, logParameters: Float64Array, gradient: Float64Array): number;
  /** @returns undefined when K is not positive definite to rounding. n³/3 operations. */
  condition(observations: Observations, logParameters: Float64Array): ConditionedModel | undefined;
  /**
   * Posterior mean and variance of the noiseless function.
   * @param z m×d.
   * @param mean, variance m; written; the variance is at least 0. O(m n²).
   */
  predict(model: ConditionedModel, z: Float64Array, m: number, mean: Float64Array, variance: Float64Array): void;
  /**
   * The gradients of mean and variance at one candidate, in its coordinates; 0 in categorical ones. O(n² + d n).
   * @param z d. @param meanGradient, varianceGradient d; written.
   */
  predictGradient(
    model: ConditionedModel,
    z: Float64Array,
    meanGradient: Float64Array,
    varianceGradient: Float64Array,
  ): { mean: number; variance: number };
}

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

/** e^p of log-parameters, taken apart. */
export function parametersOf(logParameters: Float64Array): { w: Float64Array; s: number; v: number } {
  const d = logParameters.length - 2;
  return { w: logParameters.subarray(0, d).map(exp), s: exp(logParameters[d]), v: exp(logParameters[d + 1]) };
}

/** ½ log 2π. */
export const halfLogTwoPi = 0.9189385332046727;

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
      for (let c = 0; c < d; c++) gradient[c] += factor * w[c] * difference(x[i * d + c], x[j * d + c], isCategory[c]);
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

/** 1 / the variance of m. */
export const meanPrecision = 4;

/** m of whitened ones and values, in the first n places. */
export function meanOf(ones: Float64Array, values: Float64Array, n: number): number {
  let [share, weight] = [0, meanPrecision];
  for (let i = 0; i < n; i++) {
    share += ones[i] * values[i];
    weight += ones[i] * ones[i];
  }
  return share / weight;
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

/**
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

/** q of the points of two sets, weighted squared distances, m×n. @param a m×d. @param b n×d. O(m n d). */
export function squaredDistances(
  a: Float64Array,
  m: number,
  b: Float64Array,
  n: number,
  d: number,
  w: Float64Array,
  isCategory: readonly boolean[],
): Float64Array {
  const out = new Float64Array(m * n);
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let c = 0; c < d; c++) sum += w[c] * difference(a[i * d + c], b[j * d + c], isCategory[c]);
      out[i * n + j] = sum;
    }
  }
  return out;
}

function difference(a: number, b: number, isCategory: boolean): number {
  if (isCategory) return a === b ? 0 : 1;
  return (a - b) * (a - b);
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}
