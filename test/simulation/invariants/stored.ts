import type { Attributes } from '../../../shared/store/table.ts';
import type { Change } from '../engines/memory-table.ts';

/** What lies in the table, read by the attributes' names and not as the product does. */

export interface StoredTrial {
  number: number;
  state: 'waiting' | 'running' | 'complete' | 'pruned' | 'infeasible' | 'failed' | 'cancelled';
  attempt: number;
  failures: number;
  /** Canonical strings by position; joined they name the configuration. */
  params: string[];
  values?: Record<string, string>;
  resultHash?: string;
  suggestion?: string;
  origin: string;
  finishedMs?: number;
}

export interface StoredCounter {
  nextNumber: number;
  left: number;
  cap: number;
  phase: string;
  modelVersion: number;
}

export interface StoredStudy {
  state: 'active' | 'paused' | 'stopping' | 'finished';
  endReason?: string;
  spec: string;
}

export interface Versions<T> {
  before: T | undefined;
  after: T | undefined;
}

export function trialsIn(changes: readonly Change[]): Versions<StoredTrial>[] {
  return versionsIn<StoredTrial>(changes, /^R#\d{8}$/);
}

export function countersIn(changes: readonly Change[]): Versions<StoredCounter>[] {
  return versionsIn<StoredCounter>(changes, /^CTR$/);
}

export function studiesIn(changes: readonly Change[]): Versions<StoredStudy>[] {
  return versionsIn<StoredStudy>(changes, /^META$/);
}

export function slotsIn(changes: readonly Change[]): Versions<Attributes>[] {
  return versionsIn<Attributes>(changes, /^L#\d{4}$/);
}

function versionsIn<T>(changes: readonly Change[], sk: RegExp): Versions<T>[] {
  return changes
    .filter(({ key }) => key.table === 'core' && key.pk.startsWith('T#') && sk.test(key.sk))
    .map(({ before, after }) => ({ before: before as T | undefined, after: after as T | undefined }));
}

export function isOpen({ state }: StoredTrial): boolean {
  return state === 'waiting' || state === 'running';
}

/** A number that stands for nothing that was ever tried has no configuration. */
export function configurationOf({ params, origin, state }: StoredTrial): string | undefined {
  const isEmpty = state === 'cancelled' && params.every((text) => text === '');
  return origin === 'confirmation' || isEmpty ? undefined : params.join('|');
}

export function lossOf({ values }: StoredTrial): number | undefined {
  return values?.loss === undefined ? undefined : Number(values.loss);
}
