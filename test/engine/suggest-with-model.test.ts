import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Params } from '../../shared/domain/parameter.ts';
import { checkParams, paramsKey } from '../../shared/domain/params.ts';
import { satisfiesConstraints, type Space } from '../../shared/domain/space.ts';
import { fittedCount, recallFitted } from '../../shared/engine/fitted.ts';
import { featuresOfAll } from '../../shared/engine/gp/features.ts';
import { priorMode } from '../../shared/engine/gp/fit.ts';
import { knownModel } from '../../shared/engine/gp/known-model.ts';
import type { ModelSuggested } from '../../shared/engine/suggest-with-model.ts';
import { faultsIn, type SpaceInput } from '../domain/brute-force.ts';
import { spaceFrom } from '../domain/space-from.ts';
import { arbitrarySituation } from './arbitrary-situation.ts';
import { askModel, historyOf, minimize } from './model-asks.ts';

const unit = { type: 'float', low: 0, high: 1 };
const kind = { type: 'categorical', choices: ['a', 'b', 'c', 'd'] };

/** What is told of a suggestion: its fallback, or else its sampler. */
const outcomeOf = (suggested: ModelSuggested | undefined): string => suggested!.fallback ?? suggested!.sampler;

describe('suggestWithModel', () => {
  it('suggests what is allowed, and by the model what is new, in whatever situation', () => {
    fc.assert(
      fc.property(arbitrarySituation, ({ input, space, history, fixed, ...options }) => {
        const { params, sampler, expected } = askModel(space, history, { ...options, fixed })!;
        expect(faultsIn(input, params)).toEqual([]);
        expect(checkParams(space, params, 'refuse')).toEqual({ params });
        expect(satisfiesConstraints(space, params)).toBe(true);
        expect(params).toMatchObject(fixed);
        const others = [...history.pending.values(), ...history.failed.values()];
        const taken = [...history.observations.map((one) => one.params), ...others].map(paramsKey);
        expect(sampler === 'gp' && taken.includes(paramsKey(params))).toBe(false);
        for (const one of Object.values(expected ?? {})) expect(one).toSatisfy(Number.isFinite);
        expect(expected?.deviation ?? 0).toBeGreaterThanOrEqual(0);
        expect(Math.abs((expected?.improvement ?? 0.5) - 0.5)).toBeLessThanOrEqual(0.5);
      }),
      { seed: 1, numRuns: 200 },
    );
  });

  const sizes: [number, number][] = [1, 2, 20, 100].flatMap((d) =>
    [0, 1, 2, 3, 64, 65, 400, 401, 1000, 1001].map((n): [number, number] => [d, n]),
  );
  it.each([...sizes, [2, 10_000]])('suggests for %i parameters after %i results', (d, n) => {
    const input = Object.fromEntries(Array.from({ length: d }, (_, i) => [`x${i}`, unit]));
    const space = spaceFrom(input);
    // The first is the best: it is kept for its value, and the last ones because they are the latest.
    const observations = historyOf(
      space,
      n,
      Array.from({ length: n }, (_, i) => i),
    );
    // A fit of many lengthscales takes half a second, and has tests of its own.
    if (d > 2) recallFitted(space, minimize, observations, [{ count: fittedCount(n), theta: [...priorMode(d)] }]);
    const suggested = askModel(space, { observations })!;
    const { params, expected } = suggested;
    expect(faultsIn(input, params)).toEqual([]);
    expect(observations.map((one) => paramsKey(one.params))).not.toContain(paramsKey(params));
    expect(outcomeOf(suggested)).toBe(n === 1 || n === 2 ? 'quasiRandom' : 'gp');
    expect(suggested.observations).toBe(n === 1 || n === 2 ? undefined : n);
    if (n < 3) return;
    expect(expected!.improvement).toBeGreaterThan(0);
    expect(expected!.improvement).toBeLessThan(1);
    // The model that the suggestion is from: it is not worked out again.
    const { x, n: rowCount } = knownModel(space, minimize, observations)!.posterior.observations;
    expect(rowCount).toBe(Math.min(n, 1000));
    const rows = new Set(Array.from({ length: rowCount }, (_, row) => x.slice(row * d, (row + 1) * d).join()));
    for (const one of [observations[0], observations[n - 1]])
      expect(rows).toContain(featuresOfAll(space, [one.params]).join());
  });
});

