import { describe, expect, it } from 'vitest';
import { checkpointOf, fittedCountOf } from '../../../shared/engine/gp/schedule.ts';

describe('fittedCountOf', () => {
  it.each([
    [1, 1],
    [64, 64],
    [71, 64],
    [72, 72],
    [127, 120],
    [128, 128],
    [1000, 960],
    [10_000, 9216],
  ])('of %i results is %i', (n, count) => {
    expect(fittedCountOf(n)).toBe(count);
  });

  it('leaves out less than an eighth, never falls, and is fitted at itself', () => {
    for (let n = 1; n <= 10_000; n++) {
      const count = fittedCountOf(n);
      expect(n - count).toBeLessThan(Math.max(1, n / 8));
      expect(count).toBeGreaterThanOrEqual(fittedCountOf(Math.max(1, n - 1)));
      expect(fittedCountOf(count)).toBe(count);
    }
  });
});

describe('checkpointOf', () => {
  it.each([
    [3, undefined],
    [4, 4],
    [63, 48],
    [10_000, 384],
  ])('of %i results is %s', (n, checkpoint) => {
    expect(checkpointOf(n)).toBe(checkpoint);
  });

  it('is at or below the fitted count', () => {
    for (let n = 4; n < 2000; n++) expect(checkpointOf(fittedCountOf(n))!).toBeLessThanOrEqual(n);
  });
});
