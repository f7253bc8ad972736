import { blankTrial, emptyTrial } from './blank-trial.ts';
import { chooseAgain, chooserFor } from './choose.ts';
import type { Ports } from '../ports/ports.ts';
import type { StudyRecord } from '../ports/studies.ts';

/** Each try meets params that another trial took meanwhile. */
const tryCountMax = 100;

/**
 * Leaves a number that was taken and not used as a waiting trial, for the next one who asks; with nothing left to try
 * it
 * becomes a cancelled trial without params, so that the numbers stay dense.
 * @returns whether there is a waiting trial more.
 */
export async function putBack(ports: Ports, study: StudyRecord, number: number): Promise<boolean> {
  let choice = (await chooserFor(ports, study))(number, {});
  for (let refused = 1; choice && refused < tryCountMax; refused++) {
    if (await ports.trials.heal(study, { ...blankTrial(number), ...choice })) return true;
    // Not the params but the number: somebody else has put it back.
    if (await ports.trials.get(study, number)) return false;
    choice = await chooseAgain(ports, study, number, {}, choice, refused);
  }
  const message = 'no configuration was left that had not been tried';
  await ports.trials.heal(study, emptyTrial(number, ports.clock.nowMs(), message));
  return false;
}
