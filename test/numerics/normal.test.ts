import { describe, expect, it } from 'vitest';
import {
  erfcx,
  logExpectedImprovement,
  logNormalCdf,
  logNormalPdf,
  normalCdf,
  normalPdf,
  normalQuantile,
} from '../../shared/numerics/normal.ts';
import { createGenerator } from '../../shared/numerics/random.ts';
import golden from '../golden/normal.json' with { type: 'json' };

const normal = { normalPdf, logNormalPdf, normalCdf, logNormalCdf, erfcx, normalQuantile };

describe('the normal distribution', () => {
  it.each([
    ['normalPdf', 4e-16],
    ['logNormalPdf', 3e-16],
    ['normalCdf', 9e-16],
    ['logNormalCdf', 8e-16],
    ['erfcx', 6e-16],
    ['normalQuantile', 8e-16],
  ] as const)('has a %s within %d of mpmath, relative, at 500 points or more', (name, allowed) => {
    const x = doubles(golden[name].x);
    const y = doubles(golden[name].y);
    expect(x.length).toBeGreaterThanOrEqual(500);
    const errors = y.map((expected, i) => errorOf(normal[name](x[i]), expected));
    expect(largest(errors)).toBeLessThan(allowed);
  });

  it.each(['normalCdf', 'logNormalCdf', 'normalQuantile'] as const)('has a %s that never falls', (name) => {
    const values = Array.from(doubles(golden[name].x), normal[name]);
    const falls = values.filter((value, i) => i > 0 && !(value >= values[i - 1]));
    expect(falls).toEqual([]);
  });

  it('is symmetric', () => {
    for (const x of doubles(golden.normalCdf.x)) {
      expect(normalPdf(-x)).toBe(normalPdf(x));
      expect(logNormalPdf(-x)).toBe(logNormalPdf(x));
      expect(Math.abs(normalCdf(x) + normalCdf(-x) - 1)).toBeLessThanOrEqual(2 ** -53);
    }
    for (let p = 2 ** -53; p < 0.5; p *= 1.7) {
      const exact = 1 - (1 - p);
      expect(normalQuantile(1 - exact)).toBe(-normalQuantile(exact));
    }
  });

  it('has a quantile that inverts the distribution function, as far as p tells x', () => {
    for (let x = -37.5; x < 5; x += 0.137) {
      const p = normalCdf(x);
      const told = 2 ** -52 * (1 + p / normalPdf(x));
      expect(Math.abs(normalQuantile(p) - x)).toBeLessThan(8 * told * (1 + Math.abs(x)));
    }
  });

  it.each([
    [
      'normalPdf',
      [
        [-Infinity, 0],
        [Infinity, 0],
        [1e200, 0],
        [-1e8, 0],
      ],
    ],
    [
      'logNormalPdf',
      [
        [-Infinity, -Infinity],
        [Infinity, -Infinity],
        [1e200, -Infinity],
      ],
    ],
    [
      'normalCdf',
      [
        [-Infinity, 0],
        [-Number.MAX_VALUE, 0],
        [0, 0.5],
        [-0, 0.5],
        [9, 1],
        [Infinity, 1],
      ],
    ],
    [
      'logNormalCdf',
      [
        [-Infinity, -Infinity],
        [-1e200, -Infinity],
        [0, -Math.LN2],
        [40, -0],
        [Infinity, -0],
      ],
    ],
    [
      'erfcx',
      [
        [-Infinity, Infinity],
        [-27, Infinity],
        [0, 1],
        [Infinity, 0],
      ],
    ],
    [
      'normalQuantile',
      [
        [0, -Infinity],
        [-0, -Infinity],
        [1, Infinity],
        [0.5, 0],
        [-5e-324, NaN],
        [1 + 2 ** -52, NaN],
        [Infinity, NaN],
      ],
    ],
  ] as const)('has a %s with the limits and refusals it documents', (name, cases) => {
    for (const [x, expected] of cases) expect(normal[name](x)).toBe(expected);
    expect(normal[name](NaN)).toBeNaN();
  });

  it('has a finite erfcx up to its last argument', () => {
    expect(erfcx(-26.62)).toBeLessThan(Infinity);
    expect(erfcx(Number.MAX_VALUE)).toBeGreaterThan(0);
  });

  it('has a finite log of the distribution function where squares are finite', () => {
    for (let x = -1; x > -1e154; x *= 1.9) expect(logNormalCdf(x)).toBeGreaterThan(-Infinity);
  });
});

