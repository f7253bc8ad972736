import { sobolUnit } from '../../numerics/sobol.ts';
import type { Point } from '../draw.ts';
import { trySeed } from '../try-seed.ts';

/**
 * The Owen-scrambled Sobol sequence at the trial's number: trials 0 … n-1 together cover the space more evenly than
 * independent points, whoever asked for them.
 * A draw that is refused is drawn again at the same place of the sequence under another scrambling, so the draws that
 * one scrambling contributes are still part of one net.
 */
export function quasiRandomPoint(seed: number, number: number, attempt: number): Point {
  const scrambling = trySeed(seed, attempt);
  return (i) => sobolUnit(number, i, scrambling);
}
