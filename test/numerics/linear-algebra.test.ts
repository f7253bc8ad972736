import { describe, expect, it } from 'vitest';
import {
  cholesky,
  inverseFromCholesky,
  logDeterminant,
  solveLower,
  solveLowerRows,
  solveLowerTransposed,
  solveLowerTransposedRows,
} from '../../shared/numerics/linear-algebra.ts';

// A = L Lᵀ with small integers, so every result is exact.
const A = Float64Array.of(4, 2, -2, 2, 10, 5, -2, 5, 9);
const L = Float64Array.of(2, 0, 0, 1, 3, 0, -1, 2, 2);
const unread = NaN;

describe('cholesky', () => {
  it('finds an exact factor, with zeros above the diagonal, from the lower triangle alone', () => {
    const out = new Float64Array(9).fill(7);
    expect(cholesky(Float64Array.of(4, unread, unread, 2, 10, unread, -2, 5, 9), 3, out)).toBe(true);
    expect(out).toEqual(L);
  });

  it('works in place', () => {
    const a = A.slice();
    expect(cholesky(a, 3, a)).toBe(true);
    expect(a).toEqual(L);
  });

  it.each([
    ['a negative pivot', [1, 2, 2, 3]],
    ['a zero pivot', [1, 1, 1, 1]],
    ['a zero matrix', [0, 0, 0, 0]],
    ['NaN on the diagonal', [1, 0, 0, NaN]],
    ['NaN below the diagonal', [1, 0, NaN, 1]],
    ['∞ on the diagonal', [Infinity, 0, 0, 1]],
    ['∞ below the diagonal', [1, 0, Infinity, 1]],
  ])('refuses %s', (_, a) => {
    expect(cholesky(Float64Array.from(a), 2, new Float64Array(4))).toBe(false);
  });
});

describe('substitution', () => {
  const x = Float64Array.of(1, -2, 3);
  const lower = Float64Array.of(2, -5, 1);
  const transposed = Float64Array.of(-3, 0, 6);

  it('solves L x = b and Lᵀ x = b, in place too', () => {
    expect(solveLower(L, lower, 3)).toEqual(x);
    expect(solveLowerTransposed(L, transposed, 3)).toEqual(x);
    const b = lower.slice();
    expect(solveLower(L, b, 3, b)).toBe(b);
    expect(b).toEqual(x);
    const c = transposed.slice();
    expect(solveLowerTransposed(L, c, 3, c)).toBe(c);
    expect(c).toEqual(x);
  });

  it('solves for every row', () => {
    const rows = Float64Array.of(1, -2, 3, 1, -2, 3);
    expect(solveLowerRows(L, Float64Array.of(...lower, ...lower), 3, 2)).toEqual(rows);
    expect(solveLowerTransposedRows(L, Float64Array.of(...transposed, ...transposed), 3, 2)).toEqual(rows);
  });
});

describe('inverseFromCholesky', () => {
  it('is the exact inverse, and exactly symmetric', () => {
    // det A = 144; the adjugate by hand.
    const inverse = Float64Array.of(65, -28, 30, -28, 32, -24, 30, -24, 36).map((one) => one / 144);
    const found = inverseFromCholesky(L, 3);
    for (let i = 0; i < 9; i++) expect(found[i]).toBeCloseTo(inverse[i], 15);
    expect([found[1], found[2], found[5]]).toEqual([found[3], found[6], found[7]]);
  });

  it('works in place', () => {
    const l = L.slice();
    expect(inverseFromCholesky(l, 3, l)).toBe(l);
    expect(l).toEqual(inverseFromCholesky(L, 3));
  });
});

describe('logDeterminant', () => {
  it('is log 144', () => {
    expect(logDeterminant(L, 3)).toBeCloseTo(4.969813299576001, 14);
  });

  it('is 0 for nothing', () => {
    expect(logDeterminant(new Float64Array(), 0)).toBe(0);
  });
});
