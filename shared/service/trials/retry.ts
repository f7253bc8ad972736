import type { Trial } from '../../domain/trial.ts';
import type { Call, Reply } from '../call.ts';
import { changedByOthers } from '../contention.ts';
import { ServiceError } from '../errors.ts';
import { findStudy, findTrial, trialNumberOf } from '../find.ts';
import { findReplay, keyedRequest, receiptOf, replayOfRival } from '../idempotency.ts';
import type { Ports } from '../ports/ports.ts';
import type { StudyRecord } from '../ports/studies.ts';
import { updateStudyUntil } from '../studies/settle-study.ts';
import { asOf, closed, isForWantOfTrials } from '../studies/study-end.ts';
import { trialView } from '../views.ts';

const tryCountMax = 20;

/** Opens a failed or cancelled trial again, with the same params and all its attempts before it. */
export async function retry(ports: Ports, call: Call): Promise<Reply<Trial>> {
  let study = await findStudy(ports, call);
  const number = trialNumberOf(study, call);
  const keyed = keyedRequest(ports, call);
  const replay = await findReplay<Trial>(ports, call, keyed);
  if (replay) return replay;
  for (let tried = 0; tried < tryCountMax; tried++) {
    const trial = await findTrial(ports, study, number);
    if (trial.state === 'waiting') return { status: 200, body: trialView(study, trial), isReplay: true };
    if (
      (trial.state !== 'failed' && trial.state !== 'cancelled') ||
      (trial.suggestion === undefined && trial.origin === 'suggested')
    ) {
      const reason = trial.state === 'cancelled' ? 'never had params' : `is ${trial.state}`;
      throw new ServiceError(
        'trial_finished',
        `Trial ${number} ${reason}; only failed and cancelled trials can be tried again.`,
        {
          extra: { trial: trialView(study, trial) },
        },
      );
    }
    study = await reopenStudy(ports, await findStudy(ports, call));
    const counter = await ports.studies.counter(study);
    const reply = {
      status: 200,
      body: trialView(study, {
        ...trial,
        state: 'waiting',
        failures: 0,
        worker: undefined,
        message: undefined,
        finishedMs: undefined,
      }),
    };
    const written = await ports.trials.reopen(study, counter, trial, receiptOf(keyed, reply.status, reply.body));
    if (written.ok) return reply;
    if (written.answered) return replayOfRival(ports, call, keyed!);
  }
  throw changedByOthers(`Trial ${number}`);
}

/** A study that ended because its trials were done is active again; one that was ended for a reason stays so. */
export async function reopenStudy(ports: Ports, study: StudyRecord): Promise<StudyRecord> {
  return updateStudyUntil(ports, study, (stored) => {
    const current = asOf(stored, ports.clock.nowMs());
    if (current.state === 'active' || current.state === 'paused') return undefined;
    if (current.state === 'finished' && isForWantOfTrials(current.endReason)) {
      return { ...current, state: 'active', endReason: undefined, endedMs: undefined };
    }
    throw closed(current);
  });
}
