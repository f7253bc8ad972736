import type { Trial } from '../../domain/trial.ts';
import type { Call, Reply } from '../call.ts';
import { findStudy, findTrial, trialNumberOf } from '../find.ts';
import { findReplay, keyedRequest } from '../idempotency.ts';
import type { Ports } from '../ports/ports.ts';
import { changeHeld, requireHeld } from './held-trial.ts';
import { trialView } from '../views.ts';

/** A worker that has to go gives its trial back; it waits to be given out again and no attempt is held against it. */
export async function release(ports: Ports, call: Call<{ attempt: number }>): Promise<Reply<Trial>> {
  const study = await findStudy(ports, call);
  const number = trialNumberOf(study, call);
  const keyed = keyedRequest(ports, call);
  const replay = await findReplay<Trial>(ports, call, keyed);
  if (replay) return replay;
  const { attempt } = call.body;
  const trial = await findTrial(ports, study, number);
  if (trial.state === 'waiting' && trial.attempt === attempt)
    return { status: 200, body: trialView(study, trial), isReplay: true };
  requireHeld(study, trial, attempt);

  const change = { state: 'waiting' as const, worker: undefined, leaseUntilMs: undefined };
  const reply = { status: 200, body: trialView(study, { ...trial, ...change }) };
  return changeHeld(ports, call, keyed, study, { number, attempt }, change, reply);
}
