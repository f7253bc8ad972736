/**
 * The normal distribution and the logarithm of expected improvement, on `exp` and `log` of elementary.ts alone, so
 * that they are the same bits on every machine.
 * φ is the density, Φ the distribution function, m the Mills ratio Φ(-t)/φ(t). All functions return NaN for NaN and
 * never throw.
 *
 * The measured errors are against mpmath with 400 bits (test/golden/normal.py). "Relative" ends where a result
 * becomes subnormal (below 2^-1022); there the error is at most two units of 2^-1074.
 */
import { exp, log } from './elementary.ts';

/**
 * φ(x) = e^(-x²/2) / √(2π). Relative error below 4e-16: what rounding x² loses is carried along, as e^(-x²/2) alone
 * would lose up to three digits in the tails. 0 for |x| > 38.6.
 */
export function normalPdf(x: number): number {
  return expOfSquare(x, -0.5) * inverseSqrt2Pi;
}

/**
 * log φ(x) = -x²/2 - log √(2π). Relative error below 3e-16; -∞ for |x| > 1.9e154, where the true value is no double.
 */
export function logNormalPdf(x: number): number {
  return -0.5 * x * x - logSqrt2Pi;
}

/**
 * Φ(x). Relative error below 9e-16, in the lower tail too; 0 below -38.5, 1 above 8.3. Φ(-x) = 1 - Φ(x) holds as well
 * as doubles can say it.
 * Φ(x) = ½ + ½ erf(x/√2) in the middle, φ(x) m(-x) below, both by the approximations of Cody (see `erfcx`).
 */
export function normalCdf(x: number): number {
  const y = x * Math.SQRT1_2;
  if (Math.abs(y) <= erfEnd) return 0.5 + 0.5 * erfNearZero(y);
  const tail = 0.5 * expOfSquare(x, -0.5) * erfcx(Math.abs(y));
  return x < 0 ? tail : 1 - tail;
}

/**
 * log Φ(x). Relative error below 8e-16 for every x, in both tails; -∞ below -1.9e154, where the true value is no
 * double, and -0 above 38.6.
 */
export function logNormalCdf(x: number): number {
  if (x > 0) return logOnePlus(-normalCdf(-x));
  if (x > -1) return log(normalCdf(x));
  return -0.5 * x * x + log(0.5 * erfcx(-x * Math.SQRT1_2));
}

/**
 * e^(x²) erfc(x), the complementary error function without its underflow. Relative error below 6e-16; ∞ below -26.63.
 * Cody, "Rational Chebyshev approximations for the error function", Math. Comp. 23 (1969), 631-637: his three
 * intervals, with the coefficients of his program CALERF.
 */
export function erfcx(x: number): number {
  const y = Math.abs(x);
  if (y <= erfEnd) return expOfSquare(x, 1) * (1 - erfNearZero(x));
  const scaled = y <= 4 ? erfcxMiddle(y) : erfcxFar(y);
  return x < 0 ? 2 * expOfSquare(x, 1) - scaled : scaled;
}

/**
 * The x with Φ(x) = p. Relative error below 8e-16 for 5e-324 ≤ p < 1. p = 0 gives -∞, p = 1 gives ∞, p outside [0, 1]
 * NaN.
 * Wichura, "Algorithm AS 241: the percentage points of the normal distribution", Appl. Statist. 37 (1988), 477-484,
 * PPND16.
 */
export function normalQuantile(p: number): number {
  const q = p - 0.5;
  if (Math.abs(q) <= 0.425) return q * quantileMiddle(0.180625 - q * q);
  // 1 - p is exact here.
  const tail = q < 0 ? p : 1 - p;
  if (!(tail > 0)) return tail === 0 ? (q < 0 ? -Infinity : Infinity) : NaN;
  const r = Math.sqrt(-log(tail));
  const x = r <= 5 ? quantileTail(r - 1.6) : quantileFarTail(r - 5);
  return q < 0 ? -x : x;
}

