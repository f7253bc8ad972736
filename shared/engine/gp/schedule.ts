/**
 * At which numbers of results hyperparameters are fitted. They are a function of the history alone, whoever computes
 * them and whatever was computed before: a lost model is rebuilt equal with two fits.
 */

/** Here hyperparameters are fitted from the prior; everywhere else from what the last of these gave. */
export const checkpoints = [4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384];

/** Up to this many results every one of them is worth a fit: it takes a few milliseconds. */
const everyCountMax = 64;
/** Above it a fit serves until there is an eighth more, at most. */
const rungsPerDoubling = 8;

/** The last checkpoint at or below n; undefined before the first. */
export function checkpointOf(n: number): number | undefined {
  return checkpoints.findLast((count) => count <= n);
}

/** How many of the first of n results the hyperparameters are fitted to. The model is conditioned on all of them. */
export function fittedCountOf(n: number): number {
  if (n <= everyCountMax) return n;
  const step = 2 ** (31 - Math.clz32(n)) / rungsPerDoubling;
  return Math.floor(n / step) * step;
}
