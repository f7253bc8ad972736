import { philox4x32, seedWords } from '../../numerics/random.ts';
import type { Point } from '../draw.ts';
import { purpose } from '../purpose.ts';

/**
 * Independent uniform points: coordinate i of draw `attempt` for a trial is number i of a stream of its own,
 * `unitAt(seed, purpose.random, number, attempt, i)`. What the coordinates share is made once: a refusal looks at
 * millions of them.
 */
export function randomPoint(seed: number, number: number, attempt: number): Point {
  const key = seedWords(seed);
  const counter = new Uint32Array(4);
  const block = new Uint32Array(4);
  counter[1] = purpose.random;
  counter[2] = number;
  counter[3] = attempt;
  return (i) => {
    counter[0] = i;
    philox4x32(counter, key, block);
    return ((block[0] >>> 5) * 2 ** 26 + (block[1] >>> 6)) / 2 ** 53;
  };
}
