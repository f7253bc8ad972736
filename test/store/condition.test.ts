import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyChanges, holdsOn } from '../../shared/store/condition.ts';
import type { Attributes, Condition } from '../../shared/store/table.ts';

const yes: Condition = { kind: 'always' };
const no: Condition = { kind: 'any', of: [] };

describe('holdsOn', () => {
  it.each(['=', '<', '<=', '>', '>='] as const)('%s never holds between values of different types', (kind) => {
    const values = ['', 'a', '1', 0, 1, true, false];
    for (const stored of [...values, null, [], {}, ['a'], { a: 1 }]) {
      for (const value of values.filter((one) => typeof one !== typeof stored)) {
        expect(holdsOn({ kind, attribute: 'x', value }, { x: stored })).toBe(false);
      }
    }
  });

  it('orders numbers by size and strings by their UTF-8 bytes', () => {
    const ordered: [string | number, string | number][] = [
      [9, 10],
      [-10, -9],
      ['10', '9'],
      ['', 'a'],
      ['B', 'a'],
      ['a', 'ab'],
      ['z', 'é'],
      ['\u{FFFD}', '\u{1F600}'],
    ];
    for (const [low, high] of ordered) {
      expect(comparisons(low, high)).toEqual({ '<': true, '<=': true, '>': false, '>=': false });
      expect(comparisons(high, low)).toEqual({ '<': false, '<=': false, '>': true, '>=': true });
      expect(comparisons(low, low)).toEqual({ '<': false, '<=': true, '>': false, '>=': true });
    }
  });

  it('tells an absent item from one without attributes', () => {
    expect(holdsOn({ kind: 'itemExists' }, {})).toBe(true);
    expect(holdsOn({ kind: 'itemAbsent' }, {})).toBe(false);
    expect(holdsOn({ kind: 'itemExists' }, undefined)).toBe(false);
    expect(holdsOn({ kind: 'itemAbsent' }, undefined)).toBe(true);
  });

  it('does not take what every object inherits for an attribute', () => {
    for (const attribute of ['constructor', 'toString', 'hasOwnProperty']) {
      expect(holdsOn({ kind: 'exists', attribute }, {})).toBe(false);
      expect(holdsOn({ kind: 'absent', attribute }, {})).toBe(true);
    }
  });

  it('finds null, false, 0 and the empty string to exist', () => {
    for (const x of [null, false, 0, '']) expect(holdsOn({ kind: 'exists', attribute: 'x' }, { x })).toBe(true);
  });

  it('all is and, any is or, of any number of parts', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean()), (facts) => {
        const of = facts.map((fact) => (fact ? yes : no));
        expect(holdsOn({ kind: 'all', of }, undefined)).toBe(!facts.includes(false));
        expect(holdsOn({ kind: 'any', of }, undefined)).toBe(facts.includes(true));
      }),
    );
  });
});

describe('applyChanges', () => {
  it('sets, adds and removes', () => {
    const before = { kept: 1, set: 'old', n: 5, gone: true };
    expect(
      applyChanges({ set: { set: 'new', fresh: null }, add: { n: -7 }, remove: ['gone', 'never'] }, before),
    ).toEqual({
      kept: 1,
      set: 'new',
      fresh: null,
      n: -2,
    });
  });

  it('starts from nothing when the item is absent', () => {
    expect(applyChanges({ set: { a: '' }, remove: ['b'] }, undefined)).toEqual({ a: '' });
  });

  it('leaves what it is given as it was', () => {
    const before: Attributes = Object.freeze({ n: 1, gone: true });
    const changes = Object.freeze({ set: Object.freeze({ a: 1 }), add: Object.freeze({ n: 1 }), remove: ['gone'] });
    expect(applyChanges(changes, before)).toEqual({ n: 2, a: 1 });
    expect(before).toEqual({ n: 1, gone: true });
  });

  it.each([undefined, {}, { n: '1' }, { n: null }, { n: true }])('refuses to add to n of %j', (attributes) => {
    expect(() => applyChanges({ add: { n: 1 } }, attributes)).toThrow('only a number can be added to; n is');
  });
});

function comparisons(stored: string | number, value: string | number): Record<string, boolean> {
  const operators = ['<', '<=', '>', '>='] as const;
  return Object.fromEntries(operators.map((kind) => [kind, holdsOn({ kind, attribute: 'x', value }, { x: stored })]));
}