describe('logExpectedImprovement', () => {
  const gradient = new Float64Array(2);

  it('is as near to mpmath as documented, with its derivatives, at 800 points or more', () => {
    const given = doubles(golden.logExpectedImprovement.arguments);
    const expected = doubles(golden.logExpectedImprovement.values);
    expect(given.length).toBeGreaterThanOrEqual(3 * 800);
    const valueErrors = [];
    const slopeErrors = [];
    for (let i = 0; i < given.length; i += 3) {
      const [mean, deviation, best] = given.subarray(i, i + 3);
      const value = logExpectedImprovement(mean, deviation, best, gradient);
      const logDeviation = Math.log(deviation);
      const size = 1 + Math.abs(logDeviation) + Math.abs(expected[i] - logDeviation);
      valueErrors.push(Math.abs(value - expected[i]) / size);
      const u = Math.min(Math.max(0, (best - mean) / deviation), 38);
      slopeErrors.push(
        slopeError(gradient[0], expected[i + 1]),
        slopeError(gradient[1], expected[i + 2]) / (1 + u * u),
      );
    }
    expect(largest(valueErrors)).toBeLessThan(8e-16);
    expect(largest(slopeErrors)).toBeLessThan(1e-14);
  });

  it('has the derivatives of its finite differences', () => {
    for (let u = -50; u < 8; u += 0.173) {
      const [mean, deviation] = [0.4, 1.7];
      const best = mean + u * deviation;
      logExpectedImprovement(mean, deviation, best, gradient);
      const step = 1e-5;
      const byMean = centralDifference((x) => logExpectedImprovement(x, deviation, best), mean, step);
      const byDeviation = centralDifference((x) => logExpectedImprovement(mean, x, best), deviation, step);
      expect(Math.abs(gradient[0] - byMean)).toBeLessThan(1e-7 * (1 + u * u));
      expect(Math.abs(gradient[1] - byDeviation)).toBeLessThan(1e-7 * (1 + u * u));
    }
  });

  it('gives the same value with and without derivatives', () => {
    for (const u of [-7, -2, 0, 3, 50]) {
      expect(logExpectedImprovement(0, 1, u, gradient)).toBe(logExpectedImprovement(0, 1, u));
    }
  });

  it('rises with the best value and with the deviation, and falls with the mean', () => {
    for (let u = -60; u < 60; u += 0.01) {
      const value = logExpectedImprovement(0, 1, u);
      expect(logExpectedImprovement(0, 1, u + 0.01)).toBeGreaterThan(value);
      expect(logExpectedImprovement(0.01, 1, u)).toBeLessThan(value);
    }
    // Above, what the deviation adds is less than the last digit.
    for (let u = -60; u < 5; u += 0.01) {
      expect(logExpectedImprovement(0, 1.01, u)).toBeGreaterThan(logExpectedImprovement(0, 1, u));
    }
  });

  it('does not jump where one formula takes over from another', () => {
    for (const u of [-4, -1, 40]) {
      const [below, above] = [u * (1 - 2 ** -52), u * (1 + 2 ** -52)].map((x) => logExpectedImprovement(0, 1, x));
      expect(Math.abs(above - below)).toBeLessThan(4e-15 * (1 + Math.abs(u)));
    }
  });

  it('is never NaN for finite arguments and a positive deviation', () => {
    const extremes = [0, -0, 5e-324, 1e-308, 1e-160, 1e-8, 1, 3.7, 1e8, 1e154, 1e160, 1e308, Number.MAX_VALUE];
    const signed = [...extremes, ...extremes.map((x) => -x)];
    const numbers = createGenerator(7, 1);
    for (let i = 0; i < 20_000; i++) {
      const mean = signed[numbers.nextBelow(signed.length)] * (1 - numbers.nextUnit() / 2);
      const best = i % 3 === 0 ? mean : signed[numbers.nextBelow(signed.length)];
      const deviation = extremes[2 + numbers.nextBelow(extremes.length - 2)];
      const value = logExpectedImprovement(mean, deviation, best, gradient);
      expect([value, ...gradient].some(Number.isNaN), `${mean} ${deviation} ${best}`).toBe(false);
    }
  });

  it('is the certain improvement, or none, at deviation 0', () => {
    expect(logExpectedImprovement(1, 0, 3, gradient)).toBe(Math.LN2);
    expect([...gradient]).toEqual([-0.5, 0]);
    expect(logExpectedImprovement(3, 0, 3, gradient)).toBe(-Infinity);
    expect([...gradient]).toEqual([0, 0]);
    expect(logExpectedImprovement(4, 0, 3)).toBe(-Infinity);
  });

  it.each([
    [NaN, 1, 0],
    [0, NaN, 0],
    [0, 1, NaN],
    [0, -1, 1],
    [NaN, 0, 1],
    [-9, -1, 1e9],
  ])('is NaN with NaN derivatives for mean %d, deviation %d, best %d', (mean, deviation, best) => {
    expect(logExpectedImprovement(mean, deviation, best, gradient)).toBeNaN();
    expect([...gradient]).toEqual([NaN, NaN]);
  });
});

/** Relative, but among subnormal numbers in units of the last digit, of which two are allowed. */
function errorOf(value: number, expected: number): number {
  if (value === expected) return 0;
  const size = Math.abs(expected);
  if (size >= 2 ** -1022) return Math.abs(value - expected) / size;
  return Math.abs(value - expected) <= 2 * Number.MIN_VALUE ? 0 : Infinity;
}

/** Relative, down to where it does not matter. */
function slopeError(value: number, expected: number): number {
  return Math.abs(value - expected) / Math.max(Math.abs(expected), 1e-280);
}

/** Not Math.max over what may be NaN: that must fail. */
function largest(errors: Iterable<number>): number {
  let most = 0;
  for (const error of errors) if (!(error <= most)) most = error;
  return most;
}

function centralDifference(f: (x: number) => number, x: number, step: number): number {
  return (f(x + step) - f(x - step)) / (2 * step);
}

function doubles(text: string): Float64Array {
  const bytes = Buffer.from(text, 'base64');
  return Float64Array.from({ length: bytes.length / 8 }, (_, i) => bytes.readDoubleLE(8 * i));
}
