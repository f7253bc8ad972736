import type { Witness } from '../witness.ts';
import type { Watch } from './watch.ts';

/** I1: numbers are unique (their keys are), and at rest exactly 0 … nextNumber - 1. */
export function denseNumbers({ ledger, violated }: Watch): Witness {
  return {
    rests: () => {
      const { nextNumber } = ledger.counter!;
      for (let number = 0; number < nextNumber; number++)
        if (!ledger.trials.has(number)) violated(`number ${number} of ${nextNumber} has no trial`);
      if (ledger.trials.size > nextNumber) violated(`${ledger.trials.size} trials have ${nextNumber} numbers`);
    },
  };
}
