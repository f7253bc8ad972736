/**
 * What the model asks of linear algebra. kernels.ts does it in WebAssembly, kernels-plain.ts in TypeScript; the two agree
 * to rounding, not to the bit.
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

/**
 * Those from `cholesky` to `inverseFromCholesky` are those of linear-algebra.ts, with the same shapes, aliasing and
 * failures.
 */
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
   * log p(y | X) + log p(m) at the m that makes it largest, natural logarithm, up to a constant.
   * O(n³ + d n²): a third of it the factor, the rest the inverse.
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

/** e^p of log-parameters, taken apart. */
export function parametersOf(logParameters: Float64Array): { w: Float64Array; s: number; v: number } {
  const d = logParameters.length - 2;
  return { w: logParameters.subarray(0, d).map(exp), s: exp(logParameters[d]), v: exp(logParameters[d + 1]) };
}

/** ½ log 2π. */
export const halfLogTwoPi = 0.9189385332046727;
