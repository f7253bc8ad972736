import type { Witness } from '../witness.ts';
import type { Watch } from './watch.ts';

/** I10: at every instant no more than `parallel` trials run, and no more jobs train. */
export function parallelCap({ ledger, scenario, violated }: Watch): Witness {
  const parallel = scenario.spec.budget?.parallel ?? Infinity;
  const training = new Map<string, number>();
  /** What goes on where Batch has lost sight of it trains nothing that counts. */
  const gone = new Set<string>();
  return {
    changed: () => {
      if (parallel === Infinity) return;
      const running = [...ledger.trials.values()].filter(({ state }) => state === 'running').length;
      if (running > parallel) violated(`${running} trials run, and ${parallel} may`);
      if (ledger.slots.size > parallel) violated(`${ledger.slots.size} places are held, and there are ${parallel}`);
    },
    trains: ({ jobId, number }) => {
      if (gone.has(jobId)) return;
      training.set(jobId, number);
      if (training.size > parallel) violated(`${[...training.keys()].join(', ')} train, and ${parallel} may`);
      const numbers = [...training.values()];
      if (new Set(numbers).size < numbers.length) violated(`trial ${number} is trained by two jobs at once`);
    },
    ended: (jobId) => {
      training.delete(jobId);
      gone.add(jobId);
    },
  };
}
