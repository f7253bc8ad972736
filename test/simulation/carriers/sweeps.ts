import { sweepStudy } from '../../../shared/service/training/sweep-study.ts';
import type { Cloud } from '../service/cloud.ts';
import type { World } from '../world.ts';

/** Calls the function that sweeps a study when the schedule says so, mostly. */
export function carrySweeps({ dice, faults, counts, schedule }: World, cloud: Cloud): void {
  schedule.onDue((name) => {
    if (dice.chance(faults.sweepLost)) counts.faults++;
    else
      cloud.invoke(
        'sweep',
        ({ ports }) => sweepStudy(ports, name),
        () => undefined,
      );
  });
}
