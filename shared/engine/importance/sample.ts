import { createGenerator } from '../../numerics/random.ts';
import { purpose } from '../purpose.ts';

/** Any seed will do: the same history shall always have the same answer. */
const seed = 0;

/**
 * Some of many, each choice of so many as likely as any other, in their order: the best tenth of them is a fair sample
 * of the best tenth of all. Knuth, "The Art of Computer Programming" 2, 3.4.2, algorithm S. O(n).
 * @returns all of them where there are no more than that.
 */
export function sampleOf<One>(all: readonly One[], count: number): readonly One[] {
  if (all.length <= count) return all;
  const random = createGenerator(seed, purpose.sample);
  const chosen: One[] = [];
  for (let i = 0; chosen.length < count; i++) {
    if (random.nextBelow(all.length - i) < count - chosen.length) chosen.push(all[i]);
  }
  return chosen;
}
