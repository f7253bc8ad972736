import { describe, expect, it } from 'vitest';
import { SearchSpace } from '../../shared/domain/search-space.ts';
import { isActive, satisfiesConstraints, spaceOf } from '../../shared/domain/space.ts';
import { spaceFrom } from './space-from.ts';

const input = {
  width: { type: 'int', low: 1, high: 9 },
  size: { type: 'ordinal', values: ['s', 'm'] },
  batch: { type: 'ordinal', values: [16, 32] },
  cosine: { type: 'boolean', when: { size: ['m'], batch: 32 } },
  rate: { type: 'float', low: 0, high: 1 },
  'weight-decay': { type: 'float', low: 0, high: 1, when: { cosine: true } },
};

describe('spaceOf', () => {
  it('orders parents before children', () => {
    const { order, names } = spaceFrom({
      c: { type: 'boolean', when: { b: true } },
      b: { type: 'boolean', when: { a: true } },
      a: { type: 'boolean' },
    });
    expect(order.map((i) => names[i])).toEqual(['a', 'b', 'c']);
  });

  it('lists conditions by index, with single values as lists', () => {
    const { conditions } = spaceFrom(input);
    expect(conditions[3]).toEqual([
      { parent: 1, values: ['m'] },
      { parent: 2, values: [32] },
    ]);
  });

  it.each([
    ['depth <= 3', 'must name parameters of the space; there is no depth'],
    ['toString <= 3', 'must name parameters of the space; there is no toString'],
    [
      'size <= 3',
      'must name numeric parameters only, and size is an ordinal of texts: that a parameter depends on it is said by its "when"',
    ],
    [
      'cosine <= 3',
      'must name numeric parameters only, and cosine is a boolean: that a parameter depends on it is said by its "when"',
    ],
    [
      'weight-decay <= 3',
      'must name parameters of the space; there is no weight: a name with dashes is written in backticks, `weight-decay`',
    ],
    ['wei-decay <= 3', 'must name parameters of the space; there is no wei'],
    ['width', 'must be a comparison such as a <= b'],
  ])('refuses the constraint %s at its index', (text, message) => {
    const made = spaceOf(SearchSpace.parse(input), ['width <= 3', text]);
    expect(made).toEqual({ faults: [{ path: [1], message, input: text }] });
  });

  it('accepts constraints on all numeric parameters', () => {
    const { constraints } = spaceFrom(input, ['width * batch <= 64', '`weight-decay` + rate < 1']);
    expect(constraints.map(({ names }) => names)).toEqual([
      ['width', 'batch'],
      ['weight-decay', 'rate'],
    ]);
  });
});

describe('isActive', () => {
  const space = spaceFrom(input);
  it.each([
    ['m', 32, true],
    ['s', 32, false],
    ['m', 16, false],
    [undefined, 32, false],
    ['m', undefined, false],
  ])('with size %s and batch %s is %s', (size, batch, active) => {
    expect(isActive(space, 3, (parent) => [undefined, size, batch][parent])).toBe(active);
  });

  it('is always true without conditions', () => {
    expect(isActive(space, 0, () => undefined)).toBe(true);
  });
});

describe('satisfiesConstraints', () => {
  const space = spaceFrom(input, ['width * batch <= 64', '`weight-decay` <= rate']);
  it.each([
    [{ width: 2, batch: 32, rate: 0.5 }, true],
    [{ width: 3, batch: 32, rate: 0.5 }, false],
    [{ width: 2, batch: 32, rate: 0.5, 'weight-decay': 0.6 }, false],
    [{ width: 2, batch: 32, rate: 0.5, 'weight-decay': 0.5 }, true],
  ])('for %j is %s', (params, satisfied) => {
    expect(satisfiesConstraints(space, params)).toBe(satisfied);
  });

  it('does not take an inherited property for a value', () => {
    const odd = spaceFrom({ on: { type: 'boolean' }, toString: { type: 'int', low: 0, high: 9, when: { on: true } } }, [
      'toString <= 3',
    ]);
    expect(satisfiesConstraints(odd, { on: false })).toBe(true);
    expect(satisfiesConstraints(odd, { on: true, toString: 4 })).toBe(false);
  });
});
