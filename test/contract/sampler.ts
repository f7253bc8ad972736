import { describe, expect, it } from 'vitest';
import { paramsKey } from '../../shared/domain/params.ts';
import type { Params } from '../../shared/domain/parameter.ts';
import type { Sampler } from '../../shared/domain/sampler.ts';
import type { Space } from '../../shared/domain/space.ts';
import { faultsIn, type SpaceInput } from '../domain/brute-force.ts';
import { spaceFrom } from '../domain/space-from.ts';

/** What a sampler is asked for: the trial of `number`, in a study of `seed`. */
export interface Ask {
  seed: number;
  number: number;
  fixed?: Params;
  firstTry?: number;
}
export type MakeSampler = (space: Space) => (ask: Ask) => { params: Params; tries: number } | undefined;

/**
 * The facts that every sampler keeps; those of all but a grid, which lists cells, holds nothing fixed and has an end;
 * and those of all that draw, which a model does not: it has no preference for even shares, and no second try.
 */
export function samplerContract(kind: Sampler['kind'], makeSampler: MakeSampler): void {
  const isGrid = kind === 'grid';
  // A model takes milliseconds for each.
  const numbers = kind === 'gp' ? (count: number) => firstNumbers(Math.ceil(count / 4)) : firstNumbers;

  describe(`sampler ${kind}`, () => {
    everySampler(makeSampler, numbers, isGrid);
    if (!isGrid) endlessSampler(makeSampler, numbers);
    if (!isGrid && kind !== 'gp') drawingSampler(makeSampler);
  });
}

function everySampler(makeSampler: MakeSampler, numbers: typeof firstNumbers, hasEnd: boolean): void {
  it.each(cases)('gives valid params in a space with $what', ({ input, constraints = [], isAllowed }) => {
    const sample = makeSampler(spaceFrom(input, constraints));
    for (const seed of seeds) {
      for (const number of numbers(24)) {
        const params = sample({ seed, number })?.params;
        if (params === undefined && hasEnd) break;
        expect(faultsIn(input, params!)).toEqual([]);
        expect(isAllowed?.(params!) ?? true).toBe(true);
      }
    }
  });

  it.each(cases)('depends on seed and number alone in a space with $what', ({ input, constraints }) => {
    const asks = seeds.flatMap((seed) => numbers(8).map((number) => ({ seed, number })));
    const first = makeSampler(spaceFrom(input, constraints));
    const forwards = asks.map((ask) => first(ask));
    const second = makeSampler(spaceFrom(input, constraints));
    const backwards = asks.toReversed().map((ask) => second(ask));
    expect(backwards.toReversed()).toEqual(forwards);
    expect(asks.map((ask) => first(ask))).toEqual(forwards);
  });

  it('gives other params to other numbers, and to other seeds', () => {
    const sample = makeSampler(spaceFrom(plain));
    const keys = seeds.map((seed) => numbers(50).map((number) => paramsKey(sample({ seed, number })!.params)));
    for (const ofSeed of keys) expect(new Set(ofSeed).size).toBe(ofSeed.length);
    for (const [i, ofSeed] of keys.entries()) {
      for (const other of keys.slice(i + 1)) expect(other).not.toEqual(ofSeed);
    }
  });

  it('works with one parameter and with 100', () => {
    const all = Object.fromEntries(
      Array.from({ length: 100 }, (_, i): [string, object] => [`p${i}`, cases[i % 5].input[`a${i % 5}`]]),
    ) as SpaceInput;
    for (const input of [{ x: plain.rate }, all]) {
      const sample = makeSampler(spaceFrom(input));
      const given = numbers(5).map((number) => sample({ seed: 3, number })!.params);
      for (const params of given) expect(faultsIn(input, params)).toEqual([]);
      expect(new Set(given.map(paramsKey)).size).toBe(given.length);
    }
  });
}

