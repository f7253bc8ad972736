import { createHash } from 'node:crypto';
import { isIdentifier } from '../domain/identifier.ts';
import type { Key } from './table.ts';

/**
 * Every key is built here, and every key but that of an API key starts with the tenant: no request can name another
 * tenant's item.
 */

export interface StudyKey {
  tenant: string;
  study: string;
}

/** The key of a study record. */
export function keyOf({ tenant, id }: { tenant: string; id: string }): StudyKey {
  return { tenant, study: id };
}

function tenantPk(tenant: string): string {
  if (!isIdentifier(tenant)) throw new Error(`tenant must be a lower-case ULID; got ${JSON.stringify(tenant)}`);
  return `T#${tenant}`;
}

export function studyPk({ tenant, study }: StudyKey): string {
  if (!isIdentifier(study)) throw new Error(`study must be a lower-case ULID; got ${JSON.stringify(study)}`);
  return `${tenantPk(tenant)}#S#${study}`;
}

const trialPrefix = 'R#';

export const keys = {
  study: (s: StudyKey): Key => ({ table: 'core', pk: studyPk(s), sk: 'META' }),
  counter: (s: StudyKey): Key => ({ table: 'core', pk: studyPk(s), sk: 'CTR' }),
  fitLease: (s: StudyKey): Key => ({ table: 'core', pk: studyPk(s), sk: 'FIT' }),
  modelHead: (s: StudyKey, version: number): Key => ({ table: 'aux', pk: modelPk(s, version), sk: 'HEAD' }),
  modelBlob: (s: StudyKey, version: number, i: number): Key => ({
    table: 'aux',
    pk: modelPk(s, version),
    sk: `BLOB#${padded(i, 4)}`,
  }),
  trial: (s: StudyKey, number: number): Key => ({ table: 'core', pk: studyPk(s), sk: trialSk(number) }),
  guard: (s: StudyKey, paramsKey: string): Key => ({
    table: 'core',
    pk: `${studyPk(s)}#G#${sha256(paramsKey)}`,
    sk: 'G',
  }),
  studyListing: (s: StudyKey): Key => ({ table: 'core', pk: tenantPk(s.tenant), sk: `S#${s.study}` }),
  studyName: (tenant: string, name: string): Key => ({ table: 'core', pk: tenantPk(tenant), sk: `N#${sha256(name)}` }),
  apiKey: (keyId: string): Key => ({ table: 'core', pk: `K#${keyId}`, sk: 'META' }),
  apiKeyListing: (tenant: string, keyId: string): Key => ({ table: 'core', pk: tenantPk(tenant), sk: `K#${keyId}` }),
  receipt: (tenant: string, request: string): Key => ({
    table: 'aux',
    pk: `${tenantPk(tenant)}#I#${sha256(request)}`,
    sk: 'I',
  }),
  report: (s: StudyKey, number: number, attempt: number, step: number): Key => ({
    table: 'aux',
    pk: reportsPk(s, number),
    sk: `${padded(attempt, 6)}#${padded(step, 16)}`,
  }),
  slot: (s: StudyKey, slot: number): Key => ({ table: 'core', pk: studyPk(s), sk: `${slotPrefix}${padded(slot, 4)}` }),
  attemptEnd: (s: StudyKey, sk: string): Key => ({ table: 'aux', pk: endsPk(s), sk }),
  supersededResult: (s: StudyKey, number: number, attempt: number): Key => ({
    table: 'aux',
    pk: reportsPk(s, number),
    sk: `${supersededRange.from}${padded(attempt, 6)}`,
  }),
};

/** Results that came too late, behind all that was reported. */
export const supersededRange = { from: 'late#', to: 'late#~' };

const slotPrefix = 'L#';
export const slotRange = { from: 'L#', to: 'L#~' };

/** How attempts of managed trials ended, by when. */
export function endsPk(s: StudyKey): string {
  return `${studyPk(s)}#J`;
}

export function endSk(endedMs: number, number: number, attempt: number): string {
  return `${padded(endedMs, 15)}#${padded(number, 8)}#${padded(attempt, 6)}`;
}

/** Sort keys of trials sort as their numbers do. */
export function trialSk(number: number): string {
  return `${trialPrefix}${padded(number, 8)}`;
}

export const lastTrialSk = `${trialPrefix}99999999`;

export function reportsPk(s: StudyKey, number: number): string {
  return `${studyPk(s)}#P#${padded(number, 8)}`;
}

export function modelPk(s: StudyKey, version: number): string {
  return `${studyPk(s)}#M#${version}`;
}

export const studyListingRange = { from: 'S#', to: 'S#~' };
export const apiKeyListingRange = { from: 'K#', to: 'K#~' };

/**
 * The place of an open trial in the index: by when it may be given out. A waiting one may at once, a running one when
 * its lease has run out, so one query from the start finds both.
 */
export function openSk(dueMs: number, number: number): string {
  return `${padded(dueMs, 15)}#${padded(number, 8)}`;
}

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function padded(n: number, width: number): string {
  return String(n).padStart(width, '0');
}
