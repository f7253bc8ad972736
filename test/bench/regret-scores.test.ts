import { describe, expect, it } from 'vitest';
import { scoresOf } from '../../bench/regret/scores.ts';

const scale = { best: 0, median: 10 };

describe('the scores of a run', () => {
  it('are the log10 regret of what was told the least so far', () => {
    expect(scoresOf(scale, { seconds: 0, told: [10, 20, 1, 0.1, 5] })).toEqual([0, 0, -1, -2, -2]);
  });

  it('look at the truth of what looked best, even where it is worse than what came before', () => {
    const run = { seconds: 0, told: [5, 4], true: [1, 10] };
    expect(scoresOf(scale, run)).toEqual([-1, 0]);
  });

  it('are the mean over all that were told the same least value', () => {
    const run = { seconds: 0, told: [3, 3, 9, 3], true: [10, 1, 0.001, 0.1] };
    expect(scoresOf(scale, run)).toEqual([0, -0.5, -0.5, -1]);
  });

  it('end at one part in ten thousand, also below the best that was known', () => {
    expect(scoresOf(scale, { seconds: 0, told: [0, -1] })).toEqual([-4, -4]);
  });
});
