import type { Witness } from '../witness.ts';
import { isOpen } from './stored.ts';
import type { Watch } from './watch.ts';

/** I6: every trial has ended once nothing is left to happen, and so has the study. */
export function noLostTrial({ ledger, livingJobs, violated }: Watch): Witness {
  return {
    rests: () => {
      const open = [...ledger.trials.values()].filter(isOpen).map(({ number, state }) => `${number} (${state})`);
      if (open.length > 0) violated(`trials ${open.join(', ')} have not ended`);
      if (ledger.study?.state !== 'finished') violated(`the study is ${ledger.study?.state}`);
      if (ledger.slots.size > 0) violated(`places ${[...ledger.slots].join(', ')} are still held`);
      if (livingJobs() > 0) violated(`${livingJobs()} jobs have not ended`);
    },
  };
}
