import type { StudyRecord } from '../ports/studies.ts';

/** Whether somebody stopped the study: then its jobs end too. One that ends for another reason lets them finish. */
export function isStopped({ state, endReason }: StudyRecord): boolean {
  return (state === 'stopping' || state === 'finished') && endReason === 'stopped';
}
