import { describe, expect, it } from 'vitest';
import { admitFixed, admitStudy } from '../../shared/engine/admit.ts';
import { spaceFrom } from '../domain/space-from.ts';

const x = { type: 'float', low: 0, high: 1 };
const n = { type: 'int', low: 0, high: 9 };
const auto = { kind: 'auto' } as const;
const floats = (count: number): object => Object.fromEntries(Array.from({ length: count }, (_, i) => [`x${i}`, x]));

describe('admitStudy', () => {
  it('counts the configurations where they can be counted', () => {
    expect(admitStudy(spaceFrom({ n, b: { type: 'boolean' } }), auto)).toEqual({ configurations: 20n });
    expect(admitStudy(spaceFrom({ n }, ['n <= 3']), auto)).toEqual({ configurations: 4n });
    expect(admitStudy(spaceFrom({ n, x }), auto)).toEqual({ configurations: undefined });
  });

  it('admits one configuration out of 131,072', () => {
    const big = { a: { type: 'int', low: 1, high: 131_072 } };
    expect(admitStudy(spaceFrom(big, ['a >= 131072']), auto)).toEqual({ configurations: 1n });
  });

  it('refuses constraints that a finite space cannot satisfy', () => {
    expect(admitStudy(spaceFrom({ n }, ['n > 5', 'n < 5']), auto)).toEqual({
      faults: [
        {
          path: ['constraints'],
          input: ['n > 5', 'n < 5'],
          message: 'must leave something: no configuration satisfies them all',
        },
      ],
    });
  });

  it('admits a space with a feasible part of 3e-4, and one of 1e-4', () => {
    expect(admitStudy(spaceFrom({ x, y: x }, ['x < 0.03', 'y < 0.01']), auto)).toEqual({ configurations: undefined });
    expect(admitStudy(spaceFrom({ x, y: x }, ['x < 0.01', 'y < 0.01']), auto)).toEqual({ configurations: undefined });
  });

  it.each([
    ['nothing', ['x > 1']],
    ['a line', ['x == y']],
    ['1e-6 of the space', ['x < 0.001', 'y < 0.001']],
  ])('refuses constraints that leave %s', (_, constraints) => {
    const admitted = admitStudy(spaceFrom({ x, y: x }, constraints), auto);
    expect(admitted).toMatchObject({ faults: [{ path: ['constraints'], input: constraints }] });
    expect('faults' in admitted && admitted.faults[0].message).toMatch(
      /^must leave at least 0\.0001 of the space, but of 100000 random points [012] satisfy them$/,
    );
  });

  it('looks at fewer points when each costs more', () => {
    const constraints = Array.from({ length: 32 }, (_, i) => `x${3 * i} + x${3 * i + 1} + x${3 * i + 2} <= 3`);
    expect(admitStudy(spaceFrom(floats(100), constraints), auto)).toEqual({ configurations: undefined });
    const hard = constraints.map((text) => text.replace('<= 3', '<= 0.01'));
    expect(admitStudy(spaceFrom(floats(100), hard), auto)).toMatchObject({
      faults: [{ message: expect.stringContaining('but of 3948 random points 0 satisfy them') }],
    });
  });

  it('looks at 3,000 points whatever they cost', () => {
    const long = `${Array.from({ length: 100 }, (_, i) => `x${i}`).join('+')} <= 49`;
    const constraints = Array.from({ length: 31 }, () => long);
    expect(admitStudy(spaceFrom(floats(100), [...constraints, 'x0 > 1']), auto)).toMatchObject({
      faults: [{ message: expect.stringContaining('but of 3000 random points 0 satisfy them') }],
    });
  });

  it('admits a study of 100 parameters and 32 constraints of 500 characters', () => {
    const long = Array.from({ length: 32 }, (_, i) => `${`x${i}+`.repeat(120)}x${99 - i} <= 121`.padEnd(500));
    expect(admitStudy(spaceFrom(floats(100), long), auto)).toEqual({ configurations: undefined });
  });

  it('admits a finite space that is too intertwined to count', () => {
    const parents = Array.from({ length: 40 }, (_, i) => [`p${i}`, { type: 'boolean' }]);
    const children = Array.from({ length: 40 }, (_, i) => [`c${i}`, { type: 'boolean', when: { [`p${i}`]: true } }]);
    const space = spaceFrom(Object.fromEntries([...parents, ...children]));
    expect(admitStudy(space, auto)).toEqual({ configurations: undefined });
    expect(admitStudy(space, { kind: 'grid' })).toMatchObject({ faults: [{ path: ['sampler', 'kind'] }] });
  });
});

