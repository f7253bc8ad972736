import type { Job } from '../ports/job-runner.ts';
import type { Ports } from '../ports/ports.ts';
import type { StudyRecord } from '../ports/studies.ts';
import type { Patience } from '../ports/training.ts';
import type { TrialRecord } from '../ports/trials.ts';

/**
 * Tells the jobs of a deleted study to end, and makes the places free whose jobs have. Places that are held keep their
 * trials, which are all that says which jobs those are. @returns whether none is held any more.
 */
export async function endJobs(ports: Ports, study: StudyRecord): Promise<boolean> {
  const slots = await ports.jobs.slots(study);
  if (slots.length === 0) return true;
  const { training } = ports;
  if (!training) return false;
  const trials = await Promise.all(slots.map(({ number }) => ports.trials.get(study, number)));
  const ids = trials.flatMap((trial) => trial?.job?.id ?? []);
  const jobs = ids.length > 0 ? await training.runner.describe(ids) : new Map<string, Job>();
  const now = ports.clock.nowMs();
  let heldCount = 0;
  for (const [i, slot] of slots.entries()) {
    const id = trials[i]?.job?.id;
    if (isJobGone(training.patience, trials[i]?.job, jobs.get(id ?? ''), now)) await ports.jobs.free(study, slot, now);
    else {
      heldCount++;
      if (id !== undefined) await training.runner.terminate(id, 'The study was deleted.');
    }
  }
  return heldCount === 0;
}

/** A job that was submitted, or may have been, is gone when it has ended, or when the runner should know it and does not. */
function isJobGone({ missingMs }: Patience, held: TrialRecord['job'], job: Job | undefined, now: number): boolean {
  if (!held || held.phase === 'queued' || held.phase === 'ended') return true;
  return job ? job.state === 'ended' : now - held.sinceMs >= missingMs;
}
