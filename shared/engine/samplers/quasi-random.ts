import { unitAt } from '../../numerics/random.ts';
import { sobolUnit } from '../../numerics/sobol.ts';
import type { Point } from '../draw.ts';
import { purpose } from '../purpose.ts';

/**
 * The Owen-scrambled Sobol sequence at the trial's number: trials 0 … n-1 together cover the space more evenly than
 * independent points, whoever asked for them.
 * A draw that is refused is drawn again at the same place of the sequence under another scrambling, so the draws that
 * one scrambling contributes are still part of one net. That scrambling is hashed: with seed + attempt, the second draws
 * of a study would be the first ones of the study with the next seed.
 */
export function quasiRandomPoint(seed: number, number: number, attempt: number): Point {
  const scrambling = attempt === 0 ? seed : unitAt(seed, purpose.rescramble, 0, attempt, 0) * 2 ** 53;
  return (i) => sobolUnit(number, i, scrambling);
}
