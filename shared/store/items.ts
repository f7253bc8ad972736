import type { Counter } from '../domain/counter.ts';
import type { Values } from '../domain/objective.ts';
import type { Params, ParamValue } from '../domain/parameter.ts';
import type { StudySpec } from '../domain/study.ts';
import type { Suggestion, TrialState } from '../domain/trial.ts';
import { isTerminal } from '../domain/trial.ts';
import type { ApiKeyRecord } from '../service/ports/api-keys.ts';
import type { Receipt } from '../service/ports/receipts.ts';
import type { StudyRecord } from '../service/ports/studies.ts';
import type { TrialRecord } from '../service/ports/trials.ts';
import { jobAttributes, jobOf } from './job-items.ts';
import { openSk, studyPk, type StudyKey } from './keys.ts';
import type { Attributes, AttributeValue, Changes } from './table.ts';

/**
 * Records as items and back. Numbers that users send are kept as canonical strings, because a DynamoDB number has
 * neither their range nor their -0; params are kept by position, because a name in every item is paid for in every
 * write.
 * Specs are one JSON text: the order of the parameters is part of a space, and a DynamoDB map has none.
 */

export function studyAttributes(study: StudyRecord): Attributes {
  const { tenant: _, spec, ...rest } = study;
  return defined({ ...rest, spec: JSON.stringify(spec) });
}

/** Specs were checked when they came in; parsing them again would cost more than the rest of an ask. */
export function studyOf(tenant: string, attributes: Attributes): StudyRecord {
  const { spec, ...rest } = attributes;
  return {
    configurations: undefined,
    endReason: undefined,
    endedMs: undefined,
    jobSecret: undefined,
    trouble: undefined,
    resumedMs: undefined,
    deleted: undefined,
    ...(rest as Partial<StudyRecord> as Omit<StudyRecord, 'tenant' | 'spec' | Absent>),
    tenant,
    spec: specOf(spec as string),
  };
}

/** What an item leaves out when it is not so. */
type Absent =
  | 'configurations'
  | 'endReason'
  | 'endedMs'
  | 'jobSecret'
  | 'trouble'
  | 'resumedMs'
  | 'deleted'
  | 'expiresMs'
  | 'revokedMs';

const specs = new Map<string, StudySpec>();
const specCountMax = 200;

/** One object per text, so that what is worked out from a spec can be kept with it. */
function specOf(text: string): StudySpec {
  const known = specs.get(text);
  if (known) return known;
  if (specs.size >= specCountMax) specs.clear();
  const spec = JSON.parse(text) as StudySpec;
  specs.set(text, spec);
  return spec;
}

export function counterAttributes(counter: Partial<Counter>): Attributes {
  return { ...counter };
}

export function counterOf(attributes: Attributes): Counter {
  return attributes as unknown as Counter;
}

/** The item of a trial. An open one stands in the index under the time at which it may be given out. */
export function trialAttributes(s: StudyKey, names: readonly string[], trial: TrialRecord): Attributes {
  const { params, values, lastReport, suggestion, job, ...plain } = trial;
  return {
    ...defined(plain),
    params: names.map((name) => (Object.hasOwn(params, name) ? JSON.stringify(params[name]) : '')),
    ...(values && { values: writtenValues(values) }),
    ...(lastReport && { lastReport: { step: lastReport.step, values: writtenValues(lastReport.values) } }),
    ...(suggestion && { suggestion: JSON.stringify(suggestion) }),
    ...(job && defined(jobAttributes(job))),
    ...indexAttributes(s, trial.number, trial.state, trial.leaseUntilMs),
  };
}

export function trialOf(names: readonly string[], attributes: Attributes): TrialRecord {
  const {
    openPk: _pk,
    openSk: _sk,
    params,
    values,
    lastReport,
    suggestion,
    jobPhase: _phase,
    jobSlot: _slot,
    jobId: _id,
    jobSinceMs: _since,
    ...plain
  } = attributes as Attributes & {
    params: string[];
    suggestion?: string;
    values?: Record<string, string>;
    lastReport?: { step: number; values: Record<string, string> };
  };
  return {
    confirms: undefined,
    worker: undefined,
    leaseUntilMs: undefined,
    leaseSeconds: undefined,
    message: undefined,
    askedMs: undefined,
    finishedMs: undefined,
    resultHash: undefined,
    resultKey: undefined,
    failedAttempt: undefined,
    stoppedAttempt: undefined,
    ...(plain as unknown as Pick<TrialRecord, 'number' | 'state' | 'attempt' | 'failures' | 'origin'>),
    job: jobOf(attributes),
    suggestion: suggestion === undefined ? undefined : (JSON.parse(suggestion) as Suggestion),
    params: paramsOf(names, params),
    values: values && readValues(values),
    lastReport: lastReport && { step: lastReport.step, values: readValues(lastReport.values) },
  };
}

/** A change of a trial as an update; undefined removes. The state and the lease say where it stands in the index. */
export function trialChanges(s: StudyKey, number: number, change: Partial<TrialRecord>): Changes {
  const set: Attributes = {};
  const remove: string[] = [];
  const { job, ...plain } = change;
  const entries = Object.entries({ ...plain, ...(job && jobAttributes(job)) });
  for (const [name, value] of entries) {
    if (value === undefined) remove.push(name);
    else if (name === 'values') set[name] = writtenValues(value as Values);
    else if (name === 'lastReport') {
      const { step, values } = value as NonNullable<TrialRecord['lastReport']>;
      set[name] = { step, values: writtenValues(values) };
    } else set[name] = value as AttributeValue;
  }
  if (change.state !== undefined) {
    const index = indexAttributes(s, number, change.state, change.leaseUntilMs);
    if (index) Object.assign(set, index);
    else remove.push('openPk', 'openSk');
  }
  return { set, remove };
}

function indexAttributes(
  s: StudyKey,
  number: number,
  state: TrialState,
  leaseUntilMs: number | undefined,
): { openPk: string; openSk: string } | undefined {
  if (isTerminal(state)) return undefined;
  return { openPk: studyPk(s), openSk: openSk(state === 'running' ? leaseUntilMs! : 0, number) };
}

function paramsOf(names: readonly string[], stored: readonly string[]): Params {
  const params: Params = {};
  stored.forEach((text, i) => {
    if (text !== '') params[names[i]] = JSON.parse(text) as ParamValue;
  });
  return params;
}

export function writtenValues(values: Values): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([metric, value]) => [metric, String(value)]));
}

export function readValues(stored: Record<string, string>): Values {
  return Object.fromEntries(Object.entries(stored).map(([metric, text]) => [metric, Number(text)]));
}

export function receiptAttributes(receipt: Receipt, expiresAt: number): Attributes {
  const { fingerprint, status, body } = receipt;
  return { fingerprint, status, body, expiresAt };
}

export function receiptOf(request: string, attributes: Attributes): Receipt {
  const { fingerprint, status, body } = attributes as unknown as Receipt;
  return { request, fingerprint, status, body };
}

export function apiKeyAttributes(key: ApiKeyRecord): Attributes {
  return defined({ ...key });
}

export function apiKeyOf(attributes: Attributes): ApiKeyRecord {
  return {
    expiresMs: undefined,
    revokedMs: undefined,
    ...(attributes as unknown as Omit<ApiKeyRecord, Absent>),
  };
}

function defined(fields: Record<string, AttributeValue | undefined>): Attributes {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Attributes;
}
