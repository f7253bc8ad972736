import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { NumericParameter } from '../../shared/domain/parameter.ts';
import { axisOf, pointCountMax } from '../../shared/engine/axis.ts';
import { spaceFrom } from '../domain/space-from.ts';

function pointsOf(float: object, points: number): number[] {
  const axis = axisOf(spaceFrom({ x: { type: 'float', ...float } }), 0, points)!;
  return Array.from({ length: axis.count }, (_, k) => axis.valueAt(k) as number);
}

describe('axisOf', () => {
  it.each([
    [{ low: 1e-5, high: 1e-3, scale: 'log' }, 3, [1e-5, 1e-4, 1e-3]],
    [{ low: 1e-4, high: 0.1, scale: 'log' }, 4, [1e-4, 1e-3, 1e-2, 0.1]],
    [{ low: 1e-6, high: 1, scale: 'log' }, 7, [1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1]],
    [{ low: 1, high: 256, scale: 'log' }, 9, [1, 2, 4, 8, 16, 32, 64, 128, 256]],
    [{ low: 1e-9, high: 1e9, scale: 'log' }, 7, [1e-9, 1e-6, 1e-3, 1, 1e3, 1e6, 1e9]],
    [{ low: 0, high: 0.999, scale: 'reverseLog' }, 4, [0, 0.9, 0.99, 0.999]],
    [{ low: 0.1, high: 0.7 }, 7, [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7]],
  ])('writes the points of %j as a person would (%i)', (float, points, values) => {
    expect(pointsOf(float, points)).toEqual(values);
  });

  it('keeps points that are no short decimals to the last digit', () => {
    expect(pointsOf({ low: 1, high: 2, scale: 'log' }, 3)[1]).toBeCloseTo(Math.SQRT2, 15);
    expect(pointsOf({ low: 0, high: 1 }, 4)[1]).toBe(1 / 3);
  });

  it('keeps points apart that a short decimal lies between', () => {
    const low = 1 - 2 ** -44;
    for (const scale of ['linear', 'log']) {
      const values = pointsOf({ low, high: 2 - low, scale }, 33);
      expect(new Set(values).size).toBe(33);
      expect(values).toEqual(values.toSorted((a, b) => a - b));
    }
  });

  it('has the values of whole numbers', () => {
    const axis = axisOf(
      spaceFrom({ n: { type: 'int', low: -(2 ** 53 - 1), high: 2 ** 53 - 1, step: 2 } }),
      0,
      undefined,
    )!;
    expect(axis.valueAt(1)).toBe(-(2 ** 53) + 3);
    expect(axis.valueAt(axis.count - 1)).toBe(2 ** 53 - 1);
  });
});

describe('pointCountMax', () => {
  it('is the most points of which no two are equal, but for a reserve', () => {
    fc.assert(
      fc.property(closeBounds(), fc.double({ min: 0, max: 1, noNaN: true }), (float, place) => {
        const count = Math.min(pointCountMax({ type: 'float', ...float } as NumericParameter), 1_000_000);
        const axis = axisOf(spaceFrom({ x: { type: 'float', ...float } }), 0, count)!;
        const windows = [0, Math.floor(place * count), count - 40].map((k) => Math.min(Math.max(k, 0), count - 1));
        for (const first of windows) {
          for (let k = first; k < Math.min(first + 40, count - 1); k++) {
            const [value, next] = [axis.valueAt(k) as number, axis.valueAt(k + 1) as number];
            const isInside = value >= float.low && next <= float.high;
            expect(isInside && value < next, `${k} of ${count}: ${value}, ${next}`).toBe(true);
          }
        }
      }),
      { seed: 17, numRuns: 2000 },
    );
  });

  it.each([
    [{ scale: 'linear', low: 0, high: 1 }, 2 ** 49 + 1],
    [{ scale: 'linear', low: 1, high: 1 + 2 ** -52 }, 2],
    [{ scale: 'linear', low: 1e300, high: 1e300 }, Infinity],
    [{ scale: 'linear', low: 0, high: 5e-324 }, 2],
    [{ scale: 'log', low: 5e-324, high: 1e-322 }, 2],
  ])('of %j is %d', (float, count) => {
    expect(pointCountMax({ type: 'float', ...float } as NumericParameter)).toBe(count);
  });

  it('never refuses a million points of bounds that are a millionth apart', () => {
    for (const scale of ['linear', 'log'] as const) {
      expect(pointCountMax({ type: 'float', scale, low: 0.999999, high: 1 })).toBeGreaterThan(1e6);
    }
  });
});

/** Bounds of all scales, many of them so close that few doubles lie between. */
function closeBounds(): fc.Arbitrary<{ scale: string; low: number; high: number }> {
  const exponent = fc.double({ min: -17, max: 3, noNaN: true });
  const magnitude = fc.double({ min: -300, max: 290, noNaN: true });
  return fc
    .record({ scale: fc.constantFrom('linear', 'log', 'reverseLog'), magnitude, exponent, sign: fc.boolean() })
    .map(({ scale, magnitude, exponent, sign }) => {
      const [size, width] = [10 ** magnitude, 10 ** exponent];
      if (scale === 'log') return { scale, low: size, high: size * (1 + width) };
      if (scale === 'linear') return { scale, low: sign ? size : -size, high: (sign ? size : -size) + size * width };
      // The distance from 1, as small as doubles allow.
      const distance = Math.max(10 ** (magnitude / 20), 2 ** -53);
      return { scale, low: 1 - distance * (1 + width), high: 1 - distance };
    })
    .filter(({ low, high }) => low < high && high <= 1e300);
}
