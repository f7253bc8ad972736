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

  it('shows the part of a range with few digits, all inside', () => {
    const [{ detail }] = advise(
      space,
      minimise,
      trials(50, (place) => Math.abs(place - 0.4)),
    );
    // The best five have places 18/49 … 22/49 on the log scale, less those farther from 0.4.
    expect(detail).toMatch(
      /^The 5 best trials have rate from 0\.00\d{1,4} to 0\.00\d{1,4}, a small part of its range\.$/,
    );
    const [{ detail: value }] = advise(
      space,
      minimise,
      trials(12, (place) => 1 / 3 + place),
    ).slice(-1);
    expect(value).toContain('The best value, 0.333333, is that of trial 0, 11 trials ago.');
  });

  it('leaves a search alone that has gone to the best part by itself', () => {
    const gone = trials(60, (place) => Math.abs(place - 0.5)).map((trial, i) =>
      i < 20 ? trial : { ...trial, params: { rate: 10 ** (-2 + (i % 10) / 100), kind: 'a' }, value: (i % 10) / 100 },
    );
    expect(kinds(gone)).not.toContain('narrow rate');
  });
});

describe('advise on whole numbers', () => {
  const adviceOn = (parameter: object, valueOf: (i: number) => number, lossOf: (value: number) => number) => {
    const history = Array.from({ length: 40 }, (_, number) => {
      const value = valueOf(number);
      return { number, params: { layers: value }, value: lossOf(value) + number / 1e6 };
    });
    const [first] = advise(spaceFrom({ layers: { type: 'int', ...parameter } }, []), minimise, history);
    return [first.kind, first.parameter, first.detail];
  };

  it('says to widen where the best are all the first or last of a few', () => {
    expect(
      adviceOn(
        { low: 1, high: 4 },
        (i) => 1 + (i % 4),
        (value) => -value,
      ),
    ).toEqual(['widen', 'layers', 'The 4 best trials have layers next to its high bound 4.']);
    expect(
      adviceOn(
        { low: 1, high: 4 },
        (i) => 1 + (i % 4),
        (value) => value,
      ),
    ).toEqual(['widen', 'layers', 'The 4 best trials have layers next to its low bound 1.']);
  });

  it('does not take one of two for a bound that the best are at by more than chance', () => {
    // Of four of the best, an eighth of all studies has all at one of the two.
    expect(
      adviceOn(
        { low: 0, high: 1 },
        (i) => i % 2,
        (value) => value,
      )[1],
    ).toBeUndefined();
  });

  it('does not narrow to a single one', () => {
    expect(
      adviceOn(
        { low: 1, high: 9 },
        (i) => 1 + (i % 9),
        (value) => Math.abs(value - 3),
      )[1],
    ).toBeUndefined();
    expect(
      adviceOn(
        { low: 1, high: 40 },
        (i) => 1 + i,
        (value) => Math.abs(value - 13.4),
      ),
    ).toEqual(['narrow', 'layers', 'The 4 best trials have layers from 12 to 15, a small part of its range.']);
  });
});

describe('advise at the ends of what a space may be', () => {
  it.each([
    [{ type: 'float', low: -1e300, high: 0 }, (place: number) => -1e300 + place * 1e300],
    [{ type: 'int', low: 1, high: 40, scale: 'log' }, (place: number) => 1 + Math.round(place * 39)],
    [{ type: 'float', low: 1, high: 40, scale: 'log', step: 1 }, (place: number) => 1 + Math.round(place * 39)],
    [
      { type: 'int', low: -Number.MAX_SAFE_INTEGER, high: 0 },
      (place: number) => Math.round((place - 1) * (2 ** 53 - 1)),
    ],
  ])('does not say to widen %j, which cannot be', (parameter, valueAt) => {
    const history = Array.from({ length: 40 }, (_, number) => ({
      number,
      params: { x: valueAt(number / 39) },
      value: number,
    }));
    expect(advise(spaceFrom({ x: parameter }, []), minimise, history).map(({ kind }) => kind)).not.toContain('widen');
  });
});
