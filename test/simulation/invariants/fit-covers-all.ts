import type { Witness } from '../witness.ts';
import { noteCovers } from './models.ts';
import type { Watch } from './watch.ts';

const withResult = new Set(['complete', 'infeasible', 'pruned']);
/** With fewer there is no model. */
const resultCountMin = 2;

/** I11: at rest the model covers every result. */
export function fitCoversAll({ ledger, scenario, violated }: Watch): Witness {
  const covers = new Map<number, number>();
  return {
    changed: (changes) => noteCovers(covers, changes),
    rests: () => {
      if (scenario.spec.sampler?.kind !== 'gp') return;
      const results = [...ledger.trials.values()].filter(({ state }) => withResult.has(state)).length;
      const covered = covers.get(ledger.counter!.modelVersion) ?? 0;
      if (results >= resultCountMin && covered !== results)
        violated(`model ${ledger.counter!.modelVersion} covers ${covered} of ${results} results`);
    },
  };
}
