import type { Job } from '../service/ports/job-runner.ts';
import { batchJobEnd } from './batch-job-end.ts';

/** What Batch says of a job: in DescribeJobs and, in the same shape, in the events of its state changes. */
export interface BatchJobDetail {
  jobId: string;
  jobName: string;
  status: string;
  statusReason?: string | undefined;
  createdAt?: number | undefined;
  startedAt?: number | undefined;
  stoppedAt?: number | undefined;
  isTerminated?: boolean | undefined;
  isCancelled?: boolean | undefined;
  container?: BatchContainer | undefined;
  /** Oldest first. */
  attempts?: readonly BatchAttempt[] | undefined;
}

interface BatchAttempt {
  container?: BatchContainer | undefined;
  statusReason?: string | undefined;
}

interface BatchContainer {
  exitCode?: number | undefined;
  reason?: string | undefined;
  logStreamName?: string | undefined;
}

export function batchJob(detail: BatchJobDetail): Job {
  const { jobId: id, jobName: name, status, createdAt: createdMs = 0, startedAt: startedMs, stoppedAt } = detail;
  const facts = { id, name, createdMs, startedMs };
  if (status === 'RUNNING') return { ...facts, state: 'running' };
  if (status !== 'SUCCEEDED' && status !== 'FAILED') return { ...facts, state: 'queued' };
  const attempt = detail.attempts?.at(-1);
  const end = batchJobEnd({
    succeeded: status === 'SUCCEEDED',
    stopped: detail.isTerminated === true || detail.isCancelled === true,
    exitCode: detail.container?.exitCode ?? attempt?.container?.exitCode,
    reason: detail.container?.reason ?? attempt?.container?.reason,
    statusReason: detail.statusReason ?? attempt?.statusReason,
  });
  return { ...facts, state: 'ended', end, endedMs: stoppedAt ?? startedMs ?? createdMs };
}

/** Where CloudWatch has what the job wrote; undefined until its container has started. */
export function logStreamOf({ container, attempts }: BatchJobDetail): string | undefined {
  return container?.logStreamName ?? attempts?.at(-1)?.container?.logStreamName;
}
