import type { Counter, OpenTrials, Phase } from '../domain/counter.ts';
import type { Values } from '../domain/objective.ts';
import type { Params } from '../domain/parameter.ts';
import type { EndReason, StudySpec, StudyState } from '../domain/study.ts';
import type { Suggestion, Trial, TrialState } from '../domain/trial.ts';
import type { Fitted } from '../engine/fitted.ts';

/** What the use cases need from outside. */
export interface Ports {
  studies: StudyStore;
  trials: TrialStore;
  apiKeys: ApiKeyStore;
  receipts: ReceiptStore;
  models: ModelStore;
  /**
   * Told that a study may have results that its stored model does not know. A hint: who misses it, or hears it twice,
   * does no harm.
   */
  onResults: (study: Pick<StudyRecord, 'tenant' | 'id'>) => void;
  clock: { nowMs: () => number };
  identifiers: {
    /** A new lower-case ULID. */
    ulid: () => string;
    /** 256 random bits in base64url. */
    secret: () => string;
  };
  hashes: {
    sha256: (text: string) => string;
    hmac: (key: string, text: string) => string;
    /** Takes as long whether the texts differ early or late. */
    equal: (a: string, b: string) => boolean;
  };
}

export interface StudyRecord {
  tenant: string;
  id: string;
  spec: StudySpec;
  /** Hash of the spec as it was created; a client that sends it again means this study, whatever was changed since. */
  fingerprint: string;
  /** Rises when the space is widened. */
  spaceVersion: number;
  /** How many different configurations there are, where that limits the study. */
  configurations: number | undefined;
  state: StudyState;
  endReason: EndReason | undefined;
  createdMs: number;
  endedMs: number | undefined;
  /** Rises with every change. */
  revision: number;
}

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
  message: string | undefined;
  askedMs: number | undefined;
  finishedMs: number | undefined;
  /** Hash of the accepted result; a trial that has one never gets another. */
  resultHash: string | undefined;
  /** Hash of the idempotency key that the accepted result came with. */
  resultKey: string | undefined;
  /** The last attempt that was told failed. */
  failedAttempt: number | undefined;
}

/** A trial between asked and ended; what the trial store changes. */
export type TrialChange = Partial<Omit<TrialRecord, 'number' | 'params' | 'origin'>>;

/** The answer to a request, kept with its effect, so that a repeated request gets it again. */
export interface Receipt {
  /** Names the request: principal, route and idempotency key. */
  request: string;
  /** Hash of the body: the same key with another body is refused. */
  fingerprint: string;
  status: number;
  /** JSON. */
  body: string;
}

export interface ReceiptStore {
  find(tenant: string, request: string): Promise<Receipt | undefined>;
  /** For an answer that had no effect to commit it with. The first one stays. */
  keep(tenant: string, receipt: Receipt): Promise<void>;
}

export interface StudyStore {
  /** @returns `taken` when the name is another study's, `answered` when the receipt's request has been answered. */
  create(study: StudyRecord, counter: Counter, receipt: Receipt | undefined): Promise<'created' | 'taken' | 'answered'>;
  find(tenant: string, idOrName: string): Promise<StudyRecord | undefined>;
  list(
    tenant: string,
    after: string | undefined,
    limit: number,
  ): Promise<{ studies: StudyRecord[]; next: string | undefined }>;
  /** Writes `next` if the study is still at `next.revision - 1`, and the counter with it. @returns whether it was. */
  update(next: StudyRecord, counter?: CounterChange): Promise<boolean>;
  /** The study is gone at once; its trials are deleted on the way back. */
  delete(study: StudyRecord): Promise<void>;
  counter(study: StudyRecord): Promise<Counter>;
}

/** What changes in the counter together with the study. */
export interface CounterChange {
  phase?: Phase;
  /** Only if nothing was given out or brought in since this version. */
  version?: number;
  /** More numbers, if the cap is still what it was when it was worked out how many. */
  raise?: { by: number; cap: number };
}

/** What an ask commits, all or nothing. */
export interface AskCommit {
  /** Trials taken over: waiting ones, or running ones whose lease ran out. */
  claims: { from: TrialRecord; change: TrialChange }[];
  /** New trials under numbers that were allocated. */
  puts: TrialRecord[];
  receipt: Receipt | undefined;
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
}