function endlessSampler(makeSampler: MakeSampler, numbers: typeof firstNumbers): void {
  it.each(fixedCases)('holds fixed values %j', (fixed, input) => {
    const sample = makeSampler(spaceFrom(input, ['width + depth <= 12']));
    const given = numbers(30).map((number) => sample({ seed: 5, number, fixed })!.params);
    for (const params of given) {
      expect(params).toMatchObject(fixed);
      expect(faultsIn(input, params)).toEqual([]);
      expect('depth' in params && (params.width as number) + (params.depth as number) > 12).toBe(false);
    }
    expect(new Set(given.map(paramsKey)).size).toBeGreaterThan(given.length / 3);
  });
}

function drawingSampler(makeSampler: MakeSampler): void {
  it('gives other params to a later try, and says which try it was', () => {
    const sample = makeSampler(spaceFrom(plain, ['drop + rate <= 0.5']));
    for (const number of firstNumbers(20)) {
      const keys = new Set<string>();
      for (let firstTry = 0, k = 0; k < 5; k++) {
        const given = sample({ seed: 6, number, firstTry })!;
        expect(given.tries).toBeGreaterThanOrEqual(firstTry);
        keys.add(paramsKey(given.params));
        firstTry = given.tries + 1;
      }
      expect(keys.size).toBe(5);
    }
  });

  it.each(shares)('spreads $what evenly on its scale', ({ parameter, classOf, expected }) => {
    const count = 2000;
    for (const seed of seeds) {
      const sample = makeSampler(spaceFrom({ first: { type: 'boolean' }, a: parameter }));
      const seen = expected.map(() => 0);
      for (const number of firstNumbers(count)) seen[classOf(sample({ seed, number })!.params.a as never)]++;
      const chiSquare = expected.reduce((sum, share, k) => sum + (seen[k] - share * count) ** 2 / (share * count), 0);
      // Five standard deviations above the mean of chi-square.
      const freedom = expected.length - 1;
      expect(chiSquare).toBeLessThan(freedom + 5 * Math.sqrt(2 * freedom) + 10);
    }
  });
}

const seeds = [0, 7, 2 ** 53 - 1];

function firstNumbers(count: number): number[] {
  return Array.from({ length: count }, (_, number) => number);
}

const plain = {
  rate: { type: 'float', low: 1e-5, high: 0.3, scale: 'log' },
  drop: { type: 'float', low: 0, high: 0.5 },
  width: { type: 'int', low: 8, high: 512, scale: 'log' },
};

interface Case {
  what: string;
  input: SpaceInput;
  constraints?: string[];
  isAllowed?: (params: Params) => boolean;
}

const cases: Case[] = [
  {
    what: 'floats on every scale',
    input: {
      a0: { type: 'float', low: -2, high: 3 },
      b: { type: 'float', low: 1e-6, high: 10, scale: 'log' },
      c: { type: 'float', low: 0.5, high: 0.999, scale: 'reverseLog' },
      d: { type: 'float', low: 0.25, high: 0.25 },
    },
  },
  {
    what: 'floats on steps',
    input: {
      a1: { type: 'float', low: 0.1, high: 0.9, step: 0.1 },
      b: { type: 'float', low: 1e-3, high: 0.1, step: 1e-3, scale: 'log' },
      c: { type: 'float', low: 0, high: 1, step: 0.3 },
      d: { type: 'float', low: 0.5, high: 0.95, step: 0.05, scale: 'reverseLog' },
    },
  },
  {
    what: 'whole numbers',
    input: {
      a2: { type: 'int', low: -5, high: 5 },
      b: { type: 'int', low: 1, high: 1024, scale: 'log' },
      c: { type: 'int', low: 0, high: 9, step: 5 },
      d: { type: 'int', low: 7, high: 7 },
    },
  },
  {
    what: 'lists of values',
    input: {
      a3: { type: 'ordinal', values: [16, 32, 64] },
      b: { type: 'categorical', choices: ['a', 1, true, 'true'] },
      c: { type: 'ordinal', values: ['s', 'm', 'l'] },
      d: { type: 'categorical', choices: ['only'] },
    },
  },
  {
    what: 'conditions',
    input: {
      a4: { type: 'boolean' },
      leaf: { type: 'float', low: 0, high: 1, when: { node: true, kind: ['x', 'y'] } },
      node: { type: 'boolean', when: { depth: [2, 3] } },
      depth: { type: 'int', low: 1, high: 3, when: { a4: true } },
      kind: { type: 'categorical', choices: ['x', 'y', 'z'] },
    },
  },
  {
    what: 'constraints',
    input: {
      width: { type: 'int', low: 1, high: 16 },
      batch: { type: 'ordinal', values: [1, 2, 4, 8] },
      drop: { type: 'float', low: 0, high: 1 },
      deep: { type: 'boolean' },
      depth: { type: 'int', low: 1, high: 8, when: { deep: true } },
    },
    constraints: ['width * batch <= 32', '!(depth > 3 && drop < 0.25)'],
    isAllowed: ({ width, batch, depth, drop }) =>
      (width as number) * (batch as number) <= 32 &&
      !(depth !== undefined && (depth as number) > 3 && (drop as number) < 0.25),
  },
];

