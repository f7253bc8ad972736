import type { Scenario } from '../scenarios.ts';
import type { Ledger } from './ledger.ts';

/** What an invariant needs to judge by. */
export interface Watch {
  ledger: Ledger;
  scenario: Scenario;
  /** The true time. */
  nowMs: () => number;
  /** Where results come from; see `actors/results`. */
  results: ReadonlyMap<number, { number: number; attempt: number }>;
  /** Whether the schedule of sweeps knows a study, and how many jobs have not ended. */
  watchedCount: () => number;
  livingJobs: () => number;
  /** Every object that there is. */
  objectKeys: () => string[];
  violated: (what: string) => void;
}
