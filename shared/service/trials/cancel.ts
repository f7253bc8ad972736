import { isTerminal, type Trial } from '../../domain/trial.ts';
import type { Call, Reply } from '../call.ts';
import { changedByOthers } from '../contention.ts';
import { ServiceError } from '../errors.ts';
import { findStudy, findTrial, trialNumberOf } from '../find.ts';
import { findReplay, keyedRequest, receiptOf, replayOfRival } from '../idempotency.ts';
import type { Ports } from '../ports/ports.ts';
import { settleStudy } from '../studies/settle-study.ts';
import { trialView } from '../views.ts';

const tryCountMax = 20;

/** Ends an open trial without a result; its worker is told at its next report or tell. */
export async function cancel(ports: Ports, call: Call<{ message?: string | undefined }>): Promise<Reply<Trial>> {
  const study = await findStudy(ports, call);
  const number = trialNumberOf(study, call);
  const keyed = keyedRequest(ports, call);
  const replay = await findReplay<Trial>(ports, call, keyed);
  if (replay) return replay;
  for (let tried = 0; tried < tryCountMax; tried++) {
    const trial = await findTrial(ports, study, number);
    if (trial.state === 'cancelled') return { status: 200, body: trialView(study, trial), isReplay: true };
    if (isTerminal(trial.state)) {
      throw new ServiceError('trial_finished', `Trial ${number} is ${trial.state} and cannot be cancelled.`, {
        extra: { trial: trialView(study, trial) },
      });
    }
    const change = { state: 'cancelled' as const, message: call.body.message, finishedMs: ports.clock.nowMs() };
    const reply = { status: 200, body: trialView(study, { ...trial, ...change }) };
    const expected = { attempt: trial.attempt, states: [trial.state] };
    const written = await ports.trials.change(
      study,
      number,
      expected,
      change,
      receiptOf(keyed, reply.status, reply.body),
    );
    if (written.ok) {
      await settleStudy(ports, study);
      return reply;
    }
    if (written.answered) return replayOfRival(ports, call, keyed!);
  }
  throw changedByOthers(`Trial ${number}`);
}