describe('the start', () => {
  /** What is asked after so many results, one of which always has a value. */
  const startOf = (input: SpaceInput, count: number): string[] => {
    const space = spaceFrom(input);
    return Array.from({ length: count }, (_, n) =>
      outcomeOf(askModel(space, { observations: historyOf(space, n, [2, 1]) })),
    );
  };

  it.each<[string, SpaceInput, number]>([
    ['no categories', { x: unit, y: unit }, 3],
    ['as many categories as numbers', { x: unit, kind }, 3],
    ['more categories than numbers', { x: unit, kind, on: { type: 'boolean' } }, 6],
    ['nothing but a boolean and a category', { kind, on: { type: 'boolean' } }, 6],
    [
      'ordinals, which have an order',
      { x: unit, size: { type: 'ordinal', values: ['s', 'm'] }, a: { type: 'int', low: 0, high: 9 } },
      3,
    ],
  ])('of a space with %s', (_, input, count) => {
    const points = Array.from({ length: count - 1 }, () => 'quasiRandom');
    expect(startOf(input, count + 2)).toEqual(['gp', ...points, 'gp', 'gp']);
  });

  it('counts what is pending and asks on their way, but needs two results for a model', () => {
    const space = spaceFrom({ x: unit, y: unit });
    const observations = historyOf(space, 2, [2, 1]);
    const pending = new Map([[2, { x: 0.5, y: 0.125 }]]);
    expect(outcomeOf(askModel(space, { observations, pending }))).toBe('gp');
    expect(outcomeOf(askModel(space, { observations, inFlight: [2] }))).toBe('gp');
    expect(outcomeOf(askModel(space, { observations: observations.slice(1), pending, inFlight: [3, 4] }))).toBe(
      'quasiRandom',
    );
  });

  it('is at the defaults, and in the middle of what has none', () => {
    const input = {
      rate: { type: 'float', low: 1e-4, high: 1, scale: 'log' },
      width: { type: 'int', low: 1, high: 9, default: 8 },
      kind: { ...kind, default: 'd' },
      size: { type: 'ordinal', values: [1, 2, 4] },
    };
    const { params, ...suggested } = askModel(spaceFrom(input), {})!;
    expect(params).toEqual({ rate: expect.closeTo(0.01, 12), width: 8, kind: 'd', size: 2 });
    expect(suggested).toEqual({ sampler: 'gp', tries: 0, observations: 0 });
  });

  it('is not given again where it failed', () => {
    const space = spaceFrom({ x: unit, y: unit });
    const failed = new Map([[0, { x: 0.5, y: 0.5 }]]);
    expect(askModel(space, {})!.params).toEqual({ x: 0.5, y: 0.5 });
    const next = askModel(space, { failed }, { number: 1 })!;
    expect(next.params).not.toEqual({ x: 0.5, y: 0.5 });
    expect(outcomeOf(next)).toBe('quasiRandom');
  });

  /** The first ask in a square, with defaults for both numbers or for none. */
  const firstOf = (defaults: Params | undefined, constraint: string, fixed: Params): ModelSuggested => {
    const [x, y] = ['x', 'y'].map((name) => ({ ...unit, ...(defaults && { default: defaults[name] }) }));
    return askModel(spaceFrom({ x, y }, [constraint]), {}, { fixed })!;
  };

  it.each<[string, Params | undefined, Params]>([
    ['in the middle', undefined, { x: 0.5, y: 0.5 }],
    ['at the defaults', { x: 0.25, y: 0.125 }, { x: 0.25, y: 0.125 }],
  ])('is %s where the constraints allow it', (_, defaults, params) => {
    expect(firstOf(defaults, 'x + y <= 1', {})).toMatchObject({ sampler: 'gp', params });
  });

  it.each<[string, Params | undefined, Params]>([
    ['the middle is not allowed', undefined, {}],
    ['the defaults are not allowed', { x: 0.75, y: 0.25 }, {}],
    ['a value is fixed', { x: 0.25, y: 0.25 }, { x: 0.25 }],
  ])('is elsewhere where %s', (_, defaults, fixed) => {
    const { params, sampler } = firstOf(defaults, 'x + y <= 0.9', fixed);
    expect(sampler).toBe('quasiRandom');
    expect(params).not.toEqual(defaults ?? { x: 0.5, y: 0.5 });
    expect(params).toMatchObject(fixed);
  });
});

