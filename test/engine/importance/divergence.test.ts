import { describe, expect, it } from 'vitest';
import type { Space } from '../../../shared/domain/space.ts';
import { rankedTrials } from '../../../shared/engine/importance/best-trials.ts';
import { binned } from '../../../shared/engine/importance/density.ts';
import { divergences } from '../../../shared/engine/importance/divergence.ts';
import type { Observation } from '../../../shared/engine/observations.ts';
import { createGenerator } from '../../../shared/numerics/random.ts';
import { spaceFrom } from '../../domain/space-from.ts';
import golden from '../../golden/importance.json' with { type: 'json' };

function divergencesOf(space: Space, trials: readonly Observation[], topCount: number): number[] {
  const columns = space.parameters.map((_, i) => binned(space, i, trials));
  const ranked = rankedTrials({ metric: 'loss', direction: 'minimize' }, trials);
  return divergences(columns, ranked, new Float64Array(trials.length).fill(1), topCount);
}

describe('divergences', () => {
  it.each(golden.cases)('are those that SciPy has ($trials.length trials)', ({ trials, topCount, divergences }) => {
    const space = spaceFrom(golden.space);
    const found = divergencesOf(space, trials, topCount);
    space.names.forEach((name, i) => {
      expect(found[i]).toBeCloseTo(divergences[name as keyof typeof divergences], 10);
    });
  });

  it('share out what is left of the best among trials that are equal', () => {
    const space = spaceFrom({ a: { type: 'float', low: 0, high: 1 }, b: { type: 'boolean' } });
    const random = createGenerator(4, 99);
    const trials = Array.from({ length: 40 }, () => ({
      params: { a: random.nextUnit(), b: random.nextBelow(2) === 1 },
      value: 1,
    }));
    expect(divergencesOf(space, trials.toReversed(), 20)).toEqual(
      divergencesOf(space, trials, 20).map((one) => expect.closeTo(one, 12)),
    );
  });
});