const conditional: SpaceInput = {
  kind: { type: 'categorical', choices: ['a', 'b', 'c'] },
  depth: { type: 'int', low: 1, high: 8, when: { kind: ['a', 'b'] } },
  width: { type: 'int', low: 1, high: 9 },
  rate: { type: 'float', low: 0, high: 1 },
};
const fixedCases: [Params, SpaceInput][] = [
  [{ rate: 0.125 }, conditional],
  [{ kind: 'b' }, conditional],
  [{ depth: 8 }, conditional],
  [{ depth: 7, width: 5 }, conditional],
  [{ kind: 'c', width: 9 }, conditional],
];

interface Shares {
  what: string;
  parameter: object;
  classOf: (value: never) => number;
  expected: number[];
}

const tenths = Array.from({ length: 10 }, () => 0.1);
const shares: Shares[] = [
  {
    what: 'a float',
    parameter: { type: 'float', low: -2, high: 3 },
    classOf: (x: number) => Math.min(Math.floor(((x + 2) / 5) * 10), 9),
    expected: tenths,
  },
  {
    what: 'a float on a log scale',
    parameter: { type: 'float', low: 1e-5, high: 1, scale: 'log' },
    classOf: (x: number) => Math.min(Math.floor((Math.log10(x) + 5) * 2), 9),
    expected: tenths,
  },
  {
    what: 'a float on a reverse log scale',
    parameter: { type: 'float', low: 0, high: 0.99999, scale: 'reverseLog' },
    classOf: (x: number) => Math.min(Math.floor(-Math.log10(1 - x) * 2), 9),
    expected: tenths,
  },
  {
    what: 'a float on steps',
    parameter: { type: 'float', low: 0.1, high: 0.5, step: 0.1 },
    classOf: (x: number) => Math.round(x * 10) - 1,
    expected: [0.2, 0.2, 0.2, 0.2, 0.2],
  },
  {
    what: 'a whole number whose step does not divide its range',
    parameter: { type: 'int', low: 0, high: 11, step: 4 },
    classOf: (x: number) => x / 4,
    expected: [1 / 3, 1 / 3, 1 / 3],
  },
  {
    what: 'a whole number on a log scale',
    parameter: { type: 'int', low: 1, high: 8, scale: 'log' },
    classOf: (x: number) => x - 1,
    expected: [1, 2, 3, 4, 5, 6, 7, 8].map((x) => Math.log((x + 0.5) / (x - 0.5)) / Math.log(8.5 / 0.5)),
  },
  {
    what: 'an ordinal',
    parameter: { type: 'ordinal', values: [1, 10, 100, 1000] },
    classOf: (x: number) => Math.round(Math.log10(x)),
    expected: [0.25, 0.25, 0.25, 0.25],
  },
  {
    what: 'a categorical',
    parameter: { type: 'categorical', choices: ['a', 'b', 'c'] },
    classOf: (x: string) => 'abc'.indexOf(x),
    expected: [1 / 3, 1 / 3, 1 / 3],
  },
  { what: 'a boolean', parameter: { type: 'boolean' }, classOf: (x: boolean) => Number(x), expected: [0.5, 0.5] },
];
