/** 1 / the variance of m, the mean of the prior: see kernels-contract.ts. */
export const meanPrecision = 4;

/** m of whitened ones and values, in the first n places. */
export function meanOf(ones: Float64Array, values: Float64Array, n: number): number {
  let [share, weight] = [0, meanPrecision];
  for (let i = 0; i < n; i++) {
    share += ones[i] * values[i];
    weight += ones[i] * ones[i];
  }
  return share / weight;
}
