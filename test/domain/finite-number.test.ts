import { describe, expect, it } from 'vitest';
import { FiniteNumber } from '../../shared/domain/finite-number.ts';

describe('FiniteNumber', () => {
  it.each([0, 1e300, -1e300, 5e-324, 0.1, 2 ** 53])('accepts %d', (x) => {
    expect(FiniteNumber.parse(x)).toBe(x);
  });

  it.each([1.0000000000000002e300, -1.0000000000000002e300, Infinity, -Infinity, NaN])('refuses %d', (x) => {
    expect(FiniteNumber.safeParse(x).success).toBe(false);
  });

  it.each(['1', null, true, 1n])('refuses %s, which is no number', (x) => {
    expect(FiniteNumber.safeParse(x).success).toBe(false);
  });

  it('writes -0 as 0', () => {
    expect(Object.is(FiniteNumber.parse(-0), 0)).toBe(true);
  });
});
