import { describe, expect, it } from 'vitest';
import { advise, type Valued } from '../../shared/engine/advise.ts';
import { spaceFrom } from '../domain/space-from.ts';

const space = spaceFrom(
  { rate: { type: 'float', low: 1e-4, high: 1, scale: 'log' }, kind: { type: 'categorical', choices: ['a', 'b'] } },
  [],
);
const minimise = { metric: 'loss', direction: 'minimize' } as const;

/** Trials spread over the log scale, with the loss that a function gives them. */
function trials(count: number, lossOf: (place: number, number: number) => number): Valued[] {
  return Array.from({ length: count }, (_, number) => {
    const place = ((number * 7) % count) / (count - 1);
    return { number, params: { rate: 10 ** (-4 + 4 * place), kind: 'a' }, value: lossOf(place, number) };
  });
}

const kinds = (history: Valued[], objective: Parameters<typeof advise>[1] = minimise) =>
  advise(space, objective, history).map(({ kind, parameter }) => (parameter ? `${kind} ${parameter}` : kind));

describe('advise', () => {
  it('says to go on while there is little to go by', () => {
    expect(kinds(trials(9, (place) => place))).toEqual(['go_on']);
  });

  it('says to widen where the best trials are at a bound', () => {
    expect(kinds(trials(60, (place, number) => place - number / 1e6))).toContain('widen rate');
    const [low] = advise(
      space,
      minimise,
      trials(60, (place) => place),
    );
    expect(low.hint).toBe('Lower space.rate.low with PATCH; the history is kept.');
    const [high] = advise(
      space,
      { ...minimise, direction: 'maximize' },
      trials(60, (place) => place),
    );
    expect(high.hint).toBe('Raise space.rate.high with PATCH; the history is kept.');
  });

  it('says to narrow where the best trials are close together', () => {
    expect(kinds(trials(50, (place) => Math.abs(place - 0.5)))).toContain('narrow rate');
  });

  it('says neither where the best trials are everywhere', () => {
    expect(kinds(trials(50, (_, number) => (number * 13) % 50))).not.toContain('narrow rate');
  });

  it('says to stop when nothing has become better for long, and not before', () => {
    expect(kinds(trials(60, (_, number) => (number === 5 ? 0 : 1)))).toContain('stop');
    expect(kinds(trials(60, (_, number) => (number === 55 ? 0 : 1)))).toContain('go_on');
  });
});