/**
 * log E[max(best - Y, 0)] for Y ~ N(mean, deviation²): the logarithm of expected improvement when minimising, log
 * h(u) + log σ with h(u) = φ(u) + u Φ(u), u = (best - mean)/σ.
 * It keeps a slope where expected improvement itself underflows to a plateau of zeros.
 *
 * Ament, Daulton, Eriksson, Balandat & Bakshy, "Unexpected improvements to expected improvement", NeurIPS 2023 (arXiv
 * 2310.20708), eq. 9: direct for u > -1, through erfcx for the middle.
 * Their expansion for u → -∞ is replaced by a continued fraction (see `slopeOfLogH`), which is exact to the last
 * digits from -4 on, where 1 - |u| m(|u|), the difference in eq. 9, has lost them.
 *
 * Absolute error below 8e-16·(1 + |log h| + |log σ|); relative error of the derivatives below 1e-14, times 1 + u² for
 * that to deviation when u > 0, where it vanishes as e^(-u²/2) of a rounded u.
 * Never NaN for finite arguments and deviation > 0; -∞, perhaps with infinite derivatives, only where u² is beyond
 * doubles.
 * Deviation 0 is the limit: log(best - mean) with derivatives -1/(best - mean) and 0 when mean < best; else -∞ with
 * derivatives 0. A negative deviation gives NaN.
 *
 * @param gradient out, optional, 2: the derivatives with respect to mean, -Φ/(h σ), and to deviation, φ/(h σ).
 */
export function logExpectedImprovement(
  mean: number,
  deviation: number,
  best: number,
  gradient: Float64Array = unread,
): number {
  if (!(deviation >= 0) || Number.isNaN(best - mean)) return undefinedImprovement(gradient);
  if (deviation === 0 && !(mean < best)) return noImprovement(gradient);
  const u = (best - mean) / deviation;
  if (u > certainFrom) return certainImprovement(mean, best, gradient);

  if (u > -1) {
    const density = normalPdf(u);
    const distribution = normalCdf(u);
    const h = density + u * distribution;
    gradient[0] = -distribution / h / deviation;
    gradient[1] = density / h / deviation;
    return log(h) + log(deviation);
  }

  if (u > continuedFractionFrom) {
    const mills = sqrtHalfPi * erfcx(-u * Math.SQRT1_2);
    const ratio = 1 + u * mills;
    gradient[0] = -mills / ratio / deviation;
    gradient[1] = 1 / ratio / deviation;
    return logNormalPdf(u) + log(ratio) + log(deviation);
  }

  const slope = slopeOfLogH(-u);
  const densityRatio = 1 - u * slope;
  gradient[0] = -slope / deviation;
  gradient[1] = densityRatio / deviation;
  return logNormalPdf(u) - log(densityRatio) + log(deviation);
}

/**
 * Above it φ(u) - u Φ(-u) is below half an ulp of u, so the improvement is best - mean; no division by σ is left to
 * overflow.
 */
const certainFrom = 40;
/** Below it the continued fraction of `slopeOfLogH` has all its digits. */
const continuedFractionFrom = -4;
/** For a caller who wants no derivatives. Never read. */
const unread = new Float64Array(2);

function undefinedImprovement(gradient: Float64Array): number {
  gradient[0] = NaN;
  gradient[1] = NaN;
  return NaN;
}

function noImprovement(gradient: Float64Array): number {
  gradient[0] = 0;
  gradient[1] = 0;
  return -Infinity;
}

/** log(best - mean), also where the difference overflows. */
function certainImprovement(mean: number, best: number, gradient: Float64Array): number {
  const improvement = best - mean;
  gradient[0] = -1 / improvement;
  gradient[1] = 0;
  return improvement === Infinity ? log(best / 2 - mean / 2) + Math.LN2 : log(improvement);
}

/**
 * Φ(-t)/h(-t), the slope of log h at u = -t, for t ≥ 4. φ, Φ and h are the repeated integrals I₋₁, I₀, I₁ of φ, for
 * which n Iₙ = -t Iₙ₋₁ + Iₙ₋₂ (DLMF 7.18.7),
 * so that I₀/I₁ = t + 2/(t + 3/(t + …)), all terms positive (DLMF 7.18(v)). From the inside out; at t = 4 the terms
 * left out are below 2^-54. The density ratio φ/h is 1 + t Φ/h.
 */
function slopeOfLogH(t: number): number {
  let slope = t;
  for (let n = continuedFractionDepth; n >= 2; n--) slope = t + n / slope;
  return slope;
}

const continuedFractionDepth = 40;

/**
 * e^(factor·x²) for factor ½ᵏ or -½ᵏ. x² = high + low exactly (Dekker's splitting); |low| < 2^-42 where the result is
 * not 0 or ∞, so e^low = 1 + low.
 */
function expOfSquare(x: number, factor: number): number {
  const high = x * x;
  if (high > 1500) return factor < 0 ? 0 : Infinity;
  const split = x * (2 ** 27 + 1);
  const xHigh = split - (split - x);
  const xLow = x - xHigh;
  const low = xLow * xLow - (high - xHigh * xHigh - 2 * xHigh * xLow);
  const main = exp(factor * high);
  return main === Infinity ? main : main + main * (factor * low);
}

