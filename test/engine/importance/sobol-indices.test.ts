import { describe, expect, it } from 'vitest';
import { sobolIndices } from '../../../shared/engine/importance/sobol-indices.ts';
import { sobolUnit } from '../../../shared/numerics/sobol.ts';

const count = 4096;

/** Indices of a function of the unit cube; coordinates of the second set are further dimensions of the sequence. */
function indicesOf(f: (u: number[]) => number, d: number): { first: number; total: number }[] {
  const points = Array.from({ length: count }, (_, k) => Array.from({ length: 2 * d }, (_u, i) => sobolUnit(k, i, 11)));
  const [a, b] = [points.map((u) => u.slice(0, d)), points.map((u) => u.slice(d))];
  return Array.from({ length: d }, (_, i) => {
    const c = a.map((u, k) => u.with(i, b[k][i]));
    return sobolIndices(a.map(f), b.map(f), c.map(f));
  });
}

describe('sobolIndices', () => {
  it('are the parts of the variance of a sum', () => {
    // Var c·u = c² / 12.
    const found = indicesOf(([u, v, w]) => 3 * u + 2 * v + w, 3);
    [9, 4, 1].forEach((part, i) => {
      expect(Math.abs(found[i].first - part / 14)).toBeLessThan(0.005);
      expect(Math.abs(found[i].total - part / 14)).toBeLessThan(0.005);
    });
  });

  it('are those of the Ishigami function', () => {
    // sin x + 7 sin² y + 0.1 z⁴ sin x on [-π, π]³; Saltelli et al., "Global sensitivity analysis" (2008), section 4.
    const at = (u: number): number => Math.PI * (2 * u - 1);
    const found = indicesOf(
      ([u, v, w]) => Math.sin(at(u)) + 7 * Math.sin(at(v)) ** 2 + 0.1 * at(w) ** 4 * Math.sin(at(u)),
      3,
    );
    [0.3139, 0.4424, 0].forEach((first, i) => expect(Math.abs(found[i].first - first)).toBeLessThan(0.01));
    [0.5576, 0.4424, 0.2437].forEach((total, i) => expect(Math.abs(found[i].total - total)).toBeLessThan(0.01));
  });

  it('are exact where one coordinate does everything', () => {
    const [all, none] = indicesOf(([u]) => u ** 5, 2);
    expect(all.total).toBe(1);
    expect(none).toEqual({ first: 0, total: 0 });
  });

  it('are 0 for a constant', () => {
    expect(sobolIndices([1, 1], [1, 1], [1, 1])).toEqual({ first: 0, total: 0 });
  });
});
