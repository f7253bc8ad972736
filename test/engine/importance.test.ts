import { describe, expect, it } from 'vitest';
import type { Params } from '../../shared/domain/parameter.ts';
import type { Space } from '../../shared/domain/space.ts';
import { drawFeasible, type Point } from '../../shared/engine/draw.ts';
import { importanceOf } from '../../shared/engine/importance.ts';
import type { Observation } from '../../shared/engine/observations.ts';
import { randomPoint } from '../../shared/engine/samplers/random.ts';
import { suggestWithModel } from '../../shared/engine/suggest-with-model.ts';
import { createGenerator } from '../../shared/numerics/random.ts';
import { spaceFrom } from '../domain/space-from.ts';

const loss = { metric: 'loss', direction: 'minimize' } as const;
const float = { type: 'float', low: 0, high: 1 };
const mixed = spaceFrom({
  a: float,
  b: float,
  c: { type: 'int', low: 1, high: 8 },
  d: { type: 'categorical', choices: ['x', 'y', 'z'] },
});

function randomTrials(
  space: Space,
  count: number,
  valueOf: (params: Params, i: number) => number | undefined,
): Observation[] {
  return Array.from({ length: count }, (_, i) => {
    const { params } = drawFeasible(space, {}, (attempt): Point => randomPoint(5, i, attempt), 0)!;
    return { params, value: valueOf(params, i) };
  });
}

function sum(params: Params, weights: Record<string, number>): number {
  return Object.entries(weights).reduce((total, [name, weight]) => total + weight * ((params[name] as number) ?? 0), 0);
}

