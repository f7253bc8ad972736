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

const at = (nextNumber: number) => ({ nextNumber, gaps: {} });

describe('frontierAfter', () => {
  it('moves to the next number when few are open', () => {
    expect(frontierAfter([9, 3, 7], [], at(12), 5)).toEqual({ frontier: 12, openBelow: [3, 7, 9], gaps: {} });
    expect(frontierAfter([], [], at(12), 5)).toEqual({ frontier: 12, openBelow: [], gaps: {} });
  });

  it('lists 100 open numbers, and stays at the 101st', () => {
    const open = Array.from({ length: 101 }, (_, i) => 10 + 2 * i);
    const openBelow = open.slice(0, 100);
    expect(frontierAfter(openBelow, [], at(500), 5)).toEqual({ frontier: 500, openBelow, gaps: {} });
    expect(frontierAfter(open, [], at(500), 5)).toEqual({ frontier: 210, openBelow, gaps: {} });
  });

  it('remembers since when a number has been without a trial', () => {
    const { gaps } = frontierAfter([3, 7, 9], [3, 9], { nextNumber: 12, gaps: { 3: 1, 5: 1 } }, 5);
    expect(gaps).toEqual({ 3: 1, 9: 5 });
  });

  it('leaves every open number at or above the frontier, or listed', () => {
    const open = fc.uniqueArray(fc.nat(2000), { maxLength: 300 });
    fc.assert(
      fc.property(open, (numbers) => {
        const before = [...numbers];
        const { frontier, openBelow } = frontierAfter(numbers, [], at(2001), 5);
        expect(numbers).toEqual(before);
        expect(openBelow.length).toBeLessThanOrEqual(100);
        expect(numbers.filter((n) => n < frontier).sort((a, b) => a - b)).toEqual(openBelow);
        expect(frontier).toBeLessThanOrEqual(2001);
      }),
      { seed: 2, numRuns: 200 },
    );
  });
});