describe('admitStudy for a grid', () => {
  it('counts its cells', () => {
    expect(admitStudy(spaceFrom({ x, n }), { kind: 'grid', points: 5 })).toEqual({ configurations: 50n });
    expect(admitStudy(spaceFrom({ x, n }), { kind: 'grid', points: { x: 7 } })).toEqual({ configurations: 70n });
    expect(admitStudy(spaceFrom({ x, n }, ['x + n <= 1']), { kind: 'grid', points: 3 })).toEqual({
      configurations: 4n,
    });
  });

  it('counts anew for other points of the same space', () => {
    const space = spaceFrom({ x });
    expect(admitStudy(space, { kind: 'grid', points: 5 })).toEqual({ configurations: 5n });
    expect(admitStudy(space, { kind: 'grid', points: 6 })).toEqual({ configurations: 6n });
  });

  it('asks for the points of every float without a step', () => {
    const space = spaceFrom({ x, toString: x, z: { ...x, step: 0.5 }, n });
    expect(admitStudy(space, { kind: 'grid' })).toEqual({
      faults: ['x', 'toString'].map((name) => ({
        path: ['sampler', 'points', name],
        message: `must say how many values ${name} gets on the grid, because it is a float without a step`,
        input: undefined,
      })),
    });
    expect(admitStudy(space, { kind: 'grid', points: { x: 3 } })).toMatchObject({
      faults: [{ path: ['sampler', 'points', 'toString'] }],
    });
  });

  it('refuses points for parameters that the space does not have', () => {
    expect(admitStudy(spaceFrom({ x }), { kind: 'grid', points: { x: 3, y: 4 } })).toEqual({
      faults: [{ path: ['sampler', 'points', 'y'], message: 'must name a parameter of the space', input: 4 }],
    });
  });

  it('refuses points for parameters that have values of their own', () => {
    const space = spaceFrom({
      x,
      width: { type: 'int', low: 8, high: 512 },
      s: { ...x, step: 1 },
      one: { ...n, high: 0 },
    });
    const points = { x: 3, width: 5, s: 9, one: 2 };
    expect(admitStudy(space, { kind: 'grid', points })).toEqual({
      faults: [
        ['width', 'must be left out, because width has 505 values of its own', 5],
        ['s', 'must be left out, because s has 2 values of its own', 9],
        ['one', 'must be left out, because one has 1 value of its own', 2],
      ].map(([name, message, input]) => ({ path: ['sampler', 'points', name], message, input })),
    });
  });

  it('refuses more points than can be told apart', () => {
    const narrow = { type: 'float', low: 1, high: 1 + 2 ** -40 };
    const message = 'must be at most 512, because more values of narrow could not be told apart';
    const space = spaceFrom({ x, narrow, same: { ...x, low: 1 } });
    expect(admitStudy(space, { kind: 'grid', points: { x: 1e6, narrow: 513, same: 1e6 } })).toEqual({
      faults: [{ path: ['sampler', 'points', 'narrow'], message, input: 513 }],
    });
    expect(admitStudy(space, { kind: 'grid', points: 513 })).toEqual({
      faults: [{ path: ['sampler', 'points'], message, input: 513 }],
    });
    expect(admitStudy(space, { kind: 'grid', points: 512 })).toEqual({ configurations: 512n * 512n });
  });

  it('refuses constraints that are more work than it does', () => {
    const refusal = (cells: string, cost: number): object => ({
      path: ['sampler', 'kind'],
      input: 'grid',
      message: `must be another sampler than "grid": its constraints must be checked on ${cells} cells × ${cost} parameters and terms, and that can be done for at most 1000000 cells and 12000000 in all`,
    });
    const plane = spaceFrom({ x, y: x }, ['x < y']);
    expect(admitStudy(plane, { kind: 'grid', points: 1000 })).toEqual({ configurations: 499_500n });
    expect(admitStudy(plane, { kind: 'grid', points: 1001 })).toEqual({ faults: [refusal('1002001', 5)] });
    const costly = spaceFrom({ x, y: x }, ['x + 1 * 1 * 1 * 1 * 1 < y * 1']);
    expect(admitStudy(costly, { kind: 'grid', points: 894 })).toEqual({ faults: [refusal('799236', 17)] });
    const huge = spaceFrom({ ...floats(50), y: x }, ['x1 < y']);
    expect(admitStudy(huge, { kind: 'grid', points: 100 })).toEqual({ faults: [refusal('10^102', 54)] });
  });

  it('refuses conditions that are too intertwined', () => {
    const parents = Array.from({ length: 40 }, (_, i) => [`p${i}`, { type: 'boolean' }]);
    const children = Array.from({ length: 40 }, (_, i) => [`c${i}`, { type: 'boolean', when: { [`p${i}`]: true } }]);
    expect(admitStudy(spaceFrom(Object.fromEntries([...parents, ...children])), { kind: 'grid' })).toMatchObject({
      faults: [
        {
          message: 'must be another sampler than "grid": its conditions are too intertwined to count the cells',
        },
      ],
    });
  });

  it('refuses constraints that no cell satisfies', () => {
    expect(admitStudy(spaceFrom({ x }, ['x > 0.1', 'x < 0.4']), { kind: 'grid', points: 3 })).toMatchObject({
      faults: [{ path: ['constraints'], message: 'must leave something: no cell of the grid satisfies them all' }],
    });
  });
});

describe('admitFixed', () => {
  const space = spaceFrom({ a: { type: 'boolean' }, b: { ...n, when: { a: true } }, x }, ['b + x <= 5']);
  it.each([
    [{}, true],
    [{ b: 4 }, true],
    [{ b: 5, x: 0 }, true],
    [{ b: 5, x: 0.5 }, false],
    [{ a: false, b: 1 }, false],
    [{ a: false }, true],
  ])('of %j is %s', (fixed, admitted) => {
    expect(admitFixed(space, fixed)).toBe(admitted);
  });

  it('finds the one configuration among a million', () => {
    const m = { type: 'int', low: 1, high: 500_000, scale: 'log' };
    const rare = spaceFrom({ m, b: { type: 'boolean' } }, ['m >= 500000']);
    expect(admitFixed(rare, { b: true })).toBe(true);
    expect(admitFixed(rare, { b: true, m: 499_999 })).toBe(false);
  });
});
