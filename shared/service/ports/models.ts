import type { Params } from '../../domain/parameter.ts';
import type { Fitted } from '../../engine/fitted.ts';
import type { StudyRecord } from './studies.ts';

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
  /** The values of the objectives after the first, where there are several; NaN for none. */
  further?: readonly number[];
  finishedMs: number;
}

/** What a snapshot says about itself. */
export interface SnapshotHead {
  spaceVersion: number;
  engineVersion: number;
  /** How many results it has. */
  covers: number;
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
