import { isTerminal } from '../domain/trial.ts';
import { ServiceError } from './errors.ts';
import type { StudyRecord, TrialRecord } from './ports.ts';
import { trialView } from './views.ts';

/** Refuses a worker that does not hold the trial: it has ended, was given out again, or waits. */
export function requireHeld(study: StudyRecord, trial: TrialRecord, attempt: number): void {
  const extra = { trial: trialView(study, trial) };
  if (attempt > trial.attempt) {
    throw new ServiceError(
      'value_invalid',
      `attempt must be one that was given out, at most ${trial.attempt}; got ${attempt}.`,
      {
        param: 'attempt',
      },
    );
  }
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
