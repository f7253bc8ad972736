import { isTerminal } from '../../domain/trial.ts';
import type { Call, Reply } from '../call.ts';
import { changedByOthers } from '../contention.ts';
import { ServiceError } from '../errors.ts';
import { findTrial } from '../find.ts';
import { receiptOf, replayOfRival, type KeyedRequest } from '../idempotency.ts';
import type { Ports } from '../ports/ports.ts';
import type { StudyRecord } from '../ports/studies.ts';
import type { TrialChange, TrialRecord } from '../ports/trials.ts';
import { trialView } from '../views.ts';

/** Refuses a worker that does not hold the trial: it has ended, was given out again, or waits. */
export function requireHeld(study: StudyRecord, trial: TrialRecord, attempt: number): void {
  const extra = { trial: trialView(study, trial) };
  if (attempt > trial.attempt) throw neverGivenOut(trial, attempt);
  if (attempt < trial.attempt) {
    throw new ServiceError(
      'lease_superseded',
      `Trial ${trial.number} was given out again as attempt ${trial.attempt}; attempt ${attempt} no longer holds it.`,
      { extra },
    );
  }
  if (isTerminal(trial.state)) {
    throw new ServiceError('trial_finished', `Trial ${trial.number} is ${trial.state}.`, { extra });
  }
  if (trial.state !== 'running') {
    throw new ServiceError(
      'lease_superseded',
      `Trial ${trial.number} was given back and waits to be given out again.`,
      { extra },
    );
  }
}

/** Refuses an attempt that no ask was answered with. */
export function neverGivenOut(trial: TrialRecord, attempt: number): ServiceError {
  const message = `attempt must be one that was given out, at most ${trial.attempt}; got ${attempt}.`;
  return new ServiceError('value_invalid', message, { param: 'attempt' });
}

/** Changes a running trial for the worker that holds it, and keeps the answer under the request's key. */
export async function changeHeld<T>(
  ports: Ports,
  call: Call<unknown>,
  keyed: KeyedRequest | undefined,
  study: StudyRecord,
  { number, attempt }: { number: number; attempt: number },
  change: TrialChange,
  reply: Reply<T>,
): Promise<Reply<T>> {
  const receipt = receiptOf(keyed, reply.status, reply.body);
  const written = await ports.trials.change(study, number, { attempt, states: ['running'] }, change, receipt);
  if (written.ok) return reply;
  if (written.answered) return replayOfRival(ports, call, keyed!);
  requireHeld(study, await findTrial(ports, study, number), attempt);
  throw changedByOthers(`Trial ${number}`);
}
