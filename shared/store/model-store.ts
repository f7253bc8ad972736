import type { ModelStore } from '../service/ports/models.ts';
import type { StudyRecord } from '../service/ports/studies.ts';
import { keyOf, keys, modelPk } from './keys.ts';
import { headOf, snapshotItems, snapshotOf } from './snapshot-items.ts';
import { queryAll, TableUnavailable, type Condition, type Item, type Table } from './table.ts';
import { namesOf } from './trial-writes.ts';

/** So long after the last fit a snapshot is gone; a study that is asked then is read from its trials. */
const keptSeconds = 90 * 24 * 3600;
/** How many snapshots may have been left by fits that died, one after the other. */
const versionTryCountMax = 100;
const markTryCountMax = 20;

/** Snapshots of models, and the lease of those who make them. */
export function openModelStore(table: Table, nowMs: () => number): ModelStore {
  return {
    read: async (study, version) => {
      const { head, blobs } = await itemsOf(table, study, version);
      return (
        head &&
        snapshotOf(
          head.attributes,
          blobs.map(({ attributes }) => attributes.data as string),
        )
      );
    },

    head: async (study, version) => {
      const item = await table.get(keys.modelHead(keyOf(study), version));
      return item && headOf(item.attributes);
    },

    store: async (study, previous, snapshot) => {
      const { head, blobs } = snapshotItems(namesOf(study), snapshot, previous);
      const expiresAt = Math.floor(nowMs() / 1000) + keptSeconds;
      const s = keyOf(study);
      for (let version = previous + 1; version <= previous + versionTryCountMax; version++) {
        // Who writes the head has the version to himself; one that exists was left behind.
        const claimed = await table.put(keys.modelHead(s, version), { ...head, expiresAt }, { kind: 'itemAbsent' });
        if (!claimed.ok) continue;
        await Promise.all(blobs.map((data, i) => table.put(keys.modelBlob(s, version, i), { data, expiresAt })));
        return version;
      }
      throw new TableUnavailable('too many fits of this study were left unfinished');
    },

    publish: async (study, previous, version) => {
      const key = keys.counter(keyOf(study));
      const isSame: Condition = { kind: '=', attribute: 'modelVersion', value: previous };
      const written = await table.update(key, { set: { modelVersion: version } }, isSame);
      return written.ok;
    },

    remove: (study, version) => removeModel(table, study, version),

    markDirty: async (study) => {
      const s = keyOf(study);
      const key = keys.fitLease(s);
      for (let tried = 0; tried < markTryCountMax; tried++) {
        const marked = await table.update(key, { add: { dirty: 1 } }, { kind: 'itemExists' });
        if (marked.ok) return;
        // Nothing shall be left of a study that is deleted meanwhile.
        const made = await table.transact([
          { kind: 'put', key, attributes: { dirty: 1, done: 0 }, condition: { kind: 'itemAbsent' } },
          { kind: 'check', key: keys.counter(s), condition: { kind: 'itemExists' } },
        ]);
        if (made.ok || made.refusals[1]) return;
      }
    },

    takeLease: async (study, owner, now, untilMs) => {
      const written = await table.update(
        keys.fitLease(keyOf(study)),
        { set: { owner, until: untilMs } },
        {
          kind: 'all',
          of: [
            { kind: 'itemExists' },
            {
              kind: 'any',
              of: [
                { kind: 'absent', attribute: 'owner' },
                { kind: '<=', attribute: 'until', value: now },
              ],
            },
          ],
        },
      );
      return written.ok ? (written.item.attributes.dirty as number) : undefined;
    },

    release: async (study, owner, mark) => {
      const written = await table.update(
        keys.fitLease(keyOf(study)),
        { set: { done: mark }, remove: ['owner', 'until'] },
        {
          kind: 'all',
          of: [
            { kind: '=', attribute: 'owner', value: owner },
            { kind: '=', attribute: 'dirty', value: mark },
          ],
        },
      );
      if (written.ok || written.found?.attributes.owner !== owner) return undefined;
      return written.found.attributes.dirty as number;
    },

    giveUp: async (study, owner) => {
      await table.update(
        keys.fitLease(keyOf(study)),
        { remove: ['owner', 'until'] },
        { kind: '=', attribute: 'owner', value: owner },
      );
    },
  };
}

/** Deletes the snapshots of a study that are left: the one before the last, to which that leads, and the last. */
export async function removeModels(table: Table, study: StudyRecord, lastVersion: number): Promise<void> {
  const versions: number[] = [];
  for (let version = lastVersion; version > 0;) {
    versions.push(version);
    const head = await table.get(keys.modelHead(keyOf(study), version));
    version = (head && headOf(head.attributes)?.previous) ?? 0;
  }
  for (const version of versions.reverse()) await removeModel(table, study, version);
}

/** One by one, since together they may be more than a transaction can be; the head first, so that nobody reads on. */
async function removeModel(table: Table, study: StudyRecord, version: number): Promise<void> {
  const { head, blobs } = await itemsOf(table, study, version);
  for (const { key } of [...(head ? [head] : []), ...blobs]) await table.delete(key);
}

async function itemsOf(
  table: Table,
  study: StudyRecord,
  version: number,
): Promise<{ head: Item | undefined; blobs: Item[] }> {
  const items: Item[] = [];
  for await (const item of queryAll(table, { table: 'aux', by: 'pk', partition: modelPk(keyOf(study), version) })) {
    items.push(item);
  }
  return { head: items.find(({ key }) => key.sk === 'HEAD'), blobs: items.filter(({ key }) => key.sk !== 'HEAD') };
}
