import type { Witness } from '../witness.ts';
import { modelsIn } from './models.ts';
import { trialsIn } from './stored.ts';
import type { Watch } from './watch.ts';

/** For each open trial, and besides: what a sweep may read and write, whatever the history. */
const operationsPerOpen = 30;
const operationsBesides = 50;
/** Fits that died, and those that two machines made at once. */
const fitsBesides = 12;

/** I17: fits and sweeps grow with open work, not with history; and with nothing open nothing runs. */
export function boundedWork({ ledger, scenario, watchedCount, violated }: Watch): Witness {
  let results = 0;
  let fits = 0;
  return {
    changed: (changes) => {
      for (const { before, after } of trialsIn(changes))
        if (before?.resultHash === undefined && after?.resultHash !== undefined) results++;
      for (const { key, before, after } of modelsIn(changes)) {
        if (key.sk === 'HEAD' && after && !before && ++fits > 2 * results + fitsBesides)
          violated(`${fits} fits for ${results} results`);
      }
    },
    worked: ({ kind, operations }) => {
      const openMax = scenario.spec.budget?.parallel ?? 0;
      const most = operationsBesides + operationsPerOpen * openMax;
      if (kind === 'sweep' && operations > most) violated(`a sweep took ${operations} operations, and ${most} may do`);
    },
    rests: () => {
      if (watchedCount() > 0) violated('sweeps go on after the study has ended');
      if (ledger.study?.state !== 'finished') violated(`the study is ${ledger.study?.state}`);
    },
  };
}
