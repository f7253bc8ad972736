import { againOnceDeleted } from '../again-once-deleted.ts';
import { JobRefused } from '../ports/job-errors.ts';
import type { Ports } from '../ports/ports.ts';
import type { StudyRecord } from '../ports/studies.ts';
import type { TrialRecord } from '../ports/trials.ts';
import type { Job } from '../ports/job-runner.ts';
import type { TrainingPort } from '../ports/training.ts';
import { endAttempt } from './end-attempt.ts';
import { nameOfJobFor, orderFor, resultKey } from './job-order.ts';
import { withdraw } from './withdraw.ts';

/** Which attempt of which trial. */
export interface AttemptName {
  tenant: string;
  study: string;
  trial: number;
  attempt: number;
}

/**
 * Starts the job of a queued trial, or finds out what became of a start that was left in the air. Safe to call twice: one
 * caller claims the submission, and who claims one that another has left looks for its job first.
 *
 * Throws when nothing is known about a submission; calling again after the claim has run out finds out.
 */
export function dispatchTrial(ports: Ports, name: AttemptName): Promise<void> {
  return againOnceDeleted(() => dispatch(ports, name));
}

async function dispatch(ports: Ports, name: AttemptName): Promise<void> {
  const { training } = ports;
  const study = await ports.studies.find(name.tenant, name.study);
  const trial = study?.spec.training && (await ports.trials.get(study, name.trial));
  // What a pause leaves queued is sent again afterwards.
  if (!training || !study || trial?.attempt !== name.attempt || study.state === 'paused') return;
  const now = ports.clock.nowMs();
  const { phase, sinceMs } = trial.job ?? {};
  if (phase === 'queued') {
    if (study.state !== 'active') return withdraw(ports, study, trial);
    const claimed = await ports.jobs.claim(study, trial, now);
    if (claimed) await submit(ports, training, study, claimed);
  } else if (phase === 'submitting' && now - sinceMs! >= training.patience.claimMs) {
    const claimed = await ports.jobs.claim(study, trial, now);
    if (claimed) await takeOver(ports, training, study, claimed);
  }
}

async function submit(ports: Ports, training: TrainingPort, study: StudyRecord, trial: TrialRecord): Promise<void> {
  try {
    await training.objects.prepare(resultKey(study, trial));
    const { id } = await training.runner.submit(orderFor(ports, training, study, trial));
    await keepOrEnd(ports, training, study, trial, id);
  } catch (error) {
    if (!(error instanceof JobRefused)) throw error;
    const endedMs = ports.clock.nowMs();
    await endAttempt(ports, study, trial, { state: 'failed', message: error.message }, endedMs);
  }
}

/** A submission that nobody wrote down the id of: its job is looked for by name. */
async function takeOver(ports: Ports, training: TrainingPort, study: StudyRecord, trial: TrialRecord): Promise<void> {
  const found = await training.runner.findByName(nameOfJobFor(study, trial.number, trial.attempt));
  const [kept, ...others] = found.toSorted(livingFirst);
  if (kept) {
    await keepOrEnd(ports, training, study, trial, kept.id);
    for (const { id } of others) await training.runner.terminate(id, 'Another job trains this trial.');
  } else if (study.state === 'active' && trial.state === 'running') await submit(ports, training, study, trial);
  else await withdraw(ports, study, trial);
}

/** Writes down whose the attempt is. A job that is not wanted, or not wanted any more, is ended. */
async function keepOrEnd(
  ports: Ports,
  training: TrainingPort,
  study: StudyRecord,
  { number, attempt }: TrialRecord,
  id: string,
): Promise<void> {
  const trial = await ports.jobs.record(study, number, attempt, id, ports.clock.nowMs());
  if (trial?.attempt !== attempt || trial.job?.id !== id) {
    await training.runner.terminate(id, 'Another job trains this trial.');
  } else if (trial.state === 'cancelled') await training.runner.terminate(id, 'The trial was cancelled.');
}

function livingFirst(a: Job, b: Job): number {
  return Number(a.state === 'ended') - Number(b.state === 'ended') || a.createdMs - b.createdMs;
}