/**
 * log(1 + x) for x > -1: the logarithm of the rounded sum and, to first order, what rounding lost (exact for |x| < 1).
 */
function logOnePlus(x: number): number {
  const sum = 1 + x;
  return sum === 1 ? x : log(sum) + (x - (sum - 1)) / sum;
}

const inverseSqrt2Pi = 0.3989422804014327;
const logSqrt2Pi = 0.9189385332046728;
const sqrtHalfPi = 1.2533141373155003;
const inverseSqrtPi = 0.5641895835477563;
/** The end of Cody's first interval. */
const erfEnd = 0.46875;

/** erf(x) for |x| ≤ erfEnd: x R₄₄(x²), Cody's table I. */
function erfNearZero(x: number): number {
  const z = x * x;
  return (x * horner(z, erfNumerator)) / horner(z, erfDenominator);
}

/** erfcx(y) for erfEnd ≤ y ≤ 4: R₈₈(y), Cody's table II. */
function erfcxMiddle(y: number): number {
  return horner(y, middleNumerator) / horner(y, middleDenominator);
}

/** erfcx(y) for y ≥ 4: (1/√π + R₅₅(1/y²)/y²) / y, Cody's table III. */
function erfcxFar(y: number): number {
  const z = 1 / (y * y);
  return (inverseSqrtPi - (z * horner(z, farNumerator)) / horner(z, farDenominator)) / y;
}

/** Coefficients from the highest power down, the published decimals rounded to doubles. */
const erfNumerator = [
  0.18577770618460315, 3.1611237438705655, 113.86415415105016, 377.485237685302, 3209.3775891384694,
];
const erfDenominator = [1, 23.601290952344122, 244.02463793444417, 1282.6165260773723, 2844.236833439171];
const middleNumerator = [
  2.1531153547440383e-8, 0.5641884969886701, 8.883149794388377, 66.11919063714163, 298.6351381974001, 881.952221241769,
  1712.0476126340707, 2051.0783778260716, 1230.3393547979972,
];
const middleDenominator = [
  1, 15.744926110709835, 117.6939508913125, 537.1811018620099, 1621.3895745666903, 3290.7992357334597,
  4362.619090143247, 3439.3676741437216, 1230.3393548037495,
];
const farNumerator = [
  0.016315387137302097, 0.30532663496123236, 0.36034489994980445, 0.12578172611122926, 0.016083785148742275,
  0.0006587491615298378,
];
const farDenominator = [
  1, 2.568520192289822, 1.8729528499234673, 0.5279051029514285, 0.06051834131244132, 0.0023352049762686918,
];

function quantileMiddle(r: number): number {
  return horner(r, quantileA) / horner(r, quantileB);
}

function quantileTail(r: number): number {
  return horner(r, quantileC) / horner(r, quantileD);
}

function quantileFarTail(r: number): number {
  return horner(r, quantileE) / horner(r, quantileF);
}

/** Wichura's a…f, from the highest power down. */
const quantileA = [
  2509.0809287301227, 33430.57558358813, 67265.7709270087, 45921.95393154987, 13731.69376550946, 1971.5909503065513,
  133.14166789178438, 3.3871328727963665,
];
const quantileB = [
  5226.495278852546, 28729.085735721943, 39307.89580009271, 21213.794301586597, 5394.196021424751, 687.1870074920579,
  42.31333070160091, 1,
];
const quantileC = [
  0.0007745450142783414, 0.022723844989269184, 0.2417807251774506, 1.2704582524523684, 3.6478483247632045,
  5.769497221460691, 4.630337846156546, 1.4234371107496835,
];
const quantileD = [
  1.0507500716444169e-9, 0.0005475938084995345, 0.015198666563616457, 0.14810397642748008, 0.6897673349851,
  1.6763848301838038, 2.053191626637759, 1,
];
const quantileE = [
  2.0103343992922881e-7, 2.7115555687434876e-5, 0.0012426609473880784, 0.026532189526576124, 0.29656057182850487,
  1.7848265399172913, 5.463784911164114, 6.657904643501103,
];
const quantileF = [
  2.0442631033899397e-15, 1.421511758316446e-7, 1.8463183175100548e-5, 0.0007868691311456133, 0.014875361290850615,
  0.1369298809227358, 0.599832206555888, 1,
];

function horner(x: number, coefficients: readonly number[]): number {
  let sum = coefficients[0];
  for (let i = 1; i < coefficients.length; i++) sum = sum * x + coefficients[i];
  return sum;
}
