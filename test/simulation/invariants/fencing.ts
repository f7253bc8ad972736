import type { Witness } from '../witness.ts';
import { lossOf, trialsIn } from './stored.ts';
import type { Watch } from './watch.ts';

/** I8: an accepted result is that of the attempt that was current when it was accepted; attempts never fall. */
export function fencing({ results, violated }: Watch): Witness {
  return {
    changed: (changes) => {
      for (const { before, after } of trialsIn(changes)) {
        if (!after) continue;
        if (before && (after.attempt < before.attempt || after.failures < before.failures))
          violated(`trial ${after.number} went back to attempt ${after.attempt}, failures ${after.failures}`);
        const loss = lossOf(after);
        if (loss === undefined || (before && lossOf(before) === loss)) continue;
        const of = results.get(loss);
        if (of?.number !== after.number || of.attempt !== after.attempt)
          violated(`attempt ${after.attempt} of trial ${after.number} took the result of ${JSON.stringify(of)}`);
      }
    },
  };
}
