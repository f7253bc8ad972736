import type { Witness } from '../witness.ts';
import { configurationOf, trialsIn } from './stored.ts';
import type { Watch } from './watch.ts';

/** I4: every cell of a grid exactly once; the params of a trial never change. */
export function gridOnce({ ledger, scenario, violated }: Watch): Witness {
  return {
    changed: (changes) => {
      for (const { before, after } of trialsIn(changes)) {
        if (before && !after) violated(`trial ${before.number} is gone`);
        if (before && after && before.params.join('|') !== after.params.join('|'))
          violated(`the params of trial ${after.number} changed to ${after.params.join(', ')}`);
      }
    },
    rests: () => {
      if (scenario.spec.sampler?.kind !== 'grid') return;
      const cells = new Set([...ledger.trials.values()].map(configurationOf));
      const count = scenario.spec.budget!.trials!;
      if (cells.size !== count || cells.has(undefined)) violated(`${cells.size} of ${count} cells were visited`);
    },
  };
}
