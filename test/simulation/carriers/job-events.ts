import type { Job } from '../../../shared/service/ports/job-runner.ts';
import { settleJob } from '../../../shared/service/training/settle-job.ts';
import type { Cloud } from '../service/cloud.ts';
import type { World } from '../world.ts';

const tryCountMax = 3;
const lateMsMax = 240_000;

/** Tells the function for ends of jobs, as EventBridge does: perhaps, at least once, at some time. */
export function carryJobEvents({ scheduler, dice, faults, counts, batch }: World, cloud: Cloud): void {
  const deliver = (job: Job, tries = 1): void =>
    cloud.invoke(
      'on-event',
      ({ ports }) => settleJob(ports, job),
      (outcome) => {
        if (outcome !== 'done' && tries < tryCountMax)
          scheduler.after(dice.between(1_000, 60_000), () => deliver(job, tries + 1));
      },
    );
  batch.onEnded((job) => {
    for (let count = dice.chance(faults.eventDoubled) ? 2 : 1; count > 0; count--) {
      const delayMs = dice.chance(faults.eventLate) ? dice.between(0, lateMsMax) : dice.between(50, 2_000);
      if (dice.chance(faults.eventLost)) counts.faults++;
      else scheduler.after(delayMs, () => deliver(job));
    }
  });
}
