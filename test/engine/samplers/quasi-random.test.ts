import { describe, expect, it } from 'vitest';
import { quasiRandomPoint } from '../../../shared/engine/samplers/quasi-random.ts';
import { randomPoint } from '../../../shared/engine/samplers/random.ts';
import { samplerContract } from '../../contract/sampler.ts';
import { samplerOf } from './sampler-of.ts';

samplerContract('quasiRandom', samplerOf({ kind: 'quasiRandom' }));

describe('quasiRandomPoint', () => {
  it.each([0, 7, 2 ** 53 - 1])(
    'puts one of the first 2^k trials into each 2^k-th of every dimension (seed %d)',
    (seed) => {
      for (const count of [2, 16, 128]) {
        for (let dimension = 0; dimension < 100; dimension++) {
          const cells = Array.from({ length: count }, (_, n) =>
            Math.floor(quasiRandomPoint(seed, n, 0)(dimension) * count),
          );
          expect(new Set(cells).size).toBe(count);
        }
      }
    },
  );

  it('keeps that in every aligned block of trials, and under every try', () => {
    for (const attempt of [1, 5]) {
      for (const start of [64, 1 << 20]) {
        const cells = Array.from({ length: 64 }, (_, n) =>
          Math.floor(quasiRandomPoint(3, start + n, attempt)(41) * 64),
        );
        expect(new Set(cells).size).toBe(64);
      }
    }
  });

  it('fills the square and the cube better than random points do', () => {
    for (const dimensions of [
      [0, 1],
      [3, 4],
      [0, 1, 2],
      [97, 98, 99],
    ]) {
      const points = (point: typeof randomPoint, seed: number): number[][] =>
        Array.from({ length: 256 }, (_, n) => dimensions.map(point(seed, n, 0)));
      const seeds = [1, 2, 3, 4, 5];
      const even = seeds.map((seed) => squaredDiscrepancy(points(quasiRandomPoint, seed)));
      const random = seeds.map((seed) => squaredDiscrepancy(points(randomPoint, seed)));
      expect(mean(even)).toBeLessThan(mean(random) / 2);
    }
  });

  it('shares no try with the study of the next seed', () => {
    const places = [3, 4, 5].flatMap((seed) => [0, 1, 2, 3].map((attempt) => quasiRandomPoint(seed, 5, attempt)(0)));
    expect(new Set(places).size).toBe(12);
  });

  it('has a place for every try of the largest seed', () => {
    const point = quasiRandomPoint(2 ** 53 - 1, 0, 1000);
    expect(point(0)).toBeGreaterThanOrEqual(0);
    expect(point(0)).toBeLessThan(1);
  });
});

/** Warnock's formula for the squared L2 star discrepancy. */
function squaredDiscrepancy(points: readonly number[][]): number {
  const count = points.length;
  const single = points.reduce((sum, point) => sum + point.reduce((p, x) => (p * (1 - x * x)) / 2, 1), 0);
  let pairs = 0;
  for (const a of points) {
    for (const b of points) pairs += a.reduce((p, x, i) => p * (1 - Math.max(x, b[i])), 1);
  }
  return 3 ** -points[0].length - (2 * single) / count + pairs / count ** 2;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
