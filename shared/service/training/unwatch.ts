import type { Ports } from '../ports/ports.ts';
import type { StudyRecord } from '../ports/studies.ts';

/** Ends the sweeps of a study that has nothing to do until somebody changes it. */
export async function unwatchAtRest(ports: Ports, study: StudyRecord): Promise<void> {
  if (!(await isAtRest(ports, study))) return;
  const name = { tenant: study.tenant, study: study.id };
  await ports.training!.schedule.stop(name);
  // It may have been resumed since it was read.
  const current = await ports.studies.find(study.tenant, study.id);
  if (current && !(await isAtRest(ports, current))) await ports.training!.schedule.start(name);
}

/** What is queued in a study that is paused waits for somebody to let it go on. */
async function isAtRest(ports: Ports, study: StudyRecord): Promise<boolean> {
  if (study.state === 'finished') return true;
  if (study.state !== 'paused') return false;
  const slots = await ports.jobs.slots(study);
  const trials = await Promise.all(slots.map(({ number }) => ports.trials.get(study, number)));
  return trials.every((trial) => trial?.job?.phase === 'queued');
}
