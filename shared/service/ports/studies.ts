import type { Counter, Phase } from '../../domain/counter.ts';
import type { EndReason, StudySpec, StudyState } from '../../domain/study.ts';
import type { Receipt } from './receipts.ts';

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
  /** Signs the tokens of this study's jobs; only managed studies have one. */
  jobSecret: string | undefined;
  /** Why the service paused it: the messages of the attempts that failed in a row, and how often each. */
  trouble: { message: string; count: number }[] | undefined;
  /** Attempts that ended before this moment are not counted any more: the study was resumed then. */
  resumedMs: number | undefined;
  /** Of one that somebody has deleted, of which something is left: what its counter said last about its model. */
  deleted: { modelVersion: number } | undefined;
  /** Rises with every change. */
  revision: number;
}

export interface StudyStore {
  /** @returns `taken` when the name is another study's, `answered` when the receipt's request has been answered. */
  create(study: StudyRecord, counter: Counter, receipt: Receipt | undefined): Promise<'created' | 'taken' | 'answered'>;
  /** Nobody finds a study that is deleted, but who goes on deleting it. */
  find(tenant: string, idOrName: string): Promise<StudyRecord | undefined>;
  findDeleted(tenant: string, idOrName: string): Promise<StudyRecord | undefined>;
  list(
    tenant: string,
    after: string | undefined,
    limit: number,
  ): Promise<{ studies: StudyRecord[]; deleted: StudyRecord[]; next: string | undefined }>;
  /** Writes `next` if the study is still at `next.revision - 1`, and the counter with it. @returns whether it was. */
  update(next: StudyRecord, counter?: CounterChange): Promise<boolean>;
  /** From here on the study is deleted: nobody finds it, and it gives out nothing. @returns it as it is then. */
  beginDelete(study: StudyRecord): Promise<StudyRecord>;
  /** Removes what is in a deleted study, but for trials whose jobs hold places. */
  purge(study: StudyRecord): Promise<void>;
  /** Another study may have the name of the deleted one, which only its id leads to from here on. */
  freeName(study: StudyRecord): Promise<void>;
  /** Removes the deleted study itself, with its name: from here on nobody can go on deleting it. */
  endDelete(study: StudyRecord): Promise<void>;
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
