import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitWarping, unwarp, warp, yeoJohnson } from '../../../shared/engine/gp/values.ts';
import golden from '../../golden/values.json' with { type: 'json' };

describe('fitWarping', () => {
  it.each(golden.cases)('finds the transform that SciPy finds ($name)', ({ values, lambda, y }) => {
    const warping = fitWarping(Float64Array.from(values), 'minimize');
    // SciPy stops its search for λ earlier than golden sections do, and has no bounds.
    expect(warping.lambda).toBeCloseTo(Math.min(Math.max(lambda, 0), 2), 4);
    if (Math.abs(lambda - 1) > 1) return;
    values.forEach((value, i) => expect(warp(warping, value)).toBeCloseTo(y[i], 4));
  });

  it('turns an objective that is maximised around', () => {
    const values = Float64Array.of(1, 5, 2, 9, 4);
    const up = fitWarping(values, 'maximize');
    const down = fitWarping(
      values.map((value) => -value),
      'minimize',
    );
    for (const value of values) expect(warp(up, value)).toBeCloseTo(warp(down, -value), 12);
  });

  it.each([
    ['one value', [3]],
    ['equal values', [7, 7, 7, 7]],
    ['zeros', [0, 0, 0]],
    ['two values', [1, 2, 1, 2]],
    ['the ends of what is allowed', [-1e300, 1e300, 0, 5]],
    ['the smallest there are', [5e-324, 1e-323, 2e-323, 0]],
    ['some next to which all others look alike', [1, 3, 2, 1e9, 1.5, 1e300, 4]],
    ['a hair apart, beside a large one', [1, 1 + 2e-16, 1 + 4e-16, 1 + 6e-16, 1e6]],
    ['the smallest there are, beside a large one', [5e-324, 1e-323, 0, 2e-323, 1]],
    ['a hair apart', [1, 1 + 2e-16, 1 + 4e-16, 1 + 6e-16]],
  ])('is finite and in order for %s', (_, list) => {
    const warping = fitWarping(Float64Array.from(list), 'minimize');
    const ys = [...list].sort((a, b) => a - b).map((value) => warp(warping, value));
    expect(ys.every(Number.isFinite)).toBe(true);
    expect(ys).toEqual([...ys].sort((a, b) => a - b));
  });

  it('gives mean 0 and variance 1', () => {
    const sample = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 5, maxLength: 60 });
    fc.assert(
      fc.property(sample, (list) => {
        fc.pre(new Set(list).size > 4);
        const warping = fitWarping(Float64Array.from(list), 'minimize');
        const ys = list.map((value) => warp(warping, value));
        const mean = ys.reduce((sum, y) => sum + y, 0) / ys.length;
        const variance = ys.reduce((sum, y) => sum + (y - mean) ** 2, 0) / ys.length;
        expect(mean).toBeCloseTo(0, 8);
        expect(variance).toBeCloseTo(1, 6);
      }),
      { seed: 1, numRuns: 200 },
    );
  });

  it('leads back to the value', () => {
    for (const { values } of golden.cases) {
      const warping = fitWarping(Float64Array.from(values), 'minimize');
      for (const value of values) expect(unwarp(warping, warp(warping, value)) / value).toBeCloseTo(1, 9);
    }
    const exploded = fitWarping(Float64Array.of(-5, 1, 2, 3, -4, 1e6, 1e12, 1e300), 'minimize');
    for (const value of [-5, 2, 1e6, 1e12, 1e299])
      expect(unwarp(exploded, warp(exploded, value)) / value).toBeCloseTo(1, 6);
    expect(unwarp(exploded, 1e9)).toBe(1.7976931348623157e308);
  });

  it.each([1e4, 1e8, 1e16, 1e100])('tells good values apart beside one of %f', (exploded) => {
    const good = [3, 1, 4, 1.5, 5, 9, 2, 6];
    const warping = fitWarping(Float64Array.from([...good, exploded]), 'minimize');
    const [best, second] = [warp(warping, 1), warp(warping, 1.5)];
    expect(second - best).toBeGreaterThan(0.02);
    expect(warp(warping, 9) - best).toBeGreaterThan(0.4);
  });

  it('measures by mean and deviation where no value stands out so far', () => {
    const warping = fitWarping(Float64Array.of(1, 2, 3, 4, 5, 60), 'minimize');
    expect(warping).toMatchObject({ origin: 12.5 / 60, bend: Infinity });
  });

  it('takes what a search has converged to for no reason to measure otherwise, but a value that explodes late', () => {
    const converged = [9, 7, 8, 5, 6, 3, ...Array.from({ length: 40 }, (_, i) => 2 ** -i)];
    expect(fitWarping(Float64Array.from(converged), 'minimize').bend).toBe(Infinity);
    expect(fitWarping(Float64Array.from([...converged, 1e6]), 'minimize').bend).toBe(20);
  });
});

describe('yeoJohnson', () => {
  it('is continuous where λ passes 0 and 2', () => {
    for (const z of [-5, -0.5, 0, 0.5, 5]) {
      for (const lambda of [0, 2]) {
        expect(yeoJohnson(z, lambda - 1e-6)).toBeCloseTo(yeoJohnson(z, lambda), 4);
        expect(yeoJohnson(z, lambda + 1e-6)).toBeCloseTo(yeoJohnson(z, lambda), 4);
      }
    }
  });
});
