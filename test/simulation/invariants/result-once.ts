import type { Witness } from '../witness.ts';
import { lossOf, trialsIn } from './stored.ts';
import type { Watch } from './watch.ts';

/** I7: an accepted result never changes; an acknowledged tell is never lost. */
export function resultOnce({ ledger, violated }: Watch): Witness {
  return {
    changed: (changes) => {
      for (const { before, after } of trialsIn(changes)) {
        if (before?.resultHash === undefined || !after) continue;
        const isSame =
          before.resultHash === after.resultHash && before.state === after.state && lossOf(before) === lossOf(after);
        if (!isSame)
          violated(
            `trial ${after.number} was ${before.state} ${lossOf(before)} and is ${after.state} ${lossOf(after)}`,
          );
      }
    },
    answered: ({ operation, path, request, status }) => {
      if (operation !== 'tell' || status !== 200) return;
      const told = (request as { values?: { loss: number } }).values?.loss;
      const trial = ledger.trials.get(Number(path.number));
      if (told !== undefined && (!trial || lossOf(trial) !== told))
        violated(`${told} was acknowledged for trial ${path.number}, which has ${trial && lossOf(trial)}`);
    },
  };
}
