import { describe, expect, it } from 'vitest';
import {
  countToReach,
  meanCurve,
  meanEstimate,
  meanOf,
  medianEstimate,
  ranksOf,
} from '../../bench/regret/statistics.ts';

describe('the mean over problems', () => {
  it('counts every problem alike, however many seeds it has', () => {
    expect(meanOf([[1], [3, 5, 7]])).toBe(3);
  });

  it('has an interval without width where nothing varies', () => {
    expect(meanEstimate([[2, 2], [2]])).toEqual({ value: 2, low: 2, high: 2 });
  });

  it('has an interval as wide as a normal sample of means', () => {
    // 100 problems of one seed, half 0 and half 1: the deviation of the mean is 0.05, and 90 % are 1.645 of those.
    const { value, low, high } = meanEstimate(Array.from({ length: 100 }, (_, i) => [i % 2]));
    expect(value).toBe(0.5);
    expect(low).toBeCloseTo(0.5 - 1.645 * 0.05, 1.5);
    expect(high).toBeCloseTo(0.5 + 1.645 * 0.05, 1.5);
  });

  it('is the same when it is made again', () => {
    const values = [[1, 2], [3], [4, 5, 6]];
    expect(meanEstimate(values)).toEqual(meanEstimate(values));
  });
});

describe('the median over problems', () => {
  it('is that of what a problem comes to', () => {
    expect(medianEstimate([[1, 3], [10], [100, 200]], (seeds) => Math.max(...seeds)).value).toBe(10);
  });
});

describe('ranks', () => {
  it('begin at 1, and equal values share theirs', () => {
    expect(ranksOf([5, -1, 5, 9])).toEqual([2.5, 1, 2.5, 4]);
  });
});

describe('how many trials it takes', () => {
  it('is the first at or below the target', () => {
    expect(countToReach([3, 2, 1, 0], 2)).toBe(2);
  });

  it('is one more than there are where none is', () => {
    expect(countToReach([3, 2, 1], 0)).toBe(4);
  });
});

describe('the mean of curves', () => {
  it('is taken point by point', () => {
    expect(
      meanCurve([
        [1, 2],
        [3, 6],
      ]),
    ).toEqual([2, 4]);
  });
});
