import type { EnqueuedTrial, NewStudy } from '../api.ts';

/** What a file of another program holds. */
export interface Imported {
  /** What it says of the study; empty for a list of results. */
  study: Partial<NewStudy>;
  trials: EnqueuedTrial[];
  /** What is not taken over, one sentence each. */
  remarks: string[];
}

export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
