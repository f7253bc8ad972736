import { TrainingMessage } from '../../domain/training-message.ts';
import type { Ports } from '../ports/ports.ts';
import { dispatchTrial, type AttemptName } from './dispatch-trial.ts';
import { settleJob } from './settle-job.ts';
import { sweepStudy } from './sweep-study.ts';

/**
 * Does what a message of the training queue asks for. Resolves when the message is done with; throws when it must come
 * again, which for one that is not ours ends among the dead letters.
 */
export async function handleMessage(ports: Ports, body: string): Promise<void> {
  const message = TrainingMessage.parse(JSON.parse(body));
  switch (message.kind) {
    case 'dispatch':
      return dispatchTrial(ports, message);
    case 'settle':
      return lookAtJob(ports, message);
    case 'sweep':
      return sweepStudy(ports, message);
  }
}

/** The time that a result had after the end of its job is over. */
async function lookAtJob(ports: Ports, { tenant, study: id, trial: number, attempt }: AttemptName): Promise<void> {
  const study = await ports.studies.find(tenant, id);
  const trial = study && (await ports.trials.get(study, number));
  const jobId = trial?.attempt === attempt ? trial.job?.id : undefined;
  const job = jobId === undefined ? undefined : (await ports.training?.runner.describe([jobId]))?.get(jobId);
  if (job) await settleJob(ports, job);
}
