import { describe, expect, it } from 'vitest';
import { exp, log } from '../../shared/numerics/elementary.ts';
import golden from '../golden/elementary.json' with { type: 'json' };

describe('exp', () => {
  it('is within 0.8 ulp of mpmath at 2048 hard points', () => {
    expect(largestErrorUlp(exp, golden.exp)).toBeLessThan(0.8);
  });

  it.each([
    [0, 1],
    [-0, 1],
    [NaN, NaN],
    [Infinity, Infinity],
    [-Infinity, 0],
    [Number.MAX_VALUE, Infinity],
    [-Number.MAX_VALUE, 0],
    [Number.MIN_VALUE, 1],
    // The largest argument of a finite result and the smallest of a non-zero one, each before its neighbour. Values by
    // mpmath.
    [709.782712893384, 1.7976931348622732e308],
    [709.7827128933841, Infinity],
    [-745.1332191019411, 5e-324],
    [-745.1332191019412, 0],
    [1, Math.E],
  ])('maps %d to %d', (x, expected) => {
    expect(exp(x)).toBe(expected);
  });
});

describe('log', () => {
  it('is within 0.6 ulp of mpmath at 2048 hard points', () => {
    expect(largestErrorUlp(log, golden.log)).toBeLessThan(0.6);
  });

  it.each([
    [1, 0],
    [0, -Infinity],
    [-0, -Infinity],
    [NaN, NaN],
    [-1, NaN],
    [-Number.MIN_VALUE, NaN],
    [Infinity, Infinity],
    [-Infinity, NaN],
    [2, Math.LN2],
    [Number.MAX_VALUE, 709.782712893384],
    [Number.MIN_VALUE, -744.4400719213812],
  ])('maps %d to %d', (x, expected) => {
    expect(log(x)).toBe(expected);
  });

  it('inverts exp to the last digits', () => {
    for (let x = -700; x < 700; x += 0.37) expect(Math.abs(log(exp(x)) - x)).toBeLessThan(2 ** -52 * (1 + Math.abs(x)));
  });
});

interface GoldenPoints {
  x: string;
  y: string;
  rest: string;
}

/** The true value is y + rest·ulp(y)/254: see test/golden/elementary.py. */
function largestErrorUlp(f: (x: number) => number, points: GoldenPoints): number {
  const [x, y, rest] = [points.x, points.y, points.rest].map((text) => Buffer.from(text, 'base64'));
  expect(rest.length).toBeGreaterThanOrEqual(2048);
  let largest = 0;
  for (let i = 0; i < rest.length; i++) {
    const near = y.readDoubleLE(8 * i);
    const error = (f(x.readDoubleLE(8 * i)) - near) / ulp(near) - rest.readInt8(i) / 254;
    // Not Math.max: a NaN must fail.
    if (!(Math.abs(error) <= largest)) largest = Math.abs(error);
  }
  return largest;
}

function ulp(y: number): number {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, Math.abs(y));
  view.setBigUint64(0, view.getBigUint64(0) + 1n);
  return view.getFloat64(0) - Math.abs(y);
}
