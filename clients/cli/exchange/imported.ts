import type { EnqueuedTrial, NewStudy } from '../api.ts';

/** What a file of another program holds. */
export interface Imported {
  /** What it says of the study; empty for a list of results. */
  study: Partial<NewStudy>;
  trials: EnqueuedTrial[];
  /** What is not taken over, one sentence each. */
  remarks: string[];
}
