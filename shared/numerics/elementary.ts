/**
 * exp and log from IEEE 754 basic operations alone. `Math.exp` and `Math.log` may differ by an ulp between engines
 * and architectures, and one ulp in a kernel becomes another suggestion;
 * + − × ÷ and floor are exactly rounded everywhere, and JavaScript never contracts them into fused operations.
 *
 * Argument reduction: Cody & Waite, "Software Manual for the Elementary Functions" (1980), ch. 5-6.
 * Compensated sums: Dekker, "A floating-point technique for extending the available precision" (1971). Taylor series
 * suffice on the reduced intervals, so no coefficient is fitted.
 */

/**
 * e^x. Error below 1 ulp, in the subnormal range too. exp(±0) = 1, exp(-∞) = 0, exp(∞) = ∞, exp(NaN) = NaN; 0 below
 * -745.14 and ∞ above 709.78.
 */
export function exp(x: number): number {
  if (Number.isNaN(x)) return x;
  // Far enough outside the range that the scaling below still decides the last cases by rounding.
  if (x > 710) return Infinity;
  if (x < -746) return 0;

  // x = k ln 2 + r + c with |r| ≤ ln(2)/2. k·ln2High has at most 53 bits, so only the second subtraction rounds; c is
  // what it lost.
  const k = Math.floor(x * log2E + 0.5);
  const reduced = x - k * ln2High;
  const low = k * ln2Low;
  const r = reduced - low;
  const c = reduced - r - low;

  // 1 + r exactly as sum + lost, so that the small terms meet in one final rounding. e^c = 1 + c scales e^r, of which 1
  // + r is enough here.
  const sum = 1 + r;
  const lost = 1 - sum + r;
  return scale(sum + (lost + (r * r * expTail(r) + c * sum)), k);
}

/** Natural logarithm. Error below 1 ulp. log(±0) = -∞, log(1) = +0, log(∞) = ∞, log(x < 0) = log(NaN) = NaN. */
export function log(x: number): number {
  if (!(x > 0)) return x === 0 ? -Infinity : NaN;
  if (x === Infinity) return Infinity;
  const isSubnormal = x < 2 ** -1022;
  doubles[0] = isSubnormal ? x * 2 ** 54 : x;

  // x = 2^k (1 + f) with √½ < 1 + f ≤ √2, so that k = 0 on both sides of 1 and nothing cancels there.
  let k = (words[highWord] >>> 20) - 1023 - (isSubnormal ? 54 : 0);
  words[highWord] = (words[highWord] & 0x000fffff) | 0x3ff00000;
  let fraction = doubles[0];
  if (fraction > Math.SQRT2) {
    fraction /= 2;
    k++;
  }
  const f = fraction - 1;

  // f²/2 = squareHigh + squareLow, the first exact because Dekker's splitting leaves fHigh 26 bits.
  const split = f * (2 ** 27 + 1);
  const fHigh = split - (split - f);
  const squareHigh = 0.5 * fHigh * fHigh;
  const squareLow = 0.5 * (f - fHigh) * (f + fHigh);

  // log(1 + f) = 2 atanh(s) = f - f²/2 + s (f²/2 + R), R = 2 (s²/3 + s⁴/5 + …). The large terms are added exactly, as
  // main + lost.
  const s = f / (2 + f);
  const main = f - squareHigh;
  const lost = f - main - squareHigh;
  const small = lost - squareLow + s * (squareHigh + squareLow + atanhTail(s * s));

  const multiple = k * ln2High;
  const total = multiple + main;
  const lostInTotal = multiple - total + main;
  return total + (lostInTotal + (small + k * ln2Low));
}

const log2E = Math.LOG2E;
/** ⌊2^42 ln 2⌋ / 2^42: 42 bits, so its product with an exponent (11 bits) is exact. */
const ln2High = 3048493539143 / 2 ** 42;
/** ln 2 - ln2High. */
const ln2Low = 5.497923018708371e-14;

/**
 * (e^r - 1 - r) / r² = 1/2! + r/3! + … + r^12/14! for |r| ≤ ln(2)/2; the first term left out is below 2^-62 of e^r.
 * Even and odd terms apart, for shorter chains.
 */
function expTail(r: number): number {
  const q = r * r;
  const even =
    1 / 2 +
    q * (1 / 24 + q * (1 / 720 + q * (1 / 40320 + q * (1 / 3628800 + q * (1 / 479001600 + q * (1 / 87178291200))))));
  const odd = 1 / 6 + q * (1 / 120 + q * (1 / 5040 + q * (1 / 362880 + q * (1 / 39916800 + q * (1 / 6227020800)))));
  return even + r * odd;
}

/** 2 (q/3 + q²/5 + … + q^10/21) for 0 ≤ q = s² ≤ (√2-1)⁴; the first term left out is below 2^-60 of the logarithm. */
function atanhTail(q: number): number {
  const p = q * q;
  const odd = 2 / 3 + p * (2 / 7 + p * (2 / 11 + p * (2 / 15 + p * (2 / 19))));
  const even = 2 / 5 + p * (2 / 9 + p * (2 / 13 + p * (2 / 17 + p * (2 / 21))));
  return q * (odd + q * even);
}

/**
 * y·2^k for y in (½, 2) and |k| < 2000. At the ends two factors, because 2^1024 and 2^-1075 are no doubles; the first
 * product is exact, so a subnormal result is rounded once here.
 */
function scale(y: number, k: number): number {
  if (k > -1022 && k < 1024) return y * powerOfTwo(k);
  const half = k >> 1;
  return y * powerOfTwo(half) * powerOfTwo(k - half);
}

function powerOfTwo(exponent: number): number {
  words[1 - highWord] = 0;
  words[highWord] = (exponent + 1023) << 20;
  return doubles[0];
}

/** One double seen as two words. Scratch: written before it is read within each function. */
const doubles = new Float64Array(1);
const words = new Uint32Array(doubles.buffer);
/** Which of the two words holds sign and exponent: 1 on little-endian machines. Asked once, not assumed. */
const highWord = new Uint8Array(Uint32Array.of(1).buffer)[0];
