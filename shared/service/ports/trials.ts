import type { Counter, OpenTrials } from '../../domain/counter.ts';
import type { Values } from '../../domain/objective.ts';
import type { Params } from '../../domain/parameter.ts';
import type { JobPhase } from '../../domain/trial-job.ts';
import type { Suggestion, Trial, TrialState } from '../../domain/trial.ts';
import type { Receipt } from './receipts.ts';
import type { StudyRecord } from './studies.ts';

export interface TrialRecord {
  number: number;
  state: TrialState;
  params: Params;
  attempt: number;
  failures: number;
  origin: Trial['origin'];
  /** The number of the trial that a confirmation runs again. */
  confirms: number | undefined;
  suggestion: Suggestion | undefined;
  worker: string | undefined;
  leaseUntilMs: number | undefined;
  /** What this attempt's worker asked for, where that is not the study's. */
  leaseSeconds: number | undefined;
  values: Values | undefined;
  lastReport: { step: number; values: Values } | undefined;
  /** The job of this attempt; when the trial waits again, the last one's. */
  job: HeldJob | undefined;
  message: string | undefined;
  askedMs: number | undefined;
  finishedMs: number | undefined;
  /** Hash of the accepted result; a trial that has one never gets another. */
  resultHash: string | undefined;
  /** Hash of the idempotency key that the accepted result came with. */
  resultKey: string | undefined;
  /** The last attempt that was told failed. */
  failedAttempt: number | undefined;
  /** The last attempt whose worker was told to stop. */
  stoppedAttempt: number | undefined;
}

export interface HeldJob {
  phase: JobPhase;
  slot: number;
  id: string | undefined;
  /** When this phase began. */
  sinceMs: number;
}

/** A trial between asked and ended; what the trial store changes. */
export type TrialChange = Partial<Omit<TrialRecord, 'number' | 'params' | 'origin'>>;

/** What an ask commits, all or nothing. */
export interface AskCommit {
  /** Trials taken over: waiting ones, or running ones whose lease ran out. */
  claims: { from: TrialRecord; change: TrialChange }[];
  /** New trials under numbers that were allocated. */
  puts: TrialRecord[];
  receipt: Receipt | undefined;
  /** For a managed study: the place of each trial, claims before puts. */
  slots?: readonly number[];
}

/** What stood in the way of a commit; everything not named could have been written. */
export interface AskRefusal {
  answered: boolean;
  /** Claims that somebody else took, by index. */
  claimsLost: number[];
  /** Puts whose number has a trial already, by index. */
  numbersLost: number[];
  /** Puts whose params another trial has, by index. */
  duplicates: number[];
  /** The parallel limit was reached meanwhile. */
  limitReached: boolean;
  /** Places that somebody else took. */
  slotsLost: number[];
}

export interface Allocation {
  numbers: number[];
  /** Why there are fewer than wanted. */
  limit: 'budget' | 'parallel' | 'paused' | 'closed' | undefined;
  /** Of the counter then. */
  marks: HistoryMarks;
}

/** What of the counter a reader of the history needs, if it was read before the trials are. */
export type HistoryMarks = Pick<Counter, 'modelVersion' | 'reopened'>;

export interface TrialStore {
  get(study: StudyRecord, number: number): Promise<TrialRecord | undefined>;
  /** Which trial has these params. */
  holderOf(study: StudyRecord, params: Params): Promise<number | undefined>;
  page(study: StudyRecord, from: number, limit: number): Promise<{ trials: TrialRecord[]; next: number | undefined }>;
  all(study: StudyRecord): AsyncGenerator<TrialRecord>;
  /**
   * Trials that can be given out now, the waiting ones first. A hint: only a commit tells.
   * @param isWaitingWanted whether waiting ones are of use, or only running ones whose lease ran out.
   */
  claimable(study: StudyRecord, nowMs: number, limit: number, isWaitingWanted: boolean): Promise<TrialRecord[]>;
  /** Everything that has not ended, read consistently. */
  open(study: StudyRecord, counter: Counter): Promise<OpenTrials<TrialRecord>>;
  /** Moves the frontier after a look. @returns the counter then, or undefined when it had changed since. */
  moveFrontier(
    study: StudyRecord,
    counter: Counter,
    open: OpenTrials<TrialRecord>,
    nowMs: number,
  ): Promise<Counter | undefined>;
  /** Takes up to `wanted` numbers out of the budget. */
  allocate(study: StudyRecord, wanted: number): Promise<Allocation>;
  commitAsk(study: StudyRecord, commit: AskCommit): Promise<AskRefusal | undefined>;
  /**
   * Brings trials in from outside under the numbers that come next in `counter`. They cost budget, but for `raise`
   * numbers that are new. @returns `stale` when other numbers were given out since, or the budget is too small.
   */
  add(
    study: StudyRecord,
    counter: Counter,
    addition: { raise: number; attached: number; confirmations: number; trials: TrialRecord[] },
    receipt: Receipt | undefined,
  ): Promise<'added' | 'stale' | 'answered' | { duplicates: number[] }>;
  /** Writes a change if the trial is at this attempt, in one of these states and without a result. */
  change(
    study: StudyRecord,
    number: number,
    expected: { attempt: number; states: TrialState[]; failures?: number },
    change: TrialChange,
    receipt?: Receipt,
  ): Promise<{ ok: true; trial: TrialRecord } | { ok: false; found: TrialRecord | undefined; answered: boolean }>;
  /** Opens an ended trial again; the counter must know, since it may lie below the frontier. */
  reopen(
    study: StudyRecord,
    counter: Counter,
    from: TrialRecord,
    receipt: Receipt | undefined,
  ): Promise<{ ok: true; trial: TrialRecord } | { ok: false; answered: boolean }>;
  /**
   * Writes the result of a trial that has failed without one; the counter must know, since ended trials are not looked
   * at again. @returns false when the trial is not as it was.
   */
  changeFailed(study: StudyRecord, from: TrialRecord, change: TrialChange): Promise<boolean>;
  /**
   * Puts a trial under a number that was lost.
   * @returns whether the number was still without a trial and the params free.
   */
  heal(study: StudyRecord, trial: TrialRecord): Promise<boolean>;
  putReport(
    study: StudyRecord,
    number: number,
    attempt: number,
    step: number,
    values: Values,
  ): Promise<'stored' | 'conflict'>;
  reports(
    study: StudyRecord,
    number: number,
    limit: number,
  ): Promise<{ attempt: number; step: number; values: Values }[]>;
  /** Keeps a result that came too late to count. */
  keepSuperseded(study: StudyRecord, number: number, attempt: number, values: Values): Promise<void>;
  /** What was kept so, by attempt. */
  superseded(study: StudyRecord, number: number, limit: number): Promise<{ attempt: number; values: Values }[]>;
}
