import type { StudyRecord } from './studies.ts';
import type { TrialRecord } from './trials.ts';

/** One of the places of a managed study that train at the same time, held by the job of an attempt until it is gone. */
export interface HeldSlot {
  slot: number;
  number: number;
  attempt: number;
}

/** How an attempt of a managed trial ended, kept for the circuit breaker. */
export interface AttemptEnd {
  number: number;
  attempt: number;
  endedMs: number;
  failed: boolean;
  message: string;
}

/** The protocol of managed trials: every method a conditional write that is safe to do twice, or a consistent read. */
export interface JobStore {
  slots(study: StudyRecord): Promise<HeldSlot[]>;
  /**
   * Takes on submitting a queued job, or one whose submission somebody has left in the air, if it is still as it was
   * seen. @returns undefined when it is not.
   */
  claim(study: StudyRecord, seen: TrialRecord, nowMs: number): Promise<TrialRecord | undefined>;
  /** Writes down the id of a submitted job, unless another one's is there. @returns the trial as it is then. */
  record(
    study: StudyRecord,
    number: number,
    attempt: number,
    jobId: string,
    nowMs: number,
  ): Promise<TrialRecord | undefined>;
  /** The job begins to train: the first of an attempt, and no other. @returns whether it is this one. */
  start(study: StudyRecord, number: number, attempt: number, jobId: string, nowMs: number): Promise<boolean>;
  /** The job is gone: its place becomes free, and a trial that waits may be given out. */
  free(study: StudyRecord, held: HeldSlot, nowMs: number): Promise<void>;
  /** The first one of an attempt stays. */
  putEnd(study: StudyRecord, end: AttemptEnd): Promise<void>;
  /** The last ends since a moment, the newest first. */
  ends(study: StudyRecord, sinceMs: number, limit: number): Promise<AttemptEnd[]>;
}