describe('importanceOf', () => {
  it('is the analytic share of the variance of a sum', () => {
    const space = spaceFrom({ p: float, q: float, r: float, s: float });
    const trials = randomTrials(space, 80, (params) => sum(params, { p: 4, q: 2, r: 1 }));
    const { method, explained, parameters } = importanceOf(space, loss, trials)!;
    expect(method).toBe('sensitivity');
    expect(explained).toBeGreaterThan(0.99);
    expect(parameters.map(({ name }) => name)).toEqual(['p', 'q', 'r', 's']);
    [16, 4, 1, 0].forEach((part, i) => {
      const { importance, sensitivity, isDistinguishable } = parameters[i];
      expect(Math.abs(importance - part / 21)).toBeLessThan(0.03);
      expect(Math.abs(sensitivity!.first - part / 21)).toBeLessThan(0.05);
      expect(isDistinguishable).toBe(part > 0);
    });
  });

  it('finds the one that matters where the search has long gone there', () => {
    const trials: Observation[] = [];
    for (let number = 0; number < 40; number++) {
      const request = { space: mixed, sampler: { kind: 'gp' as const }, seed: 1, number, fixed: {}, firstTry: 0 };
      const history = { observations: [...trials], pending: new Map(), failed: new Map(), inFlight: [] };
      const { params } = suggestWithModel(request, [loss], history)!;
      trials.push({ params, value: ((params.a as number) - 0.3) ** 2 });
    }
    const [first, ...others] = importanceOf(mixed, loss, trials)!.parameters;
    expect(first).toMatchObject({ name: 'a', isDistinguishable: true });
    expect(first.importance).toBeGreaterThan(0.95);
    expect(others.map(({ isDistinguishable }) => isDistinguishable)).toEqual([false, false, false]);
  });

  it('does not believe a model that has learnt noise', () => {
    const noise = createGenerator(2, 99);
    const found = importanceOf(
      mixed,
      loss,
      randomTrials(mixed, 60, () => noise.nextUnit()),
    )!;
    expect(found.method).toBe('pedAnova');
    expect(found.explained).toBeLessThan(0.5);
    expect(found.parameters.filter(({ isDistinguishable }) => isDistinguishable)).toEqual([]);
  });

  it('believes a model that tells a parameter from noise, however much noise there is', () => {
    const noise = createGenerator(4, 99);
    const trials = randomTrials(mixed, 80, (params) => sum(params, { a: 1 }) + 1.2 * noise.nextUnit());
    const { method, explained, parameters } = importanceOf(mixed, loss, trials)!;
    expect(explained).toBeLessThan(0.5);
    expect(method).toBe('sensitivity');
    expect(parameters.map(({ name, isDistinguishable }) => [name, isDistinguishable])[0]).toEqual(['a', true]);
    expect(parameters.slice(1).map(({ isDistinguishable }) => isDistinguishable)).toEqual([false, false, false]);
  });

  it('has no parameter that is more than noise and may have no share', () => {
    const found = Array.from({ length: 40 }, (_, seed) => {
      const noise = createGenerator(seed, 99);
      return importanceOf(
        mixed,
        loss,
        randomTrials(mixed, 20, ({ a }) => (a as number) + 2 * noise.nextUnit()),
      )!.parameters;
    }).flat();
    expect(found.filter(({ isDistinguishable, low }) => isDistinguishable && low === 0)).toEqual([]);
  });

  it('counts a parameter by how often it is active', () => {
    const space = spaceFrom({
      kind: { type: 'categorical', choices: ['on', 'off'] },
      inner: { ...float, when: { kind: 'on' } },
      outer: float,
    });
    const trials = randomTrials(space, 100, (params) => sum(params, { inner: 1, outer: 1 }));
    const { parameters } = importanceOf(space, loss, trials)!;
    const byName = Object.fromEntries(parameters.map((one) => [one.name, one.sensitivity!]));
    // Variances: outer 1/12; inner alone 1/48 of it, with the kind 1/24; the kind with the mean of inner 1/16 more.
    const variance = 1 / 12 + 1 / 24 + 1 / 16;
    expect(Math.abs(byName.outer.total - 1 / 12 / variance)).toBeLessThan(0.05);
    expect(Math.abs(byName.inner.total - 1 / 24 / variance)).toBeLessThan(0.05);
  });

  it('looks only at what constraints allow', () => {
    const space = spaceFrom({ p: float, q: float }, ['p + q <= 1']);
    const trials = randomTrials(space, 60, (params) => sum(params, { p: 1 }));
    const { parameters } = importanceOf(space, loss, trials)!;
    expect(parameters[0]).toMatchObject({ name: 'p', isDistinguishable: true });
    expect(parameters[1].importance).toBeLessThan(0.02);
  });

  it('goes by the trials where hardly anything is allowed', () => {
    const space = spaceFrom({ p: float, q: float }, ['p - q <= 0.001 && q - p <= 0.001']);
    const trials = randomTrials(space, 40, (params) => sum(params, { p: 1 }));
    const { method, parameters } = importanceOf(space, loss, trials)!;
    expect(method).toBe('pedAnova');
    expect(parameters.map(({ sensitivity }) => sensitivity)).toEqual([undefined, undefined]);
  });

  it('is the same for the same history', () => {
    const trials = randomTrials(mixed, 30, (params) => sum(params, { a: 1, b: 0.3 }));
    const again = spaceFrom({
      a: float,
      b: float,
      c: { type: 'int', low: 1, high: 8 },
      d: { type: 'categorical', choices: ['x', 'y', 'z'] },
    });
    expect(importanceOf(again, loss, structuredClone(trials))).toEqual(importanceOf(mixed, loss, trials));
  });

  it.each([
    ['no trials', []],
    ['one trial', randomTrials(mixed, 1, () => 1)],
    ['nine values', randomTrials(mixed, 30, (_, i) => (i < 9 ? i : undefined))],
    ['all infeasible', randomTrials(mixed, 30, () => undefined)],
    ['all equal', randomTrials(mixed, 30, () => 3)],
  ])('says nothing of %s', (_, trials) => {
    expect(importanceOf(mixed, loss, trials)).toBeUndefined();
  });

  it.each([
    ['the ends of what is allowed', randomTrials(mixed, 30, (_, i) => (i % 2 === 0 ? 1e300 : -1e300))],
    ['nearly all infeasible', randomTrials(mixed, 60, (_, i) => (i % 6 === 0 ? i : undefined))],
    [
      'the same params again and again',
      randomTrials(mixed, 30, (_, i) => i).map(({ value }) => ({ params: { a: 0.5, b: 0.5, c: 2, d: 'x' }, value })),
    ],
    ['values a hair apart', randomTrials(mixed, 30, (_, i) => 1 + i * 2 ** -52)],
  ])('has finite shares in order of %s', (_, trials) => {
    const { parameters } = importanceOf(mixed, loss, trials)!;
    parameters.forEach(({ importance, low, high }, i) => {
      expect(0 <= low && low <= importance && importance <= high && high <= 1).toBe(true);
      expect(importance).toBeLessThanOrEqual(parameters[Math.max(i - 1, 0)].importance);
    });
  });

  it('gives a parameter of one value nothing', () => {
    const space = spaceFrom({
      p: float,
      one: { type: 'float', low: 2, high: 2 },
      same: { type: 'categorical', choices: ['x'] },
    });
    const trials = randomTrials(space, 20, (params) => sum(params, { p: 1 }));
    const { parameters } = importanceOf(space, loss, trials)!;
    expect(parameters.map(({ importance, isDistinguishable }) => [importance, isDistinguishable])).toEqual([
      [1, true],
      [0, false],
      [0, false],
    ]);
  });

  it('takes a hundred parameters and ten thousand trials', () => {
    const many = spaceFrom(Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`p${i}`, float])));
    const wide = importanceOf(
      many,
      loss,
      randomTrials(many, 60, (params) => sum(params, { p7: 1 })),
    )!;
    expect(wide.parameters).toHaveLength(100);
    const long = importanceOf(
      mixed,
      loss,
      randomTrials(mixed, 10_000, (params) => sum(params, { a: 1 })),
    )!;
    expect(long.parameters[0]).toMatchObject({ name: 'a', isDistinguishable: true });
    expect(long.quantile).toBe(0.1);
    expect([wide.sampled, long.sampled]).toEqual([undefined, undefined]);
  });

  it('looks at a sample of more trials than it can read', () => {
    const trials = randomTrials(mixed, 20_000, (params, i) => sum(params, { a: 1, b: 0.3 }) + (i % 7) / 50);
    const { sampled, quantile, parameters } = importanceOf(mixed, loss, trials)!;
    expect({ sampled, quantile }).toEqual({ sampled: 12_500, quantile: 0.1 });
    expect(parameters.map(({ name, isDistinguishable }) => [name, isDistinguishable])).toEqual([
      ['a', true],
      ['b', true],
      expect.anything(),
      expect.anything(),
    ]);
    expect(parameters[0].trials).toMatchObject({ isAboveChance: true });
  });

  it('answers with what the model has found when the time is up', () => {
    const trials = randomTrials(mixed, 60, (params) => sum(params, { a: 1 }));
    const { parameters } = importanceOf(mixed, loss, trials, () => true)!;
    expect(parameters[0]).toMatchObject({ name: 'a', trials: { isAboveChance: true } });
  });
});
