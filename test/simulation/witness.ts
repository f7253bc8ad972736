import type { Change } from './engines/memory-table.ts';

/** Watches a run for one invariant. Each method is called at the moment in which it happens. */
export interface Witness {
  /** A write took effect: everything that it changed. */
  changed?(changes: readonly Change[]): void;
  /** The service has answered; whether the answer arrives is not known yet. */
  answered?(answer: Answer): void;
  /** A job was let in and trains, or trains no more. */
  trains?(job: TrainingJob): void;
  ended?(jobId: string): void;
  /** A function has run to its end. */
  worked?(work: Work): void;
  /** Nothing is left to happen. */
  rests?(): void;
}

export interface Answer {
  operation: string;
  path: Record<string, string>;
  /** Parsed. */
  request: unknown;
  key: string | null;
  status: number;
  response: unknown;
}

export interface TrainingJob {
  jobId: string;
  number: number;
  attempt: number;
}

export interface Work {
  kind: string;
  /** How many operations on the table it took. */
  operations: number;
}
