import { unitAt } from '../numerics/random.ts';
import { purpose } from './purpose.ts';

/**
 * The seed under which a trial is drawn again at its own place of a sequence. It is hashed: with seed + attempt, the
 * second draws of a study would be the first ones of the study with the next seed.
 */
export function trySeed(seed: number, attempt: number): number {
  return attempt === 0 ? seed : unitAt(seed, purpose.rescramble, 0, attempt, 0) * 2 ** 53;
}
