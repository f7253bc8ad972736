import type { StartRequest } from '../../api/messages.ts';
import type { Trial } from '../../domain/trial.ts';
import type { Call, Reply } from '../call.ts';
import { ServiceError } from '../errors.ts';
import { findStudy, findTrial, spokenFor } from '../find.ts';
import { requireHeld } from '../trials/held-trial.ts';
import type { Ports } from '../ports/ports.ts';
import { trialView } from '../views.ts';
import { isStopped } from './stopped.ts';

/**
 * The fence before the training: jobs may be submitted twice, but one of them is let in. The same job may ask again. One
 * that is refused ends without training.
 */
export async function startTrial(ports: Ports, call: Call<StartRequest>): Promise<Reply<Trial>> {
  const study = await findStudy(ports, call);
  const number = spokenFor(study, call);
  const { attempt, jobId } = call.body;
  if (isStopped(study)) throw new ServiceError('study_closed', `Study ${study.spec.name} was stopped.`);
  const isStarted = await ports.jobs.start(study, number, attempt, jobId, ports.clock.nowMs());
  const trial = await findTrial(ports, study, number);
  if (isStarted) return { status: 200, body: trialView(study, trial) };
  requireHeld(study, trial, attempt);
  const holder = trial.job?.id === undefined ? 'no job was started for it' : `job ${trial.job.id} trains it`;
  throw new ServiceError('lease_superseded', `Job ${jobId} must not train trial ${number}: ${holder}.`, {
    extra: { trial: trialView(study, trial) },
  });
}
