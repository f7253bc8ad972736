import type { Change } from '../engines/memory-table.ts';
import type { Witness } from '../witness.ts';
import type { Watch } from './watch.ts';

/** What a request writes that was being served when the study was deleted: its trial, in its place, and reports. */
const ofRequests = /^(R#|L#|G$|late#|\d{6}#)/;

/** I21: of a study that was deleted nothing is left once its jobs have ended: no item, no object, no sweeps. */
export function nothingLeft({ ledger, scenario, watchedCount, livingJobs, objectKeys, violated }: Watch): Witness {
  const items = new Map<string, { isLate: boolean }>();
  return {
    changed: (changes) => {
      for (const { key, before, after } of changes) {
        const name = `${key.table} ${key.pk} ${key.sk}`;
        if (!after || after.expiresAt !== undefined) items.delete(name);
        else if (!before) items.set(name, { isLate: ledger.isDeleted && ofRequests.test(key.sk) });
      }
      if (ledger.isDeleted) for (const change of changes) requireGone(change);
    },
    rests: () => {
      if (!scenario.deeds.some(({ what }) => 'delete' in what)) return;
      if (!ledger.isDeleted) violated('the study was not deleted');
      const left = [...items].filter(([, { isLate }]) => !isLate).map(([name]) => name);
      if (left.length > 0) violated(`items are left: ${left.join(', ')}`);
      if (objectKeys().length > 0) violated(`objects are left: ${objectKeys().join(', ')}`);
      if (watchedCount() > 0) violated('sweeps go on');
      if (livingJobs() > 0) violated(`${livingJobs()} jobs have not ended`);
    },
  };

  /** It does not come back. */
  function requireGone({ key, before, after }: Change): void {
    if (key.sk === 'CTR' && after) violated('the counter of a deleted study is there again');
    if (key.sk === 'META' && before?.deleted && after && !after.deleted) violated('a deleted study has come back');
  }
}
