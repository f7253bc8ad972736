import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { capOf, frontierAfter, newCounter } from '../../shared/domain/counter.ts';

describe('capOf', () => {
  it.each([
    [100, 0, undefined, 100],
    [100, 7, undefined, 107],
    [100, 7, 1000, 107],
    [100, 7, 50, 50],
    [100, 7, 107, 107],
    [1, 0, 0, 0],
  ])('of a budget of %i with %i attached and %s configurations is %i', (budget, attached, configurations, cap) => {
    expect(capOf(budget, configurations, { attached, confirmations: 0 })).toBe(cap);
  });

  it('has room for confirmations on top, since they have the params of others', () => {
    expect(capOf(100, 50, { attached: 7, confirmations: 3 })).toBe(53);
  });
});

describe('newCounter', () => {
  it('has given out nothing', () => {
    expect(newCounter(12)).toMatchObject({
      nextNumber: 0,
      left: 12,
      cap: 12,
      running: 0,
      phase: 'open',
      openBelow: [],
    });
  });
});

describe('frontierAfter', () => {
  it('moves to the next number when few are open', () => {
    expect(frontierAfter([9, 3, 7], 12)).toEqual({ frontier: 12, openBelow: [3, 7, 9] });
    expect(frontierAfter([], 12)).toEqual({ frontier: 12, openBelow: [] });
  });

  it('lists 100 open numbers, and stays at the 101st', () => {
    const open = Array.from({ length: 101 }, (_, i) => 10 + 2 * i);
    expect(frontierAfter(open.slice(0, 100), 500)).toEqual({ frontier: 500, openBelow: open.slice(0, 100) });
    expect(frontierAfter(open, 500)).toEqual({ frontier: 210, openBelow: open.slice(0, 100) });
  });

  it('leaves every open number at or above the frontier, or listed', () => {
    const open = fc.uniqueArray(fc.nat(2000), { maxLength: 300 });
    fc.assert(
      fc.property(open, (numbers) => {
        const before = [...numbers];
        const { frontier, openBelow } = frontierAfter(numbers, 2001);
        expect(numbers).toEqual(before);
        expect(openBelow.length).toBeLessThanOrEqual(100);
        expect(numbers.filter((n) => n < frontier).sort((a, b) => a - b)).toEqual(openBelow);
        expect(frontier).toBeLessThanOrEqual(2001);
      }),
      { seed: 2, numRuns: 200 },
    );
  });
});
