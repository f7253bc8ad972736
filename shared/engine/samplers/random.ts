import { unitAt } from '../../numerics/random.ts';
import type { Point } from '../draw.ts';
import { purpose } from '../purpose.ts';

/** Independent uniform points: coordinate i of draw `attempt` for a trial is number i of a stream of its own. */
export function randomPoint(seed: number, number: number, attempt: number): Point {
  return (i) => unitAt(seed, purpose.random, number, attempt, i);
}
