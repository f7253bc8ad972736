import { isIdentifier } from '../domain/identifier.ts';
import type { CounterChange, StudyRecord, StudyStore } from '../service/ports/studies.ts';
import { counterAttributes, counterOf, studyAttributes, studyOf } from './items.ts';
import { keyOf, keys, studyListingRange, type StudyKey } from './keys.ts';
import { receiptWrites } from './receipts.ts';
import { beginDelete, endDelete, freeName, purgeStudy } from './study-deletion.ts';
import { studyGone } from './study-gone.ts';
import type { Condition, Table, TransactWrite } from './table.ts';

/** Studies and their counters on a table. */
export function openStudyStore(table: Table, nowMs: () => number): StudyStore {
  const idsByName = new Map<string, string>();

  /** Whatever has become of it. */
  async function read(tenant: string, id: string): Promise<StudyRecord | undefined> {
    const item = await table.get(keys.study({ tenant, study: id }));
    return item && studyOf(tenant, item.attributes);
  }

  async function findById(tenant: string, id: string): Promise<StudyRecord | undefined> {
    const study = await read(tenant, id);
    return study?.deleted ? undefined : study;
  }

  async function idOf(tenant: string, name: string): Promise<string | undefined> {
    const item = await table.get(keys.studyName(tenant, name));
    return item?.attributes.study as string | undefined;
  }

  async function findByName(tenant: string, name: string): Promise<StudyRecord | undefined> {
    const known = idsByName.get(`${tenant} ${name}`);
    // A name that was deleted and given again leads nowhere, and is looked up anew.
    const study = known && (await findById(tenant, known));
    if (study) return study;
    const id = await idOf(tenant, name);
    if (id === undefined) return undefined;
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

    findDeleted: async (tenant, idOrName) => {
      const id = isIdentifier(idOrName) ? idOrName : await idOf(tenant, idOrName);
      const study = id === undefined ? undefined : await read(tenant, id);
      return study?.deleted && study;
    },

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
      const found = (await Promise.all(ids.map((id) => read(tenant, id)))).filter((study) => study !== undefined);
      const studies = found.filter(({ deleted }) => deleted === undefined);
      const deleted = found.filter((study) => study.deleted !== undefined);
      return { studies, deleted, next: listing.next && ids.at(-1) };
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

    beginDelete: (study) => beginDelete(table, study),
    purge: (study) => purgeStudy(table, study),
    freeName: (study) => freeName(table, study),
    endDelete: (study) => endDelete(table, study),

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
