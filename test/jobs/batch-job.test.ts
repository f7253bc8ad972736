import { describe, expect, it } from 'vitest';
import { batchJob, logStreamOf } from '../../shared/jobs/batch-job.ts';

const common = { jobId: 'b-1', jobName: 'cavia-a', createdAt: 1000 };
const facts = { id: 'b-1', name: 'cavia-a', createdMs: 1000, startedMs: undefined };

describe('a job of AWS Batch', () => {
  it.each(['SUBMITTED', 'PENDING', 'RUNNABLE', 'STARTING', 'A_STATE_TO_COME'])('that is %s is queued', (status) => {
    expect(batchJob({ ...common, status })).toEqual({ ...facts, state: 'queued' });
  });

  it('that is RUNNING is running', () => {
    expect(batchJob({ ...common, status: 'RUNNING', startedAt: 2000 })).toEqual({
      ...facts,
      startedMs: 2000,
      state: 'running',
    });
  });

  it('that has FAILED is told by its container', () => {
    const container = { exitCode: 3, reason: 'a reason' };
    const detail = {
      ...common,
      status: 'FAILED',
      startedAt: 2000,
      stoppedAt: 3000,
      statusReason: 'a status',
      container,
    };
    expect(batchJob(detail)).toEqual({
      ...facts,
      startedMs: 2000,
      state: 'ended',
      endedMs: 3000,
      end: { kind: 'exitCode', exitCode: 3, message: 'a status: a reason' },
    });
  });

  it('that has FAILED is told by its last attempt where it says nothing itself', () => {
    const attempts = [
      { container: { exitCode: 1, logStreamName: 'first' }, statusReason: 'earlier' },
      { container: { reason: 'CannotPullContainerError: not found', logStreamName: 'last' }, statusReason: 'later' },
    ];
    const detail = { ...common, status: 'FAILED', attempts };
    expect(batchJob(detail)).toMatchObject({
      endedMs: 1000,
      end: { kind: 'imagePull', message: expect.stringContaining('later') as string },
    });
    expect(logStreamOf(detail)).toBe('last');
  });

  it.each(['isTerminated', 'isCancelled'])('that %s was terminated', (flag) => {
    expect(batchJob({ ...common, status: 'FAILED', [flag]: true })).toMatchObject({ end: { kind: 'terminated' } });
  });
});
