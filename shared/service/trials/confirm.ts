import type { ConfirmRequest, ConfirmResponse } from '../../api/messages.ts';
import { keptAddition, reviveAddition, type KeptAddition } from './added-receipt.ts';
import { blankTrial } from './blank-trial.ts';
import type { Call, Reply } from '../call.ts';
import { askedByMany } from '../contention.ts';
import { ServiceError } from '../errors.ts';
import { findStudy } from '../find.ts';
import { findReplay, keyedRequest, receiptOf, replayOfRival } from '../idempotency.ts';
import type { Ports } from '../ports/ports.ts';
import type { StudyRecord } from '../ports/studies.ts';
import type { TrialRecord } from '../ports/trials.ts';
import { rankedTrials } from './ranked-trials.ts';
import { reopenStudy } from './retry.ts';
import { requireTrialCount } from '../trial-count.ts';
import { trialView } from '../views.ts';

const tryCountMax = 40;

/**
 * Runs the best configurations again, with the new seeds that new trials have: whether a best value was luck. They come
 * on top of the budget, and are the one way in which a study gets the same params twice.
 */
export async function confirm(ports: Ports, call: Call<ConfirmRequest>): Promise<Reply<ConfirmResponse>> {
  const found = await findStudy(ports, call);
  const keyed = keyedRequest(ports, call);
  const revive = async (kept: string): Promise<ConfirmResponse> => ({
    trials: await reviveAddition(ports, found, JSON.parse(kept) as KeptAddition),
  });
  const replay = await findReplay(ports, call, keyed, revive);
  if (replay) return replay;
  const best = await bestOf(ports, found, call.body.top);
  const copies = best.flatMap(({ number, params }) =>
    Array.from({ length: call.body.repeats }, () => ({ params, confirms: number })),
  );
  for (let tried = 0; tried < tryCountMax; tried++) {
    const study = await reopenStudy(ports, await findStudy(ports, call));
    const counter = await ports.studies.counter(study);
    const { nextNumber, cap } = counter;
    requireTrialCount(study, cap + copies.length);
    const trials: TrialRecord[] = copies.map((copy, i) => ({
      ...blankTrial(nextNumber + i),
      ...copy,
      origin: 'confirmation',
    }));
    const reply = { status: 201, body: { trials: trials.map((trial) => trialView(study, trial)) } };
    const addition = { raise: trials.length, attached: 0, confirmations: trials.length, trials };
    const outcome = await ports.trials.add(
      study,
      counter,
      addition,
      receiptOf(keyed, reply.status, keptAddition(reply.body.trials)),
    );
    if (outcome === 'added') return reply;
    if (outcome === 'answered') return replayOfRival(ports, call, keyed!, revive);
  }
  throw askedByMany(found.spec.name);
}

async function bestOf(ports: Ports, study: StudyRecord, top: number): Promise<TrialRecord[]> {
  const ranked = await rankedTrials(ports, study);
  if (ranked.length > 0) return ranked.slice(0, top).map(({ trial }) => trial);
  throw new ServiceError(
    'value_invalid',
    `Study ${study.spec.name} must have a complete trial before it can be confirmed.`,
    {
      hint: 'Ask for trials and tell their values first.',
    },
  );
}
