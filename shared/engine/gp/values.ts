import { signOf } from '../../domain/objective.ts';
import { exp, log } from '../../numerics/elementary.ts';

/**
 * Values as the model is fitted to them: smaller is better, shaped like a normal sample, mean 0 and variance 1.
 *
 * Yeo & Johnson, "A new family of power transformations to improve normality or symmetry", Biometrika 87 (2000), with
 * λ by maximum likelihood. How values are shaped matters more than any choice of kernel or prior: losses have long
 * tails, and a model that is stretched over the tail sees nothing of the good part. A loss that has exploded is more than a
 * power makes up for; then values are measured from the median, by the better half, and the tail by its logarithm.
 *
 * v  n  values as told, finite
 * z  n  (v - origin) / scale, minimised; beyond the bend its logarithm
 * y  n  the transform of z, again with mean 0 and variance 1
 */
export interface Warping {
  /** -1 for an objective that is maximised. */
  sign: 1 | -1;
  /** z = (sign·v / unit - origin) / scale; the unit keeps values of any size from overflowing. */
  unit: number;
  origin: number;
  scale: number;
  /** A larger z counts as bend · (1 + log(z / bend)); Infinity where there is no such tail. */
  bend: number;
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
/**
 * A deviation so many times how far the better half of the first values is from their median is made by a tail. The first
 * ones, since later ones are what the search has converged to: next to that everything is far off.
 */
const tailRatioMin = 50;
const firstCount = 16;
const tailBend = 20;
/** What divides numbers up to 1 by less than that overflows. */
const scaleMin = 1e-300;
const roundingShare = 1e-14;
const goldenSteps = 40;
const lambdaGridCount = 9;

/** Finds the warping of finite values, in the order in which they were told. A constant or single value is legal: all y are 0. O(n) for each of ~50 λ. */
export function fitWarping(values: Float64Array, direction: 'minimize' | 'maximize'): Warping {
  const sign = signOf({ direction });
  const unit = values.reduce((largest, v) => Math.max(largest, Math.abs(v)), 0) || 1;
  const scaled = values.map((v) => (sign * v) / unit);
  const standard = standardOf(scaled);
  const z = scaled.map((v) => standardised(standard, v));
  const lambda = new Set(values).size < distinctCountMin ? 1 : mostLikelyLambda(z);
  const psi = z.map((one) => yeoJohnson(one, lambda));
  const { mean: center, deviation: spread } = momentsOf(psi);
  return { sign, unit, ...standard, lambda, center, spread };
}

/** The warped value. Monotone: a better value has a smaller y. */
export function warp(w: Warping, value: number): number {
  const z = standardised(w, (w.sign * value) / w.unit);
  return (yeoJohnson(z, w.lambda) - w.center) / w.spread;
}

/** The value whose warping is y; what the transform never reaches is answered with the end of what it does. */
export function unwarp(w: Warping, y: number): number {
  const bent = inverseYeoJohnson(y * w.spread + w.center, w.lambda);
  const z = bent <= w.bend ? bent : w.bend * exp(bent / w.bend - 1);
  const value = w.sign * (z * w.scale + w.origin) * w.unit;
  return Math.min(Math.max(value, -Number.MAX_VALUE), Number.MAX_VALUE);
}

/** A mean and a deviation of y as a value, and as how far the value one deviation worse is from it. */
export function unwarpExpected(w: Warping, mean: number, deviation: number): { mean: number; deviation: number } {
  const middle = unwarp(w, mean);
  return { mean: middle, deviation: Math.abs(unwarp(w, mean + deviation) - middle) };
}

/** ψ(z, λ), equation (2.1) of the paper. */
export function yeoJohnson(z: number, lambda: number): number {
  return yeoJohnsonOf(z, log(1 + Math.abs(z)), lambda);
}

/** @param logarithm of 1 + |z|, which is the same for every λ. */
function yeoJohnsonOf(z: number, logarithm: number, lambda: number): number {
  return z >= 0 ? boxCox(logarithm, lambda) : -boxCox(logarithm, 2 - lambda);
}

function inverseYeoJohnson(psi: number, lambda: number): number {
  if (psi >= 0) return inverseBoxCox(psi, lambda) - 1;
  return 1 - inverseBoxCox(-psi, 2 - lambda);
}

/** (a^λ - 1) / λ of log a for a ≥ 1, and log a where λ is 0. */
function boxCox(logarithm: number, lambda: number): number {
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
  const logLikelihood = logLikelihoodOver(z);
  const step = (lambdaMax - lambdaMin) / (lambdaGridCount - 1);
  let best = 0;
  let bestLikelihood = -Infinity;
  for (let i = 0; i < lambdaGridCount; i++) {
    const likelihood = logLikelihood(lambdaMin + i * step);
    if (likelihood > bestLikelihood) [best, bestLikelihood] = [i, likelihood];
  }
  const low = Math.max(lambdaMin, lambdaMin + (best - 1) * step);
  const high = Math.min(lambdaMax, lambdaMin + (best + 1) * step);
  return goldenMaximum(logLikelihood, low, high);
}

/** Where a function of one hill has its top. Kiefer, "Sequential minimax search for a maximum" (1953). */
function goldenMaximum(f: (x: number) => number, low: number, high: number): number {
  const ratio = (Math.sqrt(5) - 1) / 2;
  let [left, right] = [high - ratio * (high - low), low + ratio * (high - low)];
  let [atLeft, atRight] = [f(left), f(right)];
  for (let i = 0; i < goldenSteps; i++) {
    if (atLeft >= atRight) {
      [high, right, atRight] = [right, left, atLeft];
      left = high - ratio * (high - low);
      atLeft = f(left);
    } else {
      [low, left, atLeft] = [left, right, atRight];
      right = low + ratio * (high - low);
      atRight = f(right);
    }
  }
  return (low + high) / 2;
}

/** Of λ, up to a constant: -n/2 log var ψ + (λ - 1) Σ sign(z) log(1 + |z|), equation (3.1). */
function logLikelihoodOver(z: Float64Array): (lambda: number) => number {
  const logarithms = z.map((one) => log(1 + Math.abs(one)));
  const jacobian = z.reduce((sum, one, i) => sum + Math.sign(one) * logarithms[i], 0);
  return (lambda) => {
    const { deviation } = momentsOf(z.map((one, i) => yeoJohnsonOf(one, logarithms[i], lambda)));
    return -z.length * log(deviation) + (lambda - 1) * jacobian;
  };
}

type Standard = Pick<Warping, 'origin' | 'scale' | 'bend'>;

/**
 * What values are measured from and by: their mean and deviation, or, where some are so bad that next to them all others
 * look alike, the median of the first ones and how far their better half is from it on average.
 */
function standardOf(values: Float64Array): Standard {
  const { mean, deviation } = momentsOf(values);
  const sorted = values.slice(0, firstCount).sort();
  const median = sorted[Math.floor((sorted.length - 1) / 2)];
  const better = sorted.filter((v) => v < median);
  // Not by squares, which might be too small to be numbers.
  const scale = better.reduce((sum, v) => sum + (median - v), 0) / better.length;
  // Nor is rounding of equal values a scale.
  return scale > Math.max(scaleMin, roundingShare * Math.abs(median)) && deviation > tailRatioMin * scale
    ? { origin: median, scale, bend: tailBend }
    : { origin: mean, scale: deviation, bend: Infinity };
}

function standardised({ origin, scale, bend }: Standard, v: number): number {
  const z = (v - origin) / scale;
  return z <= bend ? z : bend * (1 + log(z / bend));
}

/** Mean and deviation (of the sample, divided by n); a deviation of 0 is answered as 1, so that it can divide. */
function momentsOf(values: Float64Array): { mean: number; deviation: number } {
  const mean = values.reduce((sum, v) => sum + v, 0) / Math.max(1, values.length);
  const variance = values.reduce((sum, v) => sum + (v - mean) * (v - mean), 0) / Math.max(1, values.length);
  const deviation = Math.sqrt(variance);
  // Rounding of equal values is not a deviation.
  return { mean, deviation: deviation > roundingShare * Math.abs(mean) && deviation > 0 ? deviation : 1 };
}
