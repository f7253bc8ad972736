import { againOnceDeleted } from '../again-once-deleted.ts';
import type { HeldSlot } from '../ports/jobs.ts';
import type { Ports } from '../ports/ports.ts';
import type { StudyRecord } from '../ports/studies.ts';
import type { TrialRecord } from '../ports/trials.ts';
import type { Job } from '../ports/job-runner.ts';
import { settleStudy } from '../studies/settle-study.ts';
import type { StudyName, TrainingPort } from '../ports/training.ts';
import { eraseLeftovers, eraseStudy } from './erase-study.ts';
import { nameOfJobFor } from './job-order.ts';
import { messageOf } from './nudge.ts';
import { pump } from './pump.ts';
import { settleJob } from './settle-job.ts';
import { isStopped } from './stopped.ts';
import { unwatchAtRest } from './unwatch.ts';
import { withdraw } from './withdraw.ts';

/**
 * Brings a managed study to where the data and the runner say it is, whatever was lost on the way: looks at every place,
 * ends what is not wanted any more, fills what is free.
 */
export function sweepStudy(ports: Ports, name: StudyName): Promise<void> {
  return againOnceDeleted(() => sweep(ports, name));
}

async function sweep(ports: Ports, name: StudyName): Promise<void> {
  const { training } = ports;
  if (!training) return;
  const study = await ports.studies.find(name.tenant, name.study);
  if (!study) return sweepDeleted(ports, training, name);
  if (!study.spec.training) return training.schedule.stop(name);
  const { study: settled } = await settleStudy(ports, study);
  await sweepSlots(ports, training, settled);
  const current = (await settleStudy(ports, settled)).study;
  await pump(ports, current);
  await unwatchAtRest(ports, current);
}

/** Until there is nothing left, and then once more: a job may go on for a moment after its runner has seen its end. */
async function sweepDeleted(ports: Ports, training: TrainingPort, name: StudyName): Promise<void> {
  const study = await ports.studies.findDeleted(name.tenant, name.study);
  if (study) return eraseStudy(ports, training, study);
  await eraseLeftovers(training, name);
  await training.schedule.stop(name);
}

async function sweepSlots(ports: Ports, training: TrainingPort, study: StudyRecord): Promise<void> {
  const slots = await ports.jobs.slots(study);
  const trials = await Promise.all(slots.map(({ number }) => ports.trials.get(study, number)));
  const ids = trials.flatMap((trial) => trial?.job?.id ?? []);
  const jobs = ids.length > 0 ? await training.runner.describe(ids) : new Map<string, Job>();
  for (const [i, slot] of slots.entries()) {
    const trial = trials[i];
    const isItsOwn = trial?.attempt === slot.attempt && trial.job?.slot === slot.slot && trial.job.phase !== 'ended';
    if (isItsOwn) await sweepTrial(ports, training, study, trial, jobs.get(trial.job!.id ?? ''));
    else await freeUnowned(ports, study, slot);
  }
}

/** Nothing takes a place without its trial, so this is what an operator left. */
async function freeUnowned(ports: Ports, study: StudyRecord, slot: HeldSlot): Promise<void> {
  await ports.jobs.free(study, slot, ports.clock.nowMs());
}

async function sweepTrial(
  ports: Ports,
  training: TrainingPort,
  study: StudyRecord,
  trial: TrialRecord,
  job: Job | undefined,
): Promise<void> {
  const { patience, queue, runner } = training;
  const { phase, id, sinceMs } = trial.job!;
  const silentMs = ports.clock.nowMs() - sinceMs;
  if (phase === 'queued') {
    if (trial.state !== 'running' || study.state === 'stopping') return withdraw(ports, study, trial);
    // What was queued before a pause has had its message.
    const isOverdue = silentMs >= patience.resendMs || sinceMs <= (study.resumedMs ?? 0);
    if (isOverdue) await queue.send([dispatchMessage(study, trial)]);
  } else if (id === undefined) {
    if (silentMs >= patience.claimMs) await queue.send([dispatchMessage(study, trial)]);
  } else if (job?.state === 'ended') await settleJob(ports, job);
  else if (!job && silentMs >= patience.missingMs) await settleJob(ports, forgotten(study, trial));
  else if (isStopped(study)) await runner.terminate(id, 'The study was stopped.');
  else if (trial.state === 'cancelled') await runner.terminate(id, 'The trial was cancelled.');
}

function dispatchMessage({ tenant, id }: StudyRecord, { number, attempt }: TrialRecord): ReturnType<typeof messageOf> {
  return messageOf({ kind: 'dispatch', tenant, study: id, trial: number, attempt });
}

/** Runners forget jobs, a day after their end at the earliest. */
function forgotten(study: StudyRecord, { number, attempt, job }: TrialRecord): Job {
  const { id, sinceMs } = job!;
  return {
    id: id!,
    name: nameOfJobFor(study, number, attempt),
    createdMs: sinceMs,
    startedMs: undefined,
    state: 'ended',
    end: { kind: 'unknown', exitCode: undefined, message: 'The runner knows nothing of the job any more.' },
    endedMs: sinceMs,
  };
}
