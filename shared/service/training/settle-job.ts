import { subjectOfJob } from '../../domain/job-name.ts';
import { resultExample } from '../../api/printed-result.ts';
import { againOnceDeleted } from '../again-once-deleted.ts';
import type { Ports } from '../ports/ports.ts';
import type { StudyRecord } from '../ports/studies.ts';
import type { TrialRecord } from '../ports/trials.ts';
import type { Job } from '../ports/job-runner.ts';
import type { StudyName, TrainingPort } from '../ports/training.ts';
import { endAttempt, type Outcome } from './end-attempt.ts';
import { verdictOf, type Verdict } from './end-verdict.ts';
import { eraseLeftovers } from './erase-study.ts';
import { findResult, metricsOf } from './job-result.ts';
import { messageOf } from './nudge.ts';
import { isStopped } from './stopped.ts';

const delaySecondsMax = 900;
const lastWordsBytesMax = 4096;
const lastWordsLengthMax = 200;

/**
 * A job has ended: its trial gets the result that it left, or the verdict of how it ended, and its place is free. Events
 * may come twice, late, out of order, or for jobs that are not their trials'.
 */
export function settleJob(ports: Ports, job: Job): Promise<void> {
  return againOnceDeleted(() => settle(ports, job));
}

async function settle(ports: Ports, job: Job): Promise<void> {
  const subject = subjectOfJob(job.name);
  if (!subject || job.state !== 'ended' || !ports.training) return;
  const study = await ports.studies.find(subject.tenant, subject.study);
  if (!study) return settleDeleted(ports, ports.training, subject);
  if (!study.spec.training) return;
  const trial = await trialOfJob(ports, study, subject, job.id);
  if (!trial) return;
  const outcome = await outcomeOf(ports, study, trial, job);
  if (outcome !== undefined) return endAttempt(ports, study, trial, outcome, job.endedMs);
  const waitSeconds = Math.ceil((job.endedMs + ports.training.patience.graceMs - ports.clock.nowMs()) / 1000);
  const { number, attempt } = trial;
  const look = { kind: 'settle' as const, tenant: study.tenant, study: study.id, trial: number, attempt };
  await ports.training.queue.send([messageOf(look, Math.min(delaySecondsMax, Math.max(1, waitSeconds)))]);
}

/** As long as something is left of a deleted study, its sweeps see to that; nobody else hears of a job after that. */
async function settleDeleted({ studies }: Ports, training: TrainingPort, name: StudyName): Promise<void> {
  const isBeingErased = (await studies.findDeleted(name.tenant, name.study)) !== undefined;
  if (!isBeingErased) await eraseLeftovers(training, name);
}

/** The trial that the job is for; undefined when the job is not its attempt's, or its end is dealt with. */
async function trialOfJob(
  ports: Ports,
  study: StudyRecord,
  subject: { trial: number; attempt: number },
  jobId: string,
): Promise<TrialRecord | undefined> {
  let trial = await ports.trials.get(study, subject.trial);
  // It ended before whoever submitted it came to write down its id.
  if (trial?.attempt === subject.attempt && trial.job?.phase === 'submitting')
    trial = await ports.jobs.record(study, trial.number, trial.attempt, jobId, ports.clock.nowMs());
  const isItsJob = trial?.attempt === subject.attempt && trial.job?.id === jobId && trial.job.phase !== 'ended';
  return isItsJob ? trial : undefined;
}

/** @returns undefined when a result may still be on its way. */
async function outcomeOf(
  ports: Ports,
  study: StudyRecord,
  trial: TrialRecord,
  job: Job & { state: 'ended' },
): Promise<Outcome | undefined> {
  if (trial.state !== 'running') return 'told';
  const found = await findResult(ports, study, trial, job);
  if (found) return 'fault' in found ? { state: 'failed', message: found.fault } : found;
  const isInGrace = ports.clock.nowMs() < job.endedMs + ports.training!.patience.graceMs;
  if (job.end.kind === 'succeeded' && isInGrace) return undefined;
  return withLastWords(ports, study, job, verdictOf(job.end, study.spec.training!.failures, isStopped(study)));
}

/** An end says little, a good one even less; what the program wrote last says more. */
async function withLastWords(
  ports: Ports,
  study: StudyRecord,
  { id, end }: Job & { state: 'ended' },
  verdict: Verdict,
): Promise<Verdict> {
  const { runner } = ports.training!;
  if (end.kind === 'succeeded') {
    const line = await runner.lastLine(id);
    const form = resultExample(metricsOf(study));
    const got = line === undefined ? '' : `; got ${cut(line.trim())}`;
    return { ...verdict, message: `It ended without a result: its last line must be like ${form}${got}.` };
  }
  if (end.kind !== 'exitCode') return verdict;
  const log = await runner.log(id, lastWordsBytesMax);
  const words = log?.split('\n').findLast((line) => line.trim() !== '');
  return words === undefined ? verdict : { ...verdict, message: `${verdict.message} Last words: ${cut(words.trim())}` };
}

function cut(words: string): string {
  return words.length > lastWordsLengthMax ? `${words.slice(0, lastWordsLengthMax - 1)}…` : words;
}
