/**
 * q of the points of two sets, in the notation of kernels-contract.ts: weighted squared distances.
 * @param a m×d. @param b n×d. @returns m×n. O(m n d).
 */
export function squaredDistances(
  a: Float64Array,
  m: number,
  b: Float64Array,
  n: number,
  d: number,
  w: Float64Array,
  isCategory: readonly boolean[],
): Float64Array {
  const out = new Float64Array(m * n);
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let c = 0; c < d; c++) sum += w[c] * squaredDifference(a[i * d + c], b[j * d + c], isCategory[c]);
      out[i * n + j] = sum;
    }
  }
  return out;
}

/** δ of one coordinate. */
export function squaredDifference(a: number, b: number, isCategory: boolean): number {
  if (isCategory) return a === b ? 0 : 1;
  return (a - b) * (a - b);
}