export interface Allocation {
  numbers: number[];
  /** Why there are fewer than wanted. */
  limit: 'budget' | 'parallel' | 'paused' | 'closed' | undefined;
  /** The stored model of the study then, 0 for none. */
  modelVersion: number;
}

export interface TrialStore {
  get(study: StudyRecord, number: number): Promise<TrialRecord | undefined>;
  /** Which trial has these params. */
  holderOf(study: StudyRecord, params: Params): Promise<number | undefined>;
  page(study: StudyRecord, from: number, limit: number): Promise<{ trials: TrialRecord[]; next: number | undefined }>;
  all(study: StudyRecord): AsyncGenerator<TrialRecord>;
  /** Trials that can be given out now. A hint: only a commit tells. */
  claimable(study: StudyRecord, nowMs: number, limit: number): Promise<TrialRecord[]>;
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
}

/**
 * What a model knows of a study, so that a process that starts need not read every trial nor fit anew. A copy of what
 * the trials say: it may be old, or gone.
 */
export interface Snapshot {
  /** The space that the hyperparameters are of. */
  spaceVersion: number;
  /** The engine that fitted them. */
  engineVersion: number;
  /** Trials below this number were read; those that had a result are in `settled`. */
  next: number;
  /** In the order in which they ended. */
  settled: SettledTrial[];
  fitted: Fitted[];
}

/** A trial whose result stands. */
export interface SettledTrial {
  number: number;
  params: Params;
  /** Undefined for an infeasible configuration. */
  value: number | undefined;
  /** The values of the objectives after the first, where there are several; NaN for none. Snapshots do not keep them. */
  further?: readonly number[];
  finishedMs: number;
}

/** What a snapshot says about itself. */
export interface SnapshotHead {
  spaceVersion: number;
  engineVersion: number;
  /** How many results it has. */
  covers: number;
  /** To how many results its hyperparameters are fitted. */
  fittedCount: number;
  /** The version that was published before. */
  previous: number;
}

export interface ModelStore {
  /** @returns undefined when it is gone, or not whole, or of a kind that this program does not know. */
  read(study: StudyRecord, version: number): Promise<Snapshot | undefined>;
  head(study: StudyRecord, version: number): Promise<SnapshotHead | undefined>;
  /** Stores a snapshot under a version of its own above `previous`. Nobody sees it before it is published. */
  store(study: StudyRecord, previous: number, snapshot: Snapshot): Promise<number>;
  /** Makes a snapshot that of the study. @returns false when another one was published since `previous`. */
  publish(study: StudyRecord, previous: number, version: number): Promise<boolean>;
  remove(study: StudyRecord, version: number): Promise<void>;
  /** Notes that there is something to fit. */
  markDirty(study: StudyRecord): Promise<void>;
  /** Takes the lease of fits, unless somebody else has it. @returns the mark that the fit is for. */
  takeLease(study: StudyRecord, owner: string, nowMs: number, untilMs: number): Promise<number | undefined>;
  /** Gives the lease back if there is nothing newer than the mark. @returns the newer mark, if the lease is still held. */
  release(study: StudyRecord, owner: string, mark: number): Promise<number | undefined>;
  /** Gives the lease back, whatever there is. */
  giveUp(study: StudyRecord, owner: string): Promise<void>;
}

export interface ApiKeyRecord {
  id: string;
  tenant: string;
  name: string;
  scopes: Scope[];
  salt: string;
  secretHash: string;
  createdMs: number;
  expiresMs: number | undefined;
  revokedMs: number | undefined;
}

export type Scope = 'read' | 'write' | 'admin';

export interface ApiKeyStore {
  create(key: ApiKeyRecord, receipt: Receipt | undefined): Promise<'created' | 'answered'>;
  find(keyId: string): Promise<ApiKeyRecord | undefined>;
  list(
    tenant: string,
    after: string | undefined,
    limit: number,
  ): Promise<{ apiKeys: ApiKeyRecord[]; next: string | undefined }>;
  revoke(tenant: string, keyId: string, nowMs: number): Promise<ApiKeyRecord | undefined>;
}
