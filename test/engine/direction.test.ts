import { describe, expect, it } from 'vitest';
import type { Observation } from '../../shared/engine/observations.ts';
import { spaceFrom } from '../domain/space-from.ts';
import { askBatch, historyOf, maximize, minimize } from './model-asks.ts';

const space = spaceFrom({
  rate: { type: 'float', low: 1e-4, high: 1, scale: 'log' },
  width: { type: 'int', low: 1, high: 64 },
  kind: { type: 'categorical', choices: ['a', 'b', 'c'] },
});

/** A bowl with waves, and every eleventh trial infeasible. */
function observed(count: number): Observation[] {
  return historyOf(space, count, [0]).map(({ params }, i) => {
    const [rate, width] = [Math.log10(params.rate as number), params.width as number];
    const value = (rate + 2) ** 2 + (width / 64 - 0.6) ** 2 + Math.sin(i) / 4 + (params.kind === 'b' ? 0 : 1);
    return { params, value: i % 11 === 10 ? undefined : value };
  });
}

function negated(observations: readonly Observation[]): Observation[] {
  return observations.map(({ params, value }) => ({ params, value: value === undefined ? undefined : -value }));
}

describe('suggestions that maximise', () => {
  // From 1,001 results on the model is conditioned on a part of them.
  it.each([
    [12, 1],
    [40, 4],
    [1100, 2],
  ])('are those that minimise the negative values: %i results, %i at once', (count, batch) => {
    const observations = observed(count);
    const [down, up] = [
      askBatch(space, observations, batch, { objectives: [minimize] }),
      askBatch(space, negated(observations), batch, { objectives: [maximize] }),
    ];
    for (const { sampler, fallback } of up)
      expect({ sampler, fallback }).toEqual({ sampler: 'gp', fallback: undefined });
    expect(up).toEqual(down.map((one) => ({ ...one, expected: { ...one.expected, mean: -one.expected!.mean } })));
  });
});
