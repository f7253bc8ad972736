import { exp, log } from '../../numerics/elementary.ts';
import type { Observations } from '../../numerics/kernels-contract.ts';
import { minimizeBounded } from '../../numerics/lbfgsb.ts';
import { kernels } from './kernels.ts';

/**
 * Hyperparameters as their logs.
 *
 * θ  d + 2   log w (d inverse squared lengthscales), log s (signal variance), log v (noise variance)
 */
const logBound = 9;
/**
 * Far below what matters, and enough for a factor to exist: with a larger one, points that crowd around an optimum
 * seem to differ by chance, and a search does not see that there is nothing left to find.
 */
const noiseMin = 1e-8;
const iterationCountMax = 60;
/** As precise as suggestions need; a tighter fit moves them less than the noise of the data does. */
const gradientTolerance = 1e-2;

/** The mode of the prior: every lengthscale and the signal variance 1, the noise small. */
export function priorMode(d: number): Float64Array {
  const theta = new Float64Array(d + 2);
  theta[d + 1] = log(0.1 / 30);
  return theta;
}

/**
 * Hyperparameters that explain the data best: maximum a posteriori by L-BFGS-B.
 * @param start d + 2. @param isOverdue whether to stop with what has been found.
 * @returns d + 2; the start itself where nothing better is found. Never fails.
 */
export function fitHyperparameters(
  observations: Observations,
  start: Float64Array,
  isOverdue: () => boolean = () => false,
): Float64Array {
  const { d } = observations;
  const lower = new Float64Array(d + 2).fill(-logBound);
  const upper = new Float64Array(d + 2).fill(logBound);
  lower[d + 1] = log(noiseMin);
  const objective = (theta: Float64Array, gradient: Float64Array): number =>
    negativeLogPosterior(observations, theta, gradient);
  return minimizeBounded(objective, start, lower, upper, { iterationCountMax, gradientTolerance, isOverdue }).x;
}

/**
 * Minus the log of likelihood times prior, up to a constant.
 * @param gradient d + 2, written.
 * @returns +Infinity where K is not positive definite.
 */
export function negativeLogPosterior(observations: Observations, theta: Float64Array, gradient: Float64Array): number {
  const logLikelihood = kernels.logLikelihood(observations, theta, gradient);
  const logPrior = addLogPrior(theta, gradient);
  for (let i = 0; i < gradient.length; i++) gradient[i] = -gradient[i];
  return -logLikelihood - logPrior;
}

/**
 * The log of the prior, up to a constant; its gradient is added to `gradient`.
 * Inverse squared lengthscales: -(0.1 / w + 0.1 w), which keeps them from both ends; signal: Gamma(2, 1); noise:
 * Gamma(1.1, 30). The form is that of Optuna's Gaussian process, which was measured against others.
 */
function addLogPrior(theta: Float64Array, gradient: Float64Array): number {
  const d = theta.length - 2;
  let sum = 0;
  for (let i = 0; i < d; i++) {
    const w = exp(theta[i]);
    sum -= 0.1 / w + 0.1 * w;
    gradient[i] += 0.1 / w - 0.1 * w;
  }
  const s = exp(theta[d]);
  const v = exp(theta[d + 1]);
  gradient[d] += 1 - s;
  gradient[d + 1] += 0.1 - 30 * v;
  return sum + theta[d] - s + 0.1 * theta[d + 1] - 30 * v;
}
