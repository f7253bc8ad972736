import type { LogQuery, LogResponse } from '../../api/messages.ts';
import type { Call, Reply } from '../call.ts';
import { findStudy, findTrial, trialNumberOf } from '../find.ts';
import { neverGivenOut } from '../trials/held-trial.ts';
import type { Ports } from '../ports/ports.ts';
import type { StudyRecord } from '../ports/studies.ts';
import type { TrialRecord } from '../ports/trials.ts';
import { nameOfJobFor } from './job-order.ts';

const logBytesMax = 64 * 1024;

/** What the job of a managed trial's attempt wrote, the end of it. */
export async function trialLog(ports: Ports, call: Call<undefined, LogQuery>): Promise<Reply<LogResponse>> {
  const study = await findStudy(ports, call);
  const trial = await findTrial(ports, study, trialNumberOf(study, call));
  const attempt = call.query.attempt ?? trial.attempt;
  if (attempt > trial.attempt) throw neverGivenOut(trial, attempt);
  const jobId = study.spec.training && (await jobOf(ports, study, trial, attempt));
  const log = jobId === undefined ? undefined : await ports.training?.runner.log(jobId, logBytesMax);
  return { status: 200, body: { attempt, jobId: jobId ?? null, log: log ?? null } };
}

/** A trial remembers its last job; those of earlier attempts are found by their names. */
async function jobOf(
  ports: Ports,
  study: StudyRecord,
  { number, attempt, job }: TrialRecord,
  wanted: number,
): Promise<string | undefined> {
  if (wanted === attempt && job?.id !== undefined) return job.id;
  return (await ports.training?.runner.findByName(nameOfJobFor(study, number, wanted)))?.at(-1)?.id;
}
