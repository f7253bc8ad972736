import { describe, expect, it } from 'vitest';
import { gridOf, listingOf } from '../../shared/engine/listing.ts';
import { spaceFrom } from '../domain/space-from.ts';

const input = { n: { type: 'int', low: 0, high: 9 }, b: { type: 'boolean' } };

describe('listingOf', () => {
  it('lists a space once, also for fixed values', () => {
    const space = spaceFrom(input, ['n > 3']);
    const [all, some] = [listingOf(space, {})!, listingOf(space, { b: true })!];
    expect([all.count, some.count]).toEqual([12n, 6n]);
    expect(listingOf(space, {})).toBe(all);
    expect(listingOf(space, { b: true })).toBe(some);
    expect(listingOf(spaceFrom(input, ['n > 3']), {})).not.toBe(all);
  });

  it('keeps the last four', () => {
    const space = spaceFrom(input);
    const first = listingOf(space, { n: 0 });
    const later = [1, 2, 3].map((n) => listingOf(space, { n }));
    expect(listingOf(space, { n: 0 })).toBe(first);
    listingOf(space, { n: 4 });
    expect([1, 2, 3].map((n) => listingOf(space, { n }))).toEqual(later);
    expect(listingOf(space, { n: 3 })).toBe(later[2]);
    expect(listingOf(space, { n: 0 })).not.toBe(first);
  });

  it('knows no list of what has no end, or cannot be', () => {
    const space = spaceFrom({ ...input, x: { type: 'float', low: 0, high: 1, when: { b: true } } });
    expect(listingOf(space, {})).toBeUndefined();
    expect(listingOf(space, { b: false, x: 1 })).toBeUndefined();
    expect(listingOf(space, { x: 1 })!.count).toBe(10n);
  });
});

describe('gridOf', () => {
  it('lists a grid once for the same points', () => {
    const space = spaceFrom({ x: { type: 'float', low: 0, high: 1 } }, ['x > 0.1']);
    const grid = gridOf(space, { kind: 'grid', points: 5 })!;
    expect(gridOf(space, { kind: 'grid', points: 5 })).toBe(grid);
    expect(gridOf(space, { kind: 'grid', points: 6 })!.count).toBe(5n);
    expect(gridOf(space, { kind: 'random' })).toBeUndefined();
  });
});
