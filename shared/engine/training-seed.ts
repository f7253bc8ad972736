import { createGenerator } from '../numerics/random.ts';
import { purpose } from './purpose.ts';

/** The seed that a trial's own training should use: 31 bits, a function of the study's seed and the trial's number. */
export function trainingSeed(studySeed: number, number: number): number {
  return createGenerator(studySeed, purpose.training, number).nextUint32() >>> 1;
}
