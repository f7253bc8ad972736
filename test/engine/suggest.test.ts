import { describe, expect, it } from 'vitest';
import { paramsKey } from '../../shared/domain/params.ts';
import type { Params } from '../../shared/domain/parameter.ts';
import { suggest, suggestUntaken, type SuggestRequest } from '../../shared/engine/suggest.ts';
import { allConfigurations, type SpaceInput } from '../domain/brute-force.ts';
import { spaceFrom } from '../domain/space-from.ts';

const input: SpaceInput = {
  kind: { type: 'categorical', choices: ['a', 'b', 'c'] },
  depth: { type: 'int', low: 1, high: 8, when: { kind: ['a', 'b'] } },
  width: { type: 'ordinal', values: [1, 2, 4] },
};
const all = allConfigurations(input);
const request: SuggestRequest = {
  space: spaceFrom(input),
  sampler: { kind: 'random' },
  seed: 3,
  number: 40,
  fixed: {},
  firstTry: 12,
};

describe('suggest', () => {
  it('has nothing to suggest when the constraints leave nothing', () => {
    const space = spaceFrom({ x: { type: 'float', low: 0, high: 1 } }, ['x > 1']);
    expect(suggest({ ...request, space })).toBeUndefined();
  });

  it('takes from the list what is too rare to be drawn', () => {
    const space = spaceFrom({ a: { type: 'int', low: 1, high: 500_000, scale: 'log' }, b: { type: 'boolean' } }, [
      'a >= 500000',
    ]);
    for (const kind of ['random', 'quasiRandom'] as const) {
      for (let number = 0; number < 5; number++) {
        const { params, tries } = suggest({ ...request, space, sampler: { kind }, number, fixed: { b: true } })!;
        expect(params).toEqual({ a: 500_000, b: true });
        expect(tries).toBeGreaterThanOrEqual(12);
      }
    }
  });

  it('takes every one of the list, and others at another try', () => {
    // One of 200,000 draws has one of the three with probability 0.05: on a log scale the last values have small
    // shares.
    const space = spaceFrom({ a: { type: 'int', low: 1, high: 900_000, scale: 'log' } }, ['a >= 899998']);
    const given = (number: number, firstTry: number): unknown =>
      suggest({ ...request, space, number, firstTry })!.params;
    expect(new Set([0, 1, 2].map((number) => JSON.stringify(given(number, 0)))).size).toBe(3);
    expect(new Set([0, 1, 2, 3, 4, 5, 6, 7].map((firstTry) => JSON.stringify(given(5, firstTry)))).size).toBe(3);
  });

  it.each(['random', 'quasiRandom'] as const)('names the sampler %s and the try', (kind) => {
    expect(suggest({ ...request, sampler: { kind } })).toMatchObject({ sampler: kind, tries: 12 });
  });
});

describe('suggestUntaken', () => {
  it('finds the last configuration that is free, whichever it is', () => {
    for (const free of all) {
      const taken = new Set(all.filter((params) => params !== free).map(paramsKey));
      expect(suggestUntaken(request, taken)).toEqual({ params: free, sampler: 'random', tries: 12 });
    }
  });

  it('uses up the space without a repetition, and then finds none', () => {
    const taken = new Set<string>();
    for (let number = 0; number < all.length; number++) {
      const { params } = suggestUntaken({ ...request, number }, taken)!;
      expect(taken.has(paramsKey(params))).toBe(false);
      taken.add(paramsKey(params));
    }
    expect([...taken].sort()).toEqual(all.map(paramsKey).sort());
    expect(suggestUntaken(request, taken)).toBeUndefined();
  });

  it.each<[Params, number]>([
    [{ kind: 'b' }, 24],
    [{ depth: 5 }, 6],
    [{ kind: 'c', width: 4 }, 1],
    [{ kind: 'c', depth: 5 }, 0],
  ])('holds fixed values %j, of which there are %i', (fixed, count) => {
    const taken = new Set<string>();
    for (let number = 0; number < count; number++) {
      const { params } = suggestUntaken({ ...request, number, fixed }, taken)!;
      expect(params).toMatchObject(fixed);
      taken.add(paramsKey(params));
    }
    expect(taken.size).toBe(count);
    expect(suggestUntaken({ ...request, fixed }, taken)).toBeUndefined();
  });

  it('holds constraints', () => {
    const space = spaceFrom(input, ['depth * width <= 2']);
    const allowed = all.filter(({ depth, width }) => depth === undefined || (depth as number) * (width as number) <= 2);
    const taken = new Set(allowed.slice(1).map(paramsKey));
    expect(suggestUntaken({ ...request, space }, taken)!.params).toEqual(allowed[0]);
    expect(suggestUntaken({ ...request, space }, new Set(allowed.map(paramsKey)))).toBeUndefined();
  });

  it('finds nothing in a space that has no end, unless what has none is fixed', () => {
    const space = spaceFrom({ x: { type: 'float', low: 0, high: 1 }, n: { type: 'int', low: 0, high: 1 } });
    expect(suggestUntaken({ ...request, space }, new Set())).toBeUndefined();
    const fixed = { x: 0.25 };
    const taken = new Set([paramsKey({ x: 0.25, n: 1 }), paramsKey({ x: 0.5, n: 0 })]);
    expect(suggestUntaken({ ...request, space, fixed }, taken)!.params).toEqual({ x: 0.25, n: 0 });
  });

  it('looks at one more than are taken, however many there are', () => {
    const space = spaceFrom(
      Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`p${i}`, { type: 'int', low: 0, high: 9 }])),
    );
    const taken = new Set<string>();
    for (let k = 0; k < 20; k++) taken.add(paramsKey(suggestUntaken({ ...request, space }, taken)!.params));
    expect(taken.size).toBe(20);
  });
});
