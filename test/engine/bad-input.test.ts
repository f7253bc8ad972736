import { describe, expect, it } from 'vitest';
import type { Params } from '../../shared/domain/parameter.ts';
import { checkParams, paramsKey } from '../../shared/domain/params.ts';
import type { Space } from '../../shared/domain/space.ts';
import type { Observation } from '../../shared/engine/observations.ts';
import { suggestWithModel, type ModelSuggested } from '../../shared/engine/suggest-with-model.ts';
import { suggest } from '../../shared/engine/suggest.ts';
import { spaceFrom } from '../domain/space-from.ts';

const square = spaceFrom({ x: { type: 'float', low: -1, high: 1 }, y: { type: 'float', low: -1, high: 1 } });

/** So many quasi-random trials with the values of a list, over and over. */
function historyOf(space: Space, count: number, values: readonly (number | undefined)[]): Observation[] {
  return Array.from({ length: count }, (_, number) => ({
    params: suggest({ space, sampler: { kind: 'quasiRandom' }, seed: 7, number, fixed: {}, firstTry: 0 })!.params,
    value: values[number % values.length],
  }));
}

/** The next four at once. */
function nextOf(space: Space, observations: Observation[], isOverdue?: () => boolean): ModelSuggested[] {
  const pending = new Map<number, Params>();
  return Array.from({ length: 4 }, (_, k) => {
    const number = observations.length + k;
    const suggested = suggestWithModel(
      { space, sampler: { kind: 'gp' }, seed: 7, number, fixed: {}, firstTry: 0 },
      [{ metric: 'loss', direction: 'minimize' }],
      { observations, pending: new Map(pending), failed: new Map(), inFlight: [] },
      isOverdue,
    )!;
    pending.set(number, suggested.params);
    return suggested;
  });
}

/** What is wrong with suggestions: known params, values that the space does not have, expectations that are no numbers. */
function faultsOf(space: Space, observations: Observation[], suggested: ModelSuggested[]): string[] {
  const known = new Set(observations.map(({ params }) => paramsKey(params)));
  return suggested.flatMap(({ params, expected }) => {
    const key = paramsKey(params);
    const isKnown = known.has(key);
    known.add(key);
    const isAllowed = 'params' in checkParams(space, params, 'refuse');
    const isFinite = Object.values(expected ?? {}).every(Number.isFinite);
    return !isKnown && isAllowed && isFinite ? [] : [`${key} ${JSON.stringify(expected)}`];
  });
}

describe('suggestions after a bad history', () => {
  it.each([
    ['one trial', 1, [3], 'quasiRandom'],
    ['equal values', 20, [5], 'gp'],
    ['nothing but infeasible trials', 20, [undefined], 'no_model'],
    ['infeasible trials but for one', 20, [...Array.from({ length: 19 }, () => undefined), 1], 'gp'],
    ['every other trial infeasible', 31, [1, undefined, 4, undefined, 2], 'gp'],
    ['values 1e300 apart', 20, [1e300, -1e300, 0, 1e-300, 7], 'gp'],
    ['values a rounding apart', 20, [1, 1 + 2 ** -52], 'gp'],
    ['the smallest values', 20, [5e-324, 0, 1e-323], 'gp'],
    ['one value far out', 30, [...Array.from({ length: 29 }, (_, i) => i / 29), 1e12], 'gp'],
  ] as const)('%s', (_, count, values, outcome) => {
    const history = historyOf(square, count, values);
    const suggested = nextOf(square, history);
    expect(faultsOf(square, history, suggested)).toEqual([]);
    expect(suggested.map(({ sampler, fallback }) => fallback ?? sampler)).toEqual(Array(4).fill(outcome));
  });

  it('the same configuration again and again', () => {
    const same = Array.from({ length: 60 }, (_, i) => ({ params: { x: 0.25, y: 0.5 }, value: i % 3 }));
    const suggested = nextOf(square, same);
    expect(new Set([...suggested.map(({ params }) => paramsKey(params)), paramsKey(same[0].params)]).size).toBe(5);
  });

  it('trials that crowd within a rounding of each other', () => {
    const crowd = Array.from({ length: 60 }, (_, i) => ({ params: { x: 0.25 + i * 2 ** -50, y: 0.5 }, value: i }));
    expect(faultsOf(square, crowd, nextOf(square, crowd))).toEqual([]);
  });
});

describe('suggestions in a bad space', () => {
  it('of a hundred categoricals', () => {
    const space = spaceFrom(
      Object.fromEntries(
        Array.from({ length: 100 }, (_, i) => [`c${i}`, { type: 'categorical', choices: ['a', 'b', 'c', 'd', 'e'] }]),
      ),
    );
    const history = historyOf(space, 40, [3, 1, 4, 1, 5, 9, 2, 6]);
    const suggested = nextOf(space, history);
    expect(faultsOf(space, history, suggested)).toEqual([]);
    expect(suggested[0].sampler).toBe('gp');
  });

  it('with a parameter of one value', () => {
    const space = spaceFrom({
      x: { type: 'float', low: 0.5, high: 0.5 },
      k: { type: 'int', low: 3, high: 3 },
      y: { type: 'float', low: 0, high: 1 },
    });
    const history = historyOf(space, 12, [1, 2, 0, 5]);
    expect(faultsOf(space, history, nextOf(space, history))).toEqual([]);
  });

  it('of which constraints leave a ten thousandth', () => {
    const constraints = ['x + y <= 0.03', 'x + y >= 0', 'x - y <= 0.03', 'x - y >= 0'];
    const space = spaceFrom(
      { x: { type: 'float', low: -1, high: 1 }, y: { type: 'float', low: -1, high: 1 } },
      constraints,
    );
    const history = historyOf(space, 12, [4, 2, 5, 1]);
    expect(faultsOf(space, history, nextOf(space, history))).toEqual([]);
  });

  it('that is nearly used up', () => {
    const space = spaceFrom({ k: { type: 'int', low: 1, high: 10 }, c: { type: 'boolean' } });
    const history = historyOf(space, 40, [4, 2, 5, 1, 3]);
    const once = [...new Map(history.map((one) => [paramsKey(one.params), one])).values()].slice(0, 14);
    expect(faultsOf(space, once, nextOf(space, once))).toEqual([]);
  });
});

describe('a deadline', () => {
  it('that is over at once gives the best candidate so far, and says so', () => {
    const history = historyOf(square, 30, [3, 1, 4, 1, 5, 9, 2, 6]);
    const suggested = nextOf(square, history, () => true);
    expect(faultsOf(square, history, suggested)).toEqual([]);
    for (const one of suggested) expect(one).toMatchObject({ sampler: 'gp', fallback: 'deadline' });
    const [whole, cut] = [nextOf(square, history)[0], suggested[0]];
    expect(whole.fallback).toBeUndefined();
    expect(paramsKey(cut.params)).not.toBe(paramsKey(whole.params));
  });

  it('is asked for often enough, and nothing more is looked at when it is over', () => {
    const history = historyOf(square, 30, [3, 1, 4, 1, 5, 9, 2, 6]);
    let asked = 0;
    nextOf(square, history, () => ++asked > 3);
    expect(asked).toBeGreaterThanOrEqual(4);
    expect(asked).toBeLessThan(12);
  });
});
