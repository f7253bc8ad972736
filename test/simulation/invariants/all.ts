import type { Verdict } from '../verdict.ts';
import type { Witness } from '../witness.ts';
import { boundedWork } from './bounded-work.ts';
import { budgetExact } from './budget-exact.ts';
import { denseNumbers } from './dense-numbers.ts';
import { fencing } from './fencing.ts';
import { fitCoversAll } from './fit-covers-all.ts';
import { gridOnce } from './grid-once.ts';
import { idempotentAsk } from './idempotent-ask.ts';
import { modelMonotone } from './model-monotone.ts';
import { noDuplicate } from './no-duplicate.ts';
import { noLostTrial } from './no-lost-trial.ts';
import { oneRunner } from './one-runner.ts';
import { parallelCap } from './parallel-cap.ts';
import { pendingKnown } from './pending-known.ts';
import { resultOnce } from './result-once.ts';
import { stopFinal } from './stop-final.ts';
import { stopSticky } from './stop-sticky.ts';
import type { Watch } from './watch.ts';

/**
 * The invariants of docs/invariants.md that a run can break, by their names there. I18 and I20 are looked at when a run is
 * over, I19 wherever there is an answer.
 */
export const invariants: Record<string, (watch: Watch) => Witness> = {
  'I1 dense-numbers': denseNumbers,
  'I2 budget-exact': budgetExact,
  'I3 no-duplicate': noDuplicate,
  'I4 grid-once': gridOnce,
  'I5 idempotent-ask': idempotentAsk,
  'I6 no-lost-trial': noLostTrial,
  'I7 result-once': resultOnce,
  'I8 fencing': fencing,
  'I9 one-runner': oneRunner,
  'I10 parallel-cap': parallelCap,
  'I11 fit-covers-all': fitCoversAll,
  'I12 model-monotone': modelMonotone,
  'I13 pending-known': pendingKnown,
  'I15 stop-sticky': stopSticky,
  'I16 stop-final': stopFinal,
  'I17 bounded-work': boundedWork,
};

export function witnessesOf(watch: Omit<Watch, 'violated'>, { violated }: Verdict): Witness[] {
  return Object.entries(invariants).map(([name, witness]) =>
    witness({ ...watch, violated: (what) => violated(name, what) }),
  );
}
