import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Params } from '../../shared/domain/parameter.ts';
import { paramsKey } from '../../shared/domain/params.ts';
import { configurationsOf, pointsOf, type Configurations } from '../../shared/engine/configurations.ts';
import { arbitrarySpace } from '../domain/arbitrary-space.ts';
import { allConfigurations } from '../domain/brute-force.ts';
import { spaceFrom } from '../domain/space-from.ts';

const none = (): undefined => undefined;

describe('configurationsOf', () => {
  it('lists every configuration of a conditional space exactly once', () => {
    fc.assert(
      fc.property(arbitrarySpace(6), (input) => {
        const listed = keysOf(configurationsOf(spaceFrom(input), none)!);
        expect(listed.sort()).toEqual(allConfigurations(input).map(paramsKey).sort());
      }),
      { seed: 12, numRuns: 200 },
    );
  });

  it('lists the configurations that satisfy constraints', () => {
    fc.assert(
      fc.property(arbitrarySpace(5), fc.nat(6), (input, bound) => {
        const numeric = Object.keys(input)
          .filter((name) => /int|float|ordinal/.test(input[name].type))
          .slice(0, 2);
        fc.pre(numeric.length === 2);
        const [a, b] = numeric;
        const space = spaceFrom(input, [`${a} + ${b} <= ${bound}`]);
        const feasible = allConfigurations(input).filter(
          (params) => !(a in params && b in params) || (params[a] as number) + (params[b] as number) <= bound,
        );
        expect(keysOf(configurationsOf(space, none)!).sort()).toEqual(feasible.map(paramsKey).sort());
      }),
      { seed: 13, numRuns: 100 },
    );
  });

  it('counts what an inactive parameter could be only once', () => {
    const input = {
      kind: { type: 'categorical', choices: ['a', 'b', 'c'] },
      depth: { type: 'int', low: 1, high: 10, when: { kind: 'a' } },
      width: { type: 'int', low: 1, high: 5, when: { kind: ['a', 'b'] } },
    };
    expect(configurationsOf(spaceFrom(input), none)!.count).toBe(50n + 5n + 1n);
  });

  it('follows conditions over several parents and generations', () => {
    const input = {
      a: { type: 'boolean' },
      b: { type: 'int', low: 0, high: 2 },
      c: { type: 'boolean', when: { a: true, b: [1, 2] } },
      d: { type: 'ordinal', values: [1, 2, 3], when: { c: false, b: 2 } },
    };
    // a false: 3; a true: b 0 → 1, b 1 → 2, b 2 → c true 1 + c false 3.
    expect(configurationsOf(spaceFrom(input), none)!.count).toBe(3n + 1n + 2n + 4n);
  });

  it('does not count along a parent of 2^53 values', () => {
    const input = {
      n: { type: 'int', low: 1, high: 2 ** 53 - 1 },
      odd: { type: 'boolean', when: { n: [9, 3, 9, 2 ** 53 - 1] } },
    };
    const all = configurationsOf(spaceFrom(input), none)!;
    expect(all.count).toBe(2n ** 53n - 1n + 3n);
    const places = [0n, 1n, 5n, 6n, 7n, 8n, 9n, 12n, all.count / 2n, all.count - 2n, all.count - 1n];
    for (const place of places) {
      const params = all.at(place);
      expect('odd' in params).toBe([3, 9, 2 ** 53 - 1].includes(params.n as number));
    }
    expect(new Set(places.map((place) => paramsKey(all.at(place)))).size).toBe(places.length);
  });

  it('finds each value of a parent beside those that conditions name', () => {
    const input = {
      n: { type: 'int', low: 0, high: 9 },
      on: { type: 'categorical', choices: ['yes'], when: { n: [0, 1, 4, 8, 9] } },
    };
    const all = configurationsOf(spaceFrom(input), none)!;
    const values = listed(all).map(({ n }) => n as number);
    expect(values.sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it('counts beyond what a double can hold', () => {
    const input = Object.fromEntries(
      Array.from({ length: 100 }, (_, i) => [`p${i}`, { type: 'int', low: 0, high: 10 ** 15 - 1 }]),
    );
    const all = configurationsOf(spaceFrom(input), none)!;
    expect(all.count).toBe(10n ** 1500n);
    expect(Object.values(all.at(0n)).every((value) => value === 0)).toBe(true);
    expect(Object.values(all.at(all.count - 1n)).every((value) => value === 10 ** 15 - 1)).toBe(true);
  });

  it('gives up on conditions that are too intertwined to count', () => {
    const parents = Array.from({ length: 40 }, (_, i) => [`p${i}`, { type: 'boolean' }]);
    const children = Array.from({ length: 40 }, (_, i) => [`c${i}`, { type: 'boolean', when: { [`p${i}`]: true } }]);
    expect(configurationsOf(spaceFrom(Object.fromEntries([...parents, ...children])), none)).toBeUndefined();
  });

  it('counts the same conditions when children stand beside their parents', () => {
    const pairs = Array.from({ length: 40 }, (_, i) => [
      [`p${i}`, { type: 'boolean' }],
      [`c${i}`, { type: 'boolean', when: { [`p${i}`]: true } }],
    ]);
    expect(configurationsOf(spaceFrom(Object.fromEntries(pairs.flat())), none)!.count).toBe(3n ** 40n);
  });

  it('has no list for a float without a step, unless points are given', () => {
    const space = spaceFrom({
      x: { type: 'float', low: 0, high: 1 },
      y: { type: 'float', low: 1, high: 100, scale: 'log' },
    });
    expect(configurationsOf(space, none)).toBeUndefined();
    expect(configurationsOf(space, (name) => (name === 'x' ? 3 : undefined))).toBeUndefined();
    const all = configurationsOf(space, (name) => (name === 'x' ? 3 : 2))!;
    expect(listed(all)).toEqual([
      { x: 0, y: 1 },
      { x: 0, y: 100 },
      { x: 0.5, y: 1 },
      { x: 0.5, y: 100 },
      { x: 1, y: 1 },
      { x: 1, y: 100 },
    ]);
  });

  it('spreads points evenly on their scale, from bound to bound', () => {
    const space = spaceFrom({ rate: { type: 'float', low: 1e-4, high: 0.1, scale: 'log' } });
    const rates = listed(configurationsOf(space, () => 4)!).map(({ rate }) => rate as number);
    expect(rates[0]).toBe(1e-4);
    expect(rates[1]).toBeCloseTo(1e-3, 15);
    expect(rates[2]).toBeCloseTo(1e-2, 14);
    expect(rates[3]).toBe(0.1);
  });

  it('gives a float whose bounds are equal one value, whatever the points', () => {
    const space = spaceFrom({ x: { type: 'float', low: 2, high: 2 } });
    expect(listed(configurationsOf(space, () => 9)!)).toEqual([{ x: 2 }]);
  });

  it('looks at 1,000,000 configurations for constraints and no more', () => {
    const countOf = (high: number): bigint | undefined =>
      configurationsOf(spaceFrom({ n: { type: 'int', low: 1, high } }, ['n > 2']), none)?.count;
    expect(countOf(1_000_000)).toBe(999_998n);
    expect(countOf(1_000_001)).toBeUndefined();
  });

  it('looks at 12,000,000 parameters and terms in all and at no more', () => {
    // 2^17 configurations of 17 parameters and 74 terms, and 75: 11.9 and 12.06 million.
    const text = `p0 + p1 + p2 ${'+ 0 '.repeat(33)}>= 3 - 0`;
    expect(configurationsOf(spaceFrom(bits(17), [text.replace(' - 0', '')]), none)!.count).toBe(2n ** 14n);
    expect(configurationsOf(spaceFrom(bits(17), [text]), none)).toBeUndefined();
  });

  it('lists them in the order that they have without constraints', () => {
    fc.assert(
      fc.property(arbitrarySpace(5), fc.nat(6), (input, bound) => {
        const name = Object.keys(input).find((one) => /int|float|ordinal/.test(input[one].type));
        fc.pre(name !== undefined);
        const isFeasible = (params: Params): boolean => !(name in params) || (params[name] as number) <= bound;
        expect(listed(configurationsOf(spaceFrom(input, [`${name} <= ${bound}`]), none)!)).toEqual(
          listed(configurationsOf(spaceFrom(input), none)!).filter(isFeasible),
        );
      }),
      { seed: 15, numRuns: 100 },
    );
  });

  it('counts none when no configuration satisfies the constraints', () => {
    expect(configurationsOf(spaceFrom({ n: { type: 'int', low: 0, high: 9 } }, ['n > 9']), none)!.count).toBe(0n);
  });
});

describe('pointsOf', () => {
  it('knows points for all and by name, and none of other samplers', () => {
    expect(pointsOf({ kind: 'grid', points: 5 })('x')).toBe(5);
    expect(pointsOf({ kind: 'grid', points: { x: 7 } })('x')).toBe(7);
    expect(pointsOf({ kind: 'grid', points: { x: 7 } })('y')).toBeUndefined();
    expect(pointsOf({ kind: 'grid', points: { x: 7 } })('toString')).toBeUndefined();
    expect(pointsOf({ kind: 'grid' })('x')).toBeUndefined();
    expect(pointsOf({ kind: 'random' })('x')).toBeUndefined();
  });
});

function listed({ count, at }: Configurations): ReturnType<Configurations['at']>[] {
  return Array.from({ length: Number(count) }, (_, i) => at(BigInt(i)));
}

function keysOf(all: Configurations): string[] {
  return listed(all).map(paramsKey);
}

function bits(count: number): object {
  return Object.fromEntries(Array.from({ length: count }, (_, i) => [`p${i}`, { type: 'int', low: 0, high: 1 }]));
}
