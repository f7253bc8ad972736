import { isIdentifier } from '../domain/identifier.ts';
import type { CounterChange, StudyRecord, StudyStore } from '../service/ports/studies.ts';
import { paramsKey } from '../domain/params.ts';
import { counterAttributes, counterOf, studyAttributes, studyOf, trialOf } from './items.ts';
import {
  endsPk,
  keyOf,
  keys,
  lastTrialSk,
  reportsPk,
  slotRange,
  studyListingRange,
  studyPk,
  trialSk,
  type StudyKey,
} from './keys.ts';
import { removeModels } from './model-store.ts';
import { receiptWrites } from './receipts.ts';
import { studyGone } from './study-gone.ts';
import { queryAll, transactionWriteMax, type Condition, type Key, type Table, type TransactWrite } from './table.ts';

/** Studies and their counters on a table. */
export function openStudyStore(table: Table, nowMs: () => number): StudyStore {
  const idsByName = new Map<string, string>();

  async function findById(tenant: string, id: string): Promise<StudyRecord | undefined> {
    const item = await table.get(keys.study({ tenant, study: id }));
    return item && studyOf(tenant, item.attributes);
  }

  async function findByName(tenant: string, name: string): Promise<StudyRecord | undefined> {
    const known = idsByName.get(`${tenant} ${name}`);
    // A name that was deleted and given again leads nowhere, and is looked up anew.
    const study = known && (await findById(tenant, known));
    if (study) return study;
    const item = await table.get(keys.studyName(tenant, name));
    if (!item) return undefined;
    const id = item.attributes.study as string;
    if (idsByName.size >= knownNameCountMax) idsByName.clear();
    idsByName.set(`${tenant} ${name}`, id);
    return findById(tenant, id);
  }

  return {
    create: async (study, counter, receipt) => {
      const s = keyOf(study);
      const written = await table.transact([
        {
          kind: 'put',
          key: keys.studyName(study.tenant, study.spec.name),
          attributes: { study: study.id },
          condition: { kind: 'itemAbsent' },
        },
        { kind: 'put', key: keys.study(s), attributes: studyAttributes(study) },
        { kind: 'put', key: keys.counter(s), attributes: counterAttributes(counter) },
        { kind: 'put', key: keys.studyListing(s), attributes: { study: study.id } },
        ...receiptWrites(receipt, study, nowMs()),
      ]);
      if (written.ok) return 'created';
      return written.refusals[0] ? 'taken' : 'answered';
    },

    find: (tenant, idOrName) => (isIdentifier(idOrName) ? findById(tenant, idOrName) : findByName(tenant, idOrName)),

    list: async (tenant, after, limit) => {
      const listing = await table.query({
        table: 'core',
        by: 'pk',
        partition: keys.studyListing({ tenant, study: tenant }).pk,
        from: after === undefined ? studyListingRange.from : `${keys.studyListing({ tenant, study: after }).sk}!`,
        to: studyListingRange.to,
        limit,
      });
      const ids = listing.items.map(({ attributes }) => attributes.study as string);
      const found = await Promise.all(ids.map((id) => findById(tenant, id)));
      const studies = found.filter((study) => study !== undefined);
      return { studies, next: listing.next && ids.at(-1) };
    },

    update: async (next, counter) => {
      const s = keyOf(next);
      const writes: TransactWrite[] = [
        {
          kind: 'put',
          key: keys.study(s),
          attributes: studyAttributes(next),
          condition: { kind: '=', attribute: 'revision', value: next.revision - 1 },
        },
      ];
      if (counter) writes.push(counterWrite(s, counter));
      return (await table.transact(writes)).ok;
    },

    delete: async (study) => {
      const s = keyOf(study);
      const counter = await table.get(keys.counter(s));
      // First what makes it visible, at once; then the rest, which nobody can reach any more.
      await table.transact([
        { kind: 'delete', key: keys.studyName(study.tenant, study.spec.name) },
        { kind: 'delete', key: keys.studyListing(s) },
        { kind: 'delete', key: keys.study(s) },
        { kind: 'delete', key: keys.counter(s) },
        { kind: 'delete', key: keys.fitLease(s) },
      ]);
      idsByName.delete(`${study.tenant} ${study.spec.name}`);
      await purgeTrials(table, study);
      if (counter) await removeModels(table, study, counterOf(counter.attributes).modelVersion);
    },

    counter: async (study) => {
      const item = await table.get(keys.counter(keyOf(study)));
      if (!item) throw studyGone(study);
      return counterOf(item.attributes);
    },
  };
}

const knownNameCountMax = 1000;

function counterWrite(s: StudyKey, { phase, version, raise }: CounterChange): TransactWrite {
  const expected: Condition[] = [{ kind: 'itemExists' }];
  if (version !== undefined) expected.push({ kind: '=', attribute: 'version', value: version });
  if (raise) expected.push({ kind: '=', attribute: 'cap', value: raise.cap });
  return {
    kind: 'update',
    key: keys.counter(s),
    changes: {
      set: phase === undefined ? {} : { phase },
      add: { version: 1, ...(raise && { cap: raise.by, left: raise.by }) },
    },
    condition: { kind: 'all', of: expected },
  };
}

async function purgeTrials(table: Table, study: StudyRecord): Promise<void> {
  const s = keyOf(study);
  const names = Object.keys(study.spec.space);
  // Trials may share a guard, and a transaction must not name an item twice.
  const doomed = new Map<string, Key>();
  const flush = async (): Promise<void> => {
    const batch = [...doomed.values()];
    doomed.clear();
    if (batch.length > 0) await table.transact(batch.map((key) => ({ kind: 'delete', key })));
  };
  const doom = async (key: Key): Promise<void> => {
    doomed.set(`${key.table} ${key.pk} ${key.sk}`, key);
    if (doomed.size === transactionWriteMax) await flush();
  };
  const trials = queryAll(table, { table: 'core', by: 'pk', partition: studyPk(s), from: trialSk(0), to: lastTrialSk });
  for await (const { key, attributes } of trials) {
    const trial = trialOf(names, attributes);
    await doom(key);
    await doom(keys.guard(s, paramsKey(trial.params)));
    const reports = queryAll(table, { table: 'aux', by: 'pk', partition: reportsPk(s, trial.number) });
    for await (const report of reports) await doom(report.key);
  }
  const slots = queryAll(table, { table: 'core', by: 'pk', partition: studyPk(s), ...slotRange });
  for await (const { key } of slots) await doom(key);
  const ends = queryAll(table, { table: 'aux', by: 'pk', partition: endsPk(s) });
  for await (const { key } of ends) await doom(key);
  await flush();
}
