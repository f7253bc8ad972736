import { signOf } from '../../domain/objective.ts';
import { exp, log } from '../../numerics/elementary.ts';

/**
 * Values as the model is fitted to them: smaller is better, shaped like a normal sample, mean 0 and variance 1.
 *
 * Yeo & Johnson, "A new family of power transformations to improve normality or symmetry", Biometrika 87 (2000), with
 * λ by maximum likelihood. How values are shaped matters more than any choice of kernel or prior: losses have long
 * tails, and a model that is stretched over the tail sees nothing of the good part.
 *
 * v  n  values as told, finite
 * z  n  (v - mean) / deviation, minimised
 * y  n  the transform of z, again with mean 0 and variance 1
 */
export interface Warping {
  /** -1 for an objective that is maximised. */
  sign: 1 | -1;
  /** z = (sign·v / unit - mean) / deviation; the unit keeps values of any size from overflowing. */
  unit: number;
  mean: number;
  deviation: number;
  lambda: number;
  /** y = (ψ(z) - center) / spread. */
  center: number;
  spread: number;
}

/** With fewer different values there is no shape to speak of. */
const distinctCountMin = 3;
/**
 * Below 0 the transform has an end on the bad side, above 2 on the good side: there all that is bad looks alike, and a
 * search wanders into the worst of it.
 */
const lambdaMin = 0;
const lambdaMax = 2;
const goldenSteps = 40;
const lambdaGridCount = 9;

/** Finds the warping of finite values. A constant or single value is legal: all y are 0. O(n) for each of ~65 λ. */
export function fitWarping(values: Float64Array, direction: 'minimize' | 'maximize'): Warping {
  const sign = signOf({ direction });
  const unit = values.reduce((largest, v) => Math.max(largest, Math.abs(v)), 0) || 1;
  const scaled = values.map((v) => (sign * v) / unit);
  const { mean, deviation } = momentsOf(scaled);
  const z = scaled.map((v) => (v - mean) / deviation);
  const lambda = new Set(values).size < distinctCountMin ? 1 : mostLikelyLambda(z);
  const psi = z.map((one) => yeoJohnson(one, lambda));
  const { mean: center, deviation: spread } = momentsOf(psi);
  return { sign, unit, mean, deviation, lambda, center, spread };
}

/** The warped value. Monotone: a better value has a smaller y. */
export function warp(w: Warping, value: number): number {
  const z = ((w.sign * value) / w.unit - w.mean) / w.deviation;
  return (yeoJohnson(z, w.lambda) - w.center) / w.spread;
}

/** The value whose warping is y; what the transform never reaches is answered with the end of what it does. */
export function unwarp(w: Warping, y: number): number {
  const z = inverseYeoJohnson(y * w.spread + w.center, w.lambda);
  return w.sign * (z * w.deviation + w.mean) * w.unit;
}

/** A mean and a deviation of y as a value, and as how far the value one deviation worse is from it. */
export function unwarpExpected(w: Warping, mean: number, deviation: number): { mean: number; deviation: number } {
  const middle = unwarp(w, mean);
  return { mean: middle, deviation: Math.abs(unwarp(w, mean + deviation) - middle) };
}

/** ψ(z, λ), equation (2.1) of the paper. */
export function yeoJohnson(z: number, lambda: number): number {
  if (z >= 0) return boxCox(1 + z, lambda);
  return -boxCox(1 - z, 2 - lambda);
}

function inverseYeoJohnson(psi: number, lambda: number): number {
  if (psi >= 0) return inverseBoxCox(psi, lambda) - 1;
  return 1 - inverseBoxCox(-psi, 2 - lambda);
}

/** (a^λ - 1) / λ for a ≥ 1, and log a where λ is 0. */
function boxCox(a: number, lambda: number): number {
  const logarithm = log(a);
  const t = lambda * logarithm;
  // Near 0 the difference cancels; three terms of the series are exact to 1e-13 there.
  if (Math.abs(t) < 1e-4) return logarithm * (1 + t / 2 + (t * t) / 6);
  return (exp(t) - 1) / lambda;
}

function inverseBoxCox(b: number, lambda: number): number {
  const inner = 1 + lambda * b;
  if (inner <= 0) return Number.MAX_VALUE;
  const t = lambda * b;
  if (Math.abs(t) < 1e-4) return exp(b * (1 - t / 2 + (t * t) / 3));
  return Math.min(exp(log(inner) / lambda), Number.MAX_VALUE);
}

/** A grid finds the right hill, golden sections its top. */
function mostLikelyLambda(z: Float64Array): number {
  const step = (lambdaMax - lambdaMin) / (lambdaGridCount - 1);
  let best = 0;
  let bestLikelihood = -Infinity;
  for (let i = 0; i < lambdaGridCount; i++) {
    const likelihood = logLikelihood(z, lambdaMin + i * step);
    if (likelihood > bestLikelihood) [best, bestLikelihood] = [i, likelihood];
  }
  let low = Math.max(lambdaMin, lambdaMin + (best - 1) * step);
  let high = Math.min(lambdaMax, lambdaMin + (best + 1) * step);
  const ratio = (Math.sqrt(5) - 1) / 2;
  for (let i = 0; i < goldenSteps; i++) {
    const left = high - ratio * (high - low);
    const right = low + ratio * (high - low);
    if (logLikelihood(z, left) >= logLikelihood(z, right)) high = right;
    else low = left;
  }
  return (low + high) / 2;
}

/** Of λ, up to a constant: -n/2 log var ψ + (λ - 1) Σ sign(z) log(1 + |z|), equation (3.1). */
function logLikelihood(z: Float64Array, lambda: number): number {
  const psi = z.map((one) => yeoJohnson(one, lambda));
  const { deviation } = momentsOf(psi);
  const jacobian = z.reduce((sum, one) => sum + Math.sign(one) * log(1 + Math.abs(one)), 0);
  return -z.length * log(deviation) + (lambda - 1) * jacobian;
}

/** Mean and deviation (of the sample, divided by n); a deviation of 0 is answered as 1, so that it can divide. */
function momentsOf(values: Float64Array): { mean: number; deviation: number } {
  const mean = values.reduce((sum, v) => sum + v, 0) / Math.max(1, values.length);
  const variance = values.reduce((sum, v) => sum + (v - mean) * (v - mean), 0) / Math.max(1, values.length);
  const deviation = Math.sqrt(variance);
  // Rounding of equal values is not a deviation.
  return { mean, deviation: deviation > 1e-14 * Math.abs(mean) && deviation > 0 ? deviation : 1 };
}