describe('asks on their way', () => {
  const space = spaceFrom({ x: unit, y: unit });
  const observations = historyOf(space, 12, [3, 1, 4, 1, 5, 9, 2, 6]);
  const next = (pending: [number, Params][], inFlight: number[], number: number): Params =>
    askModel(space, { observations, pending: new Map(pending), inFlight }, { number })!.params;

  const of12 = next([], [], 12);
  /** Where 12 would go: it went elsewhere because 13 is not seen by it. */
  const near = { x: of12.x, y: Math.min((of12.y as number) + 0.01, 1) };

  it('are given what they were given themselves, which depends on smaller numbers alone', () => {
    expect(next([[13, near]], [], 12)).not.toEqual(of12);
    expect(next([[13, near]], [12], 14)).toEqual(
      next(
        [
          [12, of12],
          [13, near],
        ],
        [],
        14,
      ),
    );
  });

  it('see each other in the order of their numbers, with what is pending between them', () => {
    const of14 = next(
      [
        [12, of12],
        [13, near],
      ],
      [],
      14,
    );
    expect(next([[13, near]], [14, 12], 15)).toEqual(
      next(
        [
          [12, of12],
          [13, near],
          [14, of14],
        ],
        [],
        15,
      ),
    );
  });

  it('are imagined up to eight', () => {
    const inFlight = (count: number): number[] => Array.from({ length: count }, (_, k) => 12 + k);
    expect(outcomeOf(askModel(space, { observations, inFlight: inFlight(8) }))).toBe('gp');
    expect(outcomeOf(askModel(space, { observations, inFlight: inFlight(9) }))).toBe('in_flight');
  });
});

describe('a deadline', () => {
  const input: SpaceInput = { x: unit, y: unit, k: { type: 'int', low: 0, high: 20 }, on: { type: 'boolean' } };
  /** Another one each time: what is known of a space stays known. */
  const freshSpace = (): Space => spaceFrom(input, ['x + y <= 1.5']);
  const observations = historyOf(freshSpace(), 14, [3, 1, 4, 1, 5, 9, 2, 6]);
  const pending = new Map([[15, { x: 0.5, y: 0.5, k: 7, on: true }]]);

  /** What is given when the time is up at the k-th look at it. */
  function givenUntil(k: number, inFlight: number[]): { given: ModelSuggested; looks: number } {
    let looks = 0;
    const isOverdue = (): boolean => ++looks >= k;
    const given = askModel(freshSpace(), { observations, pending, inFlight }, { number: 17, isOverdue })!;
    return { given, looks };
  }

  it('may come at any look at it: something allowed and new is given, and it is said', () => {
    const inFlight = [14, 16];
    const { given: whole, looks } = givenUntil(Infinity, inFlight);
    expect(whole.fallback).toBeUndefined();
    expect(looks).toBeGreaterThan(3 * 7);
    for (let k = 1; k <= looks; k++) {
      const { given, looks: until } = givenUntil(k, inFlight);
      expect(until).toBe(k);
      expect(given).toMatchObject({ sampler: 'gp', fallback: 'deadline', observations: 14 });
      expect(faultsIn(input, given.params)).toEqual([]);
      expect(satisfiesConstraints(freshSpace(), given.params)).toBe(true);
      const taken = [...observations.map(({ params }) => params), ...pending.values()].map(paramsKey);
      expect(taken).not.toContain(paramsKey(given.params));
    }
    expect(givenUntil(looks + 1, inFlight).given).toEqual(whole);
  });

  it('that is over at once leaves no time to imagine asks on their way', () => {
    expect(givenUntil(1, [14, 16]).given).toEqual(givenUntil(1, []).given);
    expect(givenUntil(Infinity, [14, 16]).given).not.toEqual(givenUntil(Infinity, []).given);
  });
});
