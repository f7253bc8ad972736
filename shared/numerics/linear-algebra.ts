/**
 * Dense linear algebra on symmetric positive definite matrices, in plain TypeScript: the reference that the WASM
 * kernels are tested against, and what runs where they cannot.
 * Flat row-major arrays: A n×n symmetric, L n×n lower with L Lᵀ = A, B m×n with one right-hand side a row. Only + − ×
 * ÷ √ in a fixed order, so every machine computes the same bits.
 *
 * Golub & Van Loan, "Matrix Computations" (4th ed., 2013): section 3.1 (substitution), 4.2 (Cholesky).
 */

import { log } from './elementary.ts';

/**
 * The lower Cholesky factor. A result and a refusal need two places, so `out` is required and the answer says whether
 * it holds one.
 * @param a n×n, of which only the lower triangle is read. @param out n×n, strictly upper part set to 0; may be `a`.
 * @returns false, with `out` unfinished, when a pivot is not a positive finite number: A is not positive definite to
 *   rounding, or holds NaN or ∞. n³/3 operations.
 */
export function cholesky(a: Float64Array, n: number, out: Float64Array): boolean {
  for (let i = 0; i < n; i++) {
    const row = i * n;
    for (let j = 0; j < i; j++) {
      out[row + j] = (a[row + j] - dot(out, row, out, j * n, j)) / out[j * n + j];
    }
    const pivot = a[row + i] - dot(out, row, out, row, i);
    if (!isPivot(pivot)) return false;
    out[row + i] = Math.sqrt(pivot);
    out.fill(0, row + i + 1, row + n);
  }
  return true;
}

/** Solves L x = b. @param l n×n. @param b n. @param out n; may be `b`. O(n²). A zero on the diagonal gives ∞ or NaN. */
export function solveLower(
  l: Float64Array,
  b: Float64Array,
  n: number,
  out: Float64Array = new Float64Array(n),
): Float64Array {
  return solveLowerRows(l, b, n, 1, out);
}

/**
 * Solves Lᵀ x = b.
 * @param l n×n.
 * @param b n.
 * @param out n; may be `b`. O(n²). A zero on the diagonal gives ∞ or NaN.
 */
export function solveLowerTransposed(
  l: Float64Array,
  b: Float64Array,
  n: number,
  out: Float64Array = new Float64Array(n),
): Float64Array {
  return solveLowerTransposedRows(l, b, n, 1, out);
}

/**
 * Solves L x = b for each row b of B, X Lᵀ = B.
 * @param l n×n.
 * @param b m×n.
 * @param out m×n, one solution a row; may be `b`. O(m n²).
 */
export function solveLowerRows(
  l: Float64Array,
  b: Float64Array,
  n: number,
  m: number,
  out: Float64Array = new Float64Array(m * n),
): Float64Array {
  for (let row = 0; row < m * n; row += n) {
    for (let i = 0; i < n; i++) {
      out[row + i] = (b[row + i] - dot(out, row, l, i * n, i)) / l[i * n + i];
    }
  }
  return out;
}

/**
 * Solves Lᵀ x = b for each row b of B, X L = B.
 * @param l n×n.
 * @param b m×n.
 * @param out m×n, one solution a row; may be `b`. O(m n²).
 */
export function solveLowerTransposedRows(
  l: Float64Array,
  b: Float64Array,
  n: number,
  m: number,
  out: Float64Array = new Float64Array(m * n),
): Float64Array {
  if (out !== b) out.set(b.subarray(0, m * n));
  for (let row = 0; row < m * n; row += n) {
    // Column i of Lᵀ is row i of L: once x_i is known it leaves the equations before it, along memory.
    for (let i = n - 1; i >= 0; i--) {
      const solved = out[row + i] / l[i * n + i];
      out[row + i] = solved;
      addScaled(-solved, l, i * n, out, row, i);
    }
  }
  return out;
}

/**
 * A⁻¹ = L⁻ᵀ L⁻¹, exactly symmetric.
 * @param l n×n, of which only the lower triangle is read.
 * @param out n×n; may be `l`. 2n³/3 operations.
 */
export function inverseFromCholesky(
  l: Float64Array,
  n: number,
  out: Float64Array = new Float64Array(n * n),
): Float64Array {
  if (out !== l) out.set(l.subarray(0, n * n));
  invertLower(out, n);

  // Row i of A⁻¹, left of the diagonal, is Σ_{k ≥ i} M_ki · (row k of M = L⁻¹): it needs no row above, so it may take
  // its place.
  for (let i = 0; i < n; i++) {
    const row = i * n;
    const own = out[row + i];
    for (let j = 0; j <= i; j++) out[row + j] *= own;
    for (let k = i + 1; k < n; k++) addScaled(out[k * n + i], out, k * n, out, row, i + 1);
  }
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) out[j * n + i] = out[i * n + j];
  }
  return out;
}

/** log det A = 2 Σ log L_ii. @param l n×n. NaN or -∞ when a diagonal element is not positive. O(n). */
export function logDeterminant(l: Float64Array, n: number): number {
  let sum = 0;
  for (let i = 0; i < n; i++) sum += log(l[i * n + i]);
  return 2 * sum;
}

/** NaN compares false, so it is no pivot either. */
function isPivot(value: number): boolean {
  return value > 0 && value < Infinity;
}

/**
 * M = L⁻¹ in the place of L's lower triangle. Row i of M is -(Σ_{k < i} L_ik · (row k of M)) / L_ii, with 1 / L_ii at
 * its end; L_ik is read just before its place is taken.
 */
function invertLower(l: Float64Array, n: number): void {
  for (let i = 0; i < n; i++) {
    const row = i * n;
    const inversePivot = 1 / l[row + i];
    for (let k = 0; k < i; k++) {
      const factor = l[row + k];
      l[row + k] = 0;
      addScaled(factor, l, k * n, l, row, k + 1);
    }
    for (let j = 0; j < i; j++) l[row + j] *= -inversePivot;
    l[row + i] = inversePivot;
  }
}

/** Σ_{k < count} a[aStart + k] · b[bStart + k], from the first to the last. */
function dot(a: Float64Array, aStart: number, b: Float64Array, bStart: number, count: number): number {
  let sum = 0;
  for (let k = 0; k < count; k++) sum += a[aStart + k] * b[bStart + k];
  return sum;
}

/** y[yStart + k] += factor · x[xStart + k] for k < count. */
function addScaled(
  factor: number,
  x: Float64Array,
  xStart: number,
  y: Float64Array,
  yStart: number,
  count: number,
): void {
  for (let k = 0; k < count; k++) y[yStart + k] += factor * x[xStart + k];
}
