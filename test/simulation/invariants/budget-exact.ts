import type { StudySpec } from '../../../shared/domain/study.ts';
import type { Witness } from '../witness.ts';
import { countersIn, trialsIn } from './stored.ts';
import type { Watch } from './watch.ts';

/** I2: trials ≤ cap and left + nextNumber = cap, always; and the cap is what the study says. */
export function budgetExact({ ledger, violated }: Watch): Witness {
  return {
    changed: (changes) => {
      for (const { before, after } of countersIn(changes)) {
        if (!after) continue;
        const { left, nextNumber, cap } = after;
        if (left + nextNumber !== cap || left < 0)
          violated(`${left} left + ${nextNumber} given out is not the cap of ${cap}`);
        if (before && (nextNumber < before.nextNumber || cap < before.cap))
          violated(`the counter went back from ${JSON.stringify(before)}`);
      }
      if (trialsIn(changes).length > 0 && ledger.trials.size > ledger.counter!.cap)
        violated(`${ledger.trials.size} trials with a cap of ${ledger.counter!.cap}`);
    },
    rests: () => {
      const { budget } = JSON.parse(ledger.study!.spec) as StudySpec;
      const { cap, left } = ledger.counter!;
      if (cap > budget.trials) violated(`the cap is ${cap} with a budget of ${budget.trials} trials`);
      if (left > 0 && ledger.study!.endReason === 'trials') violated(`the study ended with ${left} trials left`);
    },
  };
}
