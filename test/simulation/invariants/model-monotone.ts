import type { Witness } from '../witness.ts';
import { modelsIn, noteCovers } from './models.ts';
import { countersIn } from './stored.ts';
import type { Watch } from './watch.ts';

/** I12: the version of the model rises, with it what it covers; a published model never changes nor goes away. */
export function modelMonotone({ ledger, violated }: Watch): Witness {
  const covers = new Map<number, number>();
  return {
    changed: (changes) => {
      for (const { before, after, version } of modelsIn(changes)) {
        if (before && version === ledger.counter?.modelVersion)
          violated(`model ${version} was ${after ? 'changed' : 'deleted'} after it was published`);
      }
      noteCovers(covers, changes);
      for (const { before, after } of countersIn(changes)) {
        if (!before || !after || before.modelVersion === after.modelVersion) continue;
        const [old, fresh] = [before.modelVersion, after.modelVersion];
        if (fresh < old) violated(`model ${fresh} came after ${old}`);
        if (!covers.has(fresh)) violated(`model ${fresh} was published and is not stored`);
        if (covers.get(fresh)! < (covers.get(old) ?? 0))
          violated(`model ${fresh} covers ${covers.get(fresh)} results, and ${old} covered ${covers.get(old)}`);
      }
    },
  };
}
