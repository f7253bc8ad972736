import { paramsKey } from '../domain/params.ts';
import type { StudyRecord } from '../service/ports/studies.ts';
import type { TrialRecord } from '../service/ports/trials.ts';
import { counterOf, trialOf } from './items.ts';
import { slotOf } from './job-items.ts';
import { endsPk, keyOf, keys, lastTrialSk, reportsPk, slotRange, studyPk, trialSk } from './keys.ts';
import { removeModels } from './model-store.ts';
import {
  queryAll,
  TableUnavailable,
  transactionWriteMax,
  type Key,
  type Query,
  type Table,
  type TransactWrite,
} from './table.ts';
import { namesOf } from './trial-writes.ts';

/**
 * A study is deleted in three steps, each of which may be done again and may die in its midst: it is marked, what is in it
 * goes, it goes itself. As long as the marked study is there, whoever comes next finds what is left.
 */

const markTryCountMax = 20;
/** With its guard, a trial is two of the writes of a transaction. */
const trialsAtOnce = transactionWriteMax / 2;

/**
 * Without its counter a study gives out no numbers, and what is being written to the study itself is refused for its
 * revision. The mark keeps what the counter alone knew.
 */
export async function beginDelete(table: Table, study: StudyRecord): Promise<StudyRecord> {
  const s = keyOf(study);
  for (let tried = 0; tried < markTryCountMax; tried++) {
    const counter = await table.get(keys.counter(s));
    if (!counter) return asDeleted(table, study);
    const { modelVersion } = counterOf(counter.attributes);
    const deleted = { modelVersion };
    const marked = await table.transact([
      {
        kind: 'update',
        key: keys.study(s),
        changes: { set: { deleted }, add: { revision: 1 } },
        condition: { kind: 'itemExists' },
      },
      {
        kind: 'delete',
        key: keys.counter(s),
        condition: { kind: '=', attribute: 'modelVersion', value: modelVersion },
      },
      { kind: 'delete', key: keys.fitLease(s) },
    ]);
    if (marked.ok) return { ...study, deleted };
  }
  throw new TableUnavailable('too many fits of this study were stored meanwhile');
}

/** Somebody else has marked it, or it is gone. */
async function asDeleted(table: Table, study: StudyRecord): Promise<StudyRecord> {
  const item = await table.get(keys.study(keyOf(study)));
  const deleted = (item?.attributes.deleted as StudyRecord['deleted']) ?? { modelVersion: 0 };
  return { ...study, deleted };
}

export async function purgeStudy(table: Table, study: StudyRecord): Promise<void> {
  const s = keyOf(study);
  await purgeTrials(table, study);
  await deleteFound(table, { table: 'aux', by: 'pk', partition: endsPk(s) });
  await removeModels(table, study, study.deleted!.modelVersion);
}

export async function freeName(table: Table, study: StudyRecord): Promise<void> {
  await table.transact([nameDelete(study)]);
}

/** With its name, which leads to it as long as it is there. */
export async function endDelete(table: Table, study: StudyRecord): Promise<void> {
  const s = keyOf(study);
  const own: TransactWrite[] = [
    { kind: 'delete', key: keys.study(s) },
    { kind: 'delete', key: keys.studyListing(s) },
  ];
  const deleted = await table.transact([...own, nameDelete(study)]);
  if (!deleted.ok) await table.transact(own);
}

/** Refused when the name is free, or another study's by now. */
function nameDelete({ tenant, id, spec }: StudyRecord): TransactWrite {
  const condition = { kind: '=', attribute: 'study', value: id } as const;
  return { kind: 'delete', key: keys.studyName(tenant, spec.name), condition };
}

async function purgeTrials(table: Table, study: StudyRecord): Promise<void> {
  const partition = studyPk(keyOf(study));
  const held = new Set<number>();
  const slots = queryAll(table, { table: 'core', by: 'pk', partition, ...slotRange });
  for await (const { attributes } of slots) held.add(slotOf(attributes).number);
  let doomed: TrialRecord[] = [];
  const trials = queryAll(table, { table: 'core', by: 'pk', partition, from: trialSk(0), to: lastTrialSk });
  for await (const { attributes } of trials) {
    const trial = trialOf(namesOf(study), attributes);
    if (!held.has(trial.number)) doomed.push(trial);
    if (doomed.length < trialsAtOnce) continue;
    await purge(table, study, doomed);
    doomed = [];
  }
  await purge(table, study, doomed);
}

/** Reports before their trials, and guards with them: nothing leads to those when the trials are gone. */
async function purge(table: Table, study: StudyRecord, trials: readonly TrialRecord[]): Promise<void> {
  const s = keyOf(study);
  const reports = trials.map(({ number }) => ({
    table: 'aux' as const,
    by: 'pk' as const,
    partition: reportsPk(s, number),
  }));
  await Promise.all(reports.map((query) => deleteFound(table, query)));
  const guards = trials.map(({ params }) => keys.guard(s, paramsKey(params)));
  await deleteAll(table, [...guards, ...trials.map(({ number }) => keys.trial(s, number))]);
}

async function deleteFound(table: Table, query: Query): Promise<void> {
  let found: Key[] = [];
  for await (const { key } of queryAll(table, query)) {
    found.push(key);
    if (found.length < transactionWriteMax) continue;
    await deleteAll(table, found);
    found = [];
  }
  await deleteAll(table, found);
}

/** At most as many as a transaction takes. Trials may share a guard, and it must not name an item twice. */
async function deleteAll(table: Table, doomed: readonly Key[]): Promise<void> {
  const once = new Map(doomed.map((key) => [`${key.table} ${key.pk} ${key.sk}`, key]));
  const writes = [...once.values()].map((key): TransactWrite => ({ kind: 'delete', key }));
  if (writes.length > 0) await table.transact(writes);
}
