import { describe, expect, it } from 'vitest';
import { Constraints, parentsFirst, SearchSpace } from '../../shared/domain/search-space.ts';
import { refusalsOf, refusedPaths } from './refusals-of.ts';

const boolean = { type: 'boolean' };

describe('SearchSpace', () => {
  it('keeps the order of the parameters', () => {
    expect(Object.keys(SearchSpace.parse({ z: boolean, a: boolean, m: boolean }))).toEqual(['z', 'a', 'm']);
  });

  it('refuses a space without parameters', () => {
    expect(refusalsOf(SearchSpace, {})).toEqual([': must have at least one parameter']);
  });

  it.each([1, 99, 100])('accepts %i parameters', (count) => {
    expect(refusalsOf(SearchSpace, booleans(count))).toEqual([]);
  });

  it('refuses 101 parameters', () => {
    expect(refusalsOf(SearchSpace, booleans(101))).toEqual([': must have at most 100 parameters; it has 101']);
  });

  it('accepts names of 64 characters and refuses 65', () => {
    expect(refusalsOf(SearchSpace, { ['a'.repeat(64)]: boolean })).toEqual([]);
    expect(refusedPaths(SearchSpace, { ['a'.repeat(65)]: boolean })).toEqual(['a'.repeat(65)]);
  });

  it.each(['constructor', 'prototype'])('refuses a parameter named %s', (name) => {
    expect(refusedPaths(SearchSpace, { [name]: boolean })).toEqual([name]);
  });

  it('lists the faults of all parameters with their paths', () => {
    const space = { a: { type: 'float', low: 1, high: 0 }, b: { type: 'int', low: 0, high: 9, step: 4, default: 3 } };
    expect(refusalsOf(SearchSpace, space)).toEqual([
      'a.high: must be ≥ low, which is 1',
      'b.default: must be low 0 plus a multiple of step 4',
    ]);
  });
});

describe('when', () => {
  it.each([
    ['one value', { a: boolean, b: { ...boolean, when: { a: true } } }],
    ['several values', { a: { type: 'int', low: 0, high: 9 }, b: { ...boolean, when: { a: [0, 3, 9] } } }],
    ['several parents', { a: boolean, b: boolean, c: { ...boolean, when: { a: true, b: [false, true] } } }],
    ['nesting', { a: boolean, b: { ...boolean, when: { a: true } }, c: { ...boolean, when: { b: false } } }],
    ['a child before its parent', { b: { ...boolean, when: { a: true } }, a: boolean }],
    ['an ordinal parent', { a: { type: 'ordinal', values: ['s', 'm'] }, b: { ...boolean, when: { a: 'm' } } }],
    ['a categorical parent', { a: { type: 'categorical', choices: [1, '1'] }, b: { ...boolean, when: { a: '1' } } }],
    ['a parent with the name of an object method', { toString: boolean, b: { ...boolean, when: { toString: true } } }],
  ])('accepts %s', (_, space) => {
    expect(refusalsOf(SearchSpace, space)).toEqual([]);
  });

  it('refuses a parent that does not exist', () => {
    expect(refusalsOf(SearchSpace, { a: boolean, b: { ...boolean, when: { c: true } } })).toEqual([
      'b.when.c: must name a parameter of the space; there is no c',
    ]);
  });

  it('does not take an inherited property for a parent', () => {
    expect(refusalsOf(SearchSpace, { b: { ...boolean, when: { toString: true } } })).toEqual([
      'b.when.toString: must name a parameter of the space; there is no toString',
    ]);
  });

  it.each([
    { type: 'float', low: 0, high: 1 },
    { type: 'float', low: 0, high: 1, step: 0.5 },
  ])('refuses a float parent %j', (a) => {
    expect(refusalsOf(SearchSpace, { a, b: { ...boolean, when: { a: 0.5 } } })).toEqual([
      'b.when.a: must name an int, ordinal, categorical or boolean parameter; this one is a float',
    ]);
  });

  it.each([
    [boolean, 'true', 'true or false'],
    [{ type: 'categorical', choices: ['x'] }, 'y', 'one of "x"'],
    [{ type: 'ordinal', values: [1, 2] }, 3, 'one of 1, 2'],
    [{ type: 'int', low: 0, high: 9 }, 10, 'a whole number from 0 to 9'],
    [{ type: 'int', low: 0, high: 9 }, 0.5, 'a whole number from 0 to 9'],
    // Never equal to the parent's value, so the child would never be active.
    [{ type: 'int', low: 0, high: 9 }, 3.0000000000001, 'a whole number from 0 to 9'],
    [{ type: 'int', low: 0, high: 9, step: 4 }, 3, 'a whole number from 0 to 9 and 0 plus a multiple of 4'],
  ])('refuses the value outside parent %j: %j', (a, value, domain) => {
    expect(refusalsOf(SearchSpace, { a, b: { ...boolean, when: { a: value } } })).toEqual([
      `b.when.a: must be ${domain}`,
    ]);
    expect(refusalsOf(SearchSpace, { a, b: { ...boolean, when: { a: [value, value] } } })).toHaveLength(2);
  });

  const cycle = 'must not depend on the parameter itself, also not over others';
  it.each([
    ['itself', { a: { ...boolean, when: { a: true } } }, 'a'],
    ['itself over another', { a: { ...boolean, when: { b: true } }, b: { ...boolean, when: { a: true } } }, 'a'],
    [
      'itself over two others',
      {
        root: boolean,
        innocent: { ...boolean, when: { root: true } },
        a: { ...boolean, when: { c: true } },
        b: { ...boolean, when: { a: true, root: true } },
        c: { ...boolean, when: { b: true } },
      },
      'a',
    ],
    [
      'a loop that comes later',
      {
        a: { ...boolean, when: { b: true } },
        b: { ...boolean, when: { c: true } },
        c: { ...boolean, when: { b: true } },
      },
      'b',
    ],
  ])('refuses a parameter that depends on %s, and names one of the loop', (_, space, looped) => {
    expect(refusalsOf(SearchSpace, space)).toEqual([`${looped}.when: ${cycle}`]);
  });

  it('accepts a chain of 100 parameters', () => {
    const chain = Object.fromEntries(
      Array.from({ length: 100 }, (_, i) => [
        `p${i}`,
        i === 0 ? boolean : { ...boolean, when: { [`p${i - 1}`]: true } },
      ]),
    );
    expect(refusalsOf(SearchSpace, chain)).toEqual([]);
  });
});

describe('Constraints', () => {
  it('has at most 32 entries', () => {
    expect(Constraints.safeParse(Array.from({ length: 32 }, () => 'a <= 1')).success).toBe(true);
    expect(Constraints.safeParse(Array.from({ length: 33 }, () => 'a <= 1')).success).toBe(false);
  });
});

describe('parentsFirst', () => {
  it('keeps the given order where nothing speaks against it', () => {
    expect(parentsFirst([[], [], []])).toEqual([0, 1, 2]);
  });

  it('puts every parent before its children', () => {
    expect(parentsFirst([[2], [0], [], [1, 2]])).toEqual([2, 0, 1, 3]);
  });

  it('finds no order for a loop', () => {
    expect(parentsFirst([[1], [0], []])).toBeUndefined();
  });
});

function booleans(count: number): object {
  return Object.fromEntries(Array.from({ length: count }, (_, i) => [`p${i}`, boolean]));
}
