import type { ReportRequest, ReportResponse } from '../../api/messages.ts';
import type { Values } from '../../domain/objective.ts';
import { rfc3339 } from '../../domain/time.ts';
import type { Call, Reply } from '../call.ts';
import { ServiceError } from '../errors.ts';
import { findStudy, findTrial, spokenFor } from '../find.ts';
import { findReplay, keyedRequest } from '../idempotency.ts';
import type { Ports } from '../ports/ports.ts';
import type { StudyRecord } from '../ports/studies.ts';
import type { TrialRecord } from '../ports/trials.ts';
import { changeHeld, requireHeld } from './held-trial.ts';
import { wantsNoMore } from '../studies/study-end.ts';
import { readTold } from './told-values.ts';

/** Values at one step. A step that is not finite says so and holds no values. */
interface StepValues {
  step: number;
  values: Values;
}

/** Values at a step, and a sign of life: the lease starts anew. Without values it is only the latter. */
export async function report(ports: Ports, call: Call<ReportRequest>): Promise<Reply<ReportResponse>> {
  const study = await findStudy(ports, call);
  const number = spokenFor(study, call);
  const keyed = keyedRequest(ports, call);
  const replay = await findReplay<ReportResponse>(ports, call, keyed);
  if (replay) return replay;
  const steps = stepsOf(study, call.body);
  const trial = await findTrial(ports, study, number);
  const attempt = call.body.attempt ?? call.caller.job?.attempt ?? trial.attempt;
  requireHeld(study, trial, attempt);

  for (const { step, values } of steps) {
    if ((await ports.trials.putReport(study, number, attempt, step, values)) === 'conflict') {
      throw new ServiceError(
        'result_conflict',
        `Trial ${number} reported other values at step ${step} before; the first ones count.`,
        {
          param: 'step',
        },
      );
    }
  }
  // Reports may overtake each other: the last one is the furthest, not the latest to arrive.
  const furthest = steps.reduce((a, b) => (b.step > a.step ? b : a), steps[0]);
  const isFurther = furthest && furthest.step >= (trial.lastReport?.step ?? 0);
  const now = ports.clock.nowMs();
  const renewedMs = now + leaseMs(study, trial);
  const leaseUntilMs = Math.max(renewedMs, trial.leaseUntilMs!);
  // A job's trial is the job's until that ends, so what it is told is only when to speak again.
  const leaseExpires = rfc3339(trial.job ? renewedMs : leaseUntilMs);
  // A stop is not taken back when the study goes on after all, with a later deadline.
  const stop = trial.stoppedAttempt === attempt || wantsNoMore(study, now);
  const reply = { status: 200, body: { stop, leaseExpires } };
  const change = {
    state: 'running' as const,
    leaseUntilMs,
    ...(stop && { stoppedAttempt: attempt }),
    ...(isFurther && { lastReport: furthest }),
  };
  return changeHeld(ports, call, keyed, study, { number, attempt }, change, reply);
}

function leaseMs(study: StudyRecord, trial: TrialRecord): number {
  return (trial.leaseSeconds ?? study.spec.lease.seconds) * 1000;
}

function stepsOf(study: StudyRecord, { step, values, reports }: ReportRequest): StepValues[] {
  if (reports && (step !== undefined || values)) {
    throw new ServiceError('value_invalid', 'reports must be left out when step and values are given.', {
      param: 'reports',
    });
  }
  if ((step === undefined) !== (values === undefined)) {
    const missing = step === undefined ? 'step' : 'values';
    throw new ServiceError('value_invalid', `${missing} must be given, because step and values belong together.`, {
      param: missing,
    });
  }
  const given = reports ?? (values ? [{ step: step!, values }] : []);
  return given.map((one, i) => {
    // A diverging step is a fact about the curve; what is not finite is left out of it, and the tell says the rest.
    const { values } = readTold(study, one.values, reports ? ['reports', i, 'values'] : ['values']);
    return { step: one.step, values };
  });
}
