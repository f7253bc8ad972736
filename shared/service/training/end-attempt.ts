import { messageLengthMax, type JobResult } from '../../api/messages.ts';
import type { Ports } from '../ports/ports.ts';
import type { StudyRecord } from '../ports/studies.ts';
import type { TrialRecord } from '../ports/trials.ts';
import { settleStudy } from '../studies/settle-study.ts';
import { pauseInTrouble } from './circuit-breaker.ts';
import type { Verdict } from './end-verdict.ts';
import { pump } from './pump.ts';
import { tellForJob } from './tell-for-job.ts';
import { unwatchAtRest } from './unwatch.ts';

/** How an attempt came out: by a result, by a verdict, or as the trial says already. */
export type Outcome = { result: JobResult } | Verdict | 'told';

/**
 * The job of an attempt is gone, or never will be: says what that means for the trial, makes its place free and fills it
 * again. Every step is safe to do twice, so whoever finds it half done does all of it.
 */
export async function endAttempt(
  ports: Ports,
  study: StudyRecord,
  trial: TrialRecord,
  outcome: Outcome,
  endedMs: number,
): Promise<void> {
  const { number, attempt, job } = trial;
  const failure = await applied(ports, study, trial, outcome, endedMs);
  await ports.jobs.free(study, { slot: job!.slot, number, attempt }, ports.clock.nowMs());
  if (failure) await pauseInTrouble(ports, study);
  const current = await ports.studies.find(study.tenant, study.id);
  if (!current) return;
  const settled = await settleStudy(ports, current);
  await pump(ports, settled.study, job!.slot);
  await unwatchAtRest(ports, settled.study);
}

/** @returns whether the attempt failed. */
async function applied(
  ports: Ports,
  study: StudyRecord,
  trial: TrialRecord,
  outcome: Outcome,
  endedMs: number,
): Promise<boolean> {
  const { number, attempt } = trial;
  const noted = async (failed: boolean, message = ''): Promise<boolean> => {
    await ports.jobs.putEnd(study, { number, attempt, endedMs, failed, message });
    return failed;
  };
  if (outcome === 'told') {
    const failed = trial.failedAttempt === attempt;
    const isGivenBack = trial.state === 'cancelled' || (trial.state === 'waiting' && !failed);
    return isGivenBack ? false : noted(failed, trial.message);
  }
  if ('result' in outcome) {
    const { state, message } = outcome.result;
    const fault = await tellForJob(ports, study, trial, outcome.result);
    return fault === undefined
      ? noted(state === 'failed', message)
      : applied(ports, study, trial, { state: 'failed', message: fault }, endedMs);
  }
  const { state } = outcome;
  const message = outcome.message.slice(0, messageLengthMax);
  if (state === 'cancelled') {
    const change = { state, message, finishedMs: ports.clock.nowMs() };
    await ports.trials.change(study, number, { attempt, states: ['running', 'waiting'] }, change);
    return false;
  }
  // Noted before the trial is changed: who finds it infeasible cannot tell any more that nobody told so.
  await noted(true, message);
  if (state === 'failed') await fail(ports, study, trial, message);
  else await tellForJob(ports, study, trial, { state, message });
  return true;
}

/**
 * The trial waits for its next attempt, or has failed when it has had them all. Nobody has told so, therefore a result
 * that comes after all still counts.
 */
async function fail(ports: Ports, study: StudyRecord, trial: TrialRecord, message: string): Promise<void> {
  const { number, attempt } = trial;
  const failures = trial.failures + 1;
  const end =
    failures >= study.spec.lease.attempts
      ? { state: 'failed' as const, finishedMs: ports.clock.nowMs() }
      : { state: 'waiting' as const, leaseUntilMs: undefined };
  const expected = { attempt, states: ['running' as const], failures: trial.failures };
  await ports.trials.change(study, number, expected, { ...end, failures, failedAttempt: attempt, message });
}
