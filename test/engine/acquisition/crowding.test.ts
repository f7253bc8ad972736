import { describe, expect, it } from 'vitest';
import type { Params } from '../../../shared/domain/parameter.ts';
import { crowdingAt } from '../../../shared/engine/acquisition/crowding.ts';
import { suggestWithModel } from '../../../shared/engine/suggest-with-model.ts';
import { spaceFrom } from '../../domain/space-from.ts';

const square = { x: { type: 'float', low: 0, high: 10 }, y: { type: 'float', low: 0, high: 1 } };

describe('crowding', () => {
  const space = spaceFrom({ ...square, kind: { type: 'categorical', choices: ['a', 'b'] } });
  const isCrowded = crowdingAt(space, [{ x: 5, y: 0.5, kind: 'a' }]);

  it.each<[string, boolean, Params]>([
    ['at a pending point', true, { x: 5, y: 0.5, kind: 'a' }],
    ['next to it in every number', true, { x: 5.06, y: 0.494, kind: 'a' }],
    ['away from it in one number', false, { x: 5.07, y: 0.5, kind: 'a' }],
    ['at another choice', false, { x: 5, y: 0.5, kind: 'b' }],
  ])('is there %s: %s', (_, expected, params) => {
    expect(isCrowded(params)).toBe(expected);
  });

  it('is never there without pending points', () => {
    expect(crowdingAt(space, [])({ x: 5, y: 0.5, kind: 'a' })).toBe(false);
  });

  it('leaves every value of a list that is short', () => {
    const ints = spaceFrom({ k: { type: 'int', low: 0, high: 100 } });
    const near = crowdingAt(ints, [{ k: 50 }]);
    expect([49, 50, 51].map((k) => near({ k }))).toEqual([false, true, false]);
  });
});

describe('a hundred asked at once', () => {
  it.each([20, 60])('are spread after %i results of an optimum that is known', (count) => {
    const space = spaceFrom(square);
    const observations = Array.from({ length: count }, (_, i) => {
      const params = { x: ((i * 37) % 101) / 10.1, y: ((i * 53) % 97) / 97 };
      return { params, value: (params.x - 3) ** 2 + 100 * (params.y - 0.6) ** 2 };
    });
    const pending = new Map<number, Params>();
    for (let number = count; number < count + 100; number++) {
      const request = { space, sampler: { kind: 'gp' } as const, seed: 3, number, fixed: {}, firstTry: 0 };
      const history = { observations, pending, failed: new Map(), inFlight: [] };
      const found = suggestWithModel(request, [{ metric: 'loss', direction: 'minimize' }], history)!;
      expect(found).toMatchObject({ sampler: 'gp' });
      pending.set(number, found.params);
    }
    const points = [...pending.values()].map(({ x, y }) => [(x as number) / 10, y as number]);
    const nearest = points.map(([a, b], i) =>
      Math.min(...points.flatMap(([c, d], j) => (i === j ? [] : [Math.max(Math.abs(a - c), Math.abs(b - d))]))),
    );
    expect(Math.min(...nearest)).toBeGreaterThan(0.0015);
  });
});
