import { describe, expect, it } from 'vitest';
import { batchJobEnd, type BatchEnd } from '../../shared/jobs/batch-job-end.ts';

const failed: BatchEnd = {
  succeeded: false,
  stopped: false,
  exitCode: undefined,
  reason: undefined,
  statusReason: undefined,
};
const exited = 'Essential container in task exited';

/** Texts as accounts have seen them: from AWS's user guides, and from reports of users. */
const seen: [string, Partial<BatchEnd>, string, number | undefined][] = [
  ['the training failed', { statusReason: exited, exitCode: 1 }, 'exitCode', 1],
  ['the training crashed', { statusReason: exited, exitCode: 139 }, 'exitCode', 139],
  ['the training was killed for a reason not given', { statusReason: exited, exitCode: 137 }, 'exitCode', 137],
  [
    'the memory ran out',
    { statusReason: exited, reason: 'OutOfMemoryError: Container killed due to memory usage', exitCode: 137 },
    'outOfMemory',
    137,
  ],
  [
    'the memory ran out, in small letters',
    { statusReason: 'OutOfMemoryError: container killed due to memory usage', exitCode: 137 },
    'outOfMemory',
    137,
  ],
  ['the time ran out', { statusReason: 'Job attempt duration exceeded timeout', exitCode: 137 }, 'timeout', 137],
  [
    'the time ran out, which counts as a termination',
    { statusReason: 'Job attempt duration exceeded timeout', stopped: true },
    'timeout',
    undefined,
  ],
  [
    'the spot instance was reclaimed',
    { statusReason: 'Host EC2 (instance i-0282b396e52b4c95d) terminated.' },
    'spotReclaim',
    undefined,
  ],
  [
    'the spot instance was reclaimed while the training ended',
    { statusReason: 'Host EC2 (instance i-0282b396e52b4c95d) terminated.', exitCode: 143 },
    'spotReclaim',
    143,
  ],
  ['the spot task was interrupted', { statusReason: 'Your Spot Task was interrupted.' }, 'spotReclaim', undefined],
  [
    'the instance was stopped',
    { statusReason: 'Host EC2 (instance i-06aab15feb4568492) stopped.' },
    'hostFailure',
    undefined,
  ],
  [
    'the image does not exist',
    {
      statusReason: 'Task failed to start',
      reason:
        'CannotPullContainerError: Error response from daemon: manifest for example:latest not found: manifest unknown',
    },
    'imagePull',
    undefined,
  ],
  [
    'the image did not fit on the disk',
    {
      statusReason: 'Task failed to start',
      reason: 'CannotPullContainerError: write /var/lib/docker/tmp/GetImageBlob887491687: no space left on device',
    },
    'imagePull',
    undefined,
  ],
  [
    'the registry denied the image',
    {
      statusReason: 'Task failed to start',
      reason: 'CannotPullECRContainerError: AccessDeniedException: User is not authorized',
    },
    'imagePull',
    undefined,
  ],
  [
    'the image lacks the program',
    {
      statusReason: 'Task failed to start',
      reason:
        'CannotStartContainerError: Error response from daemon: failed to create task for container: exec: "pyton": executable file not found in $PATH: unknown',
    },
    'exitCode',
    127,
  ],
  [
    'the program may not be run',
    {
      statusReason: 'Task failed to start',
      reason: 'CannotStartContainerError: Error response from daemon: exec: "/train.py": permission denied: unknown',
    },
    'exitCode',
    126,
  ],
  [
    'Docker was too slow',
    {
      statusReason: 'Task failed to start',
      reason: 'DockerTimeoutError: Could not transition to created; timed out after waiting 4m0s',
    },
    'hostFailure',
    undefined,
  ],
  [
    'Docker did not say how it ended',
    {
      statusReason: exited,
      reason: 'CannotInspectContainerError: Could not transition to inspecting; timed out after waiting 30s',
    },
    'hostFailure',
    undefined,
  ],
  [
    'the log driver did not start',
    {
      reason: 'ResourceInitializationError: failed to initialize logging driver',
      statusReason: 'Task failed to start',
    },
    'hostFailure',
    undefined,
  ],
  ['the agent was lost', { statusReason: 'Task failed to start', reason: 'AGENT' }, 'hostFailure', undefined],
  ['the task did not start', { statusReason: 'Task failed to start' }, 'hostFailure', undefined],
  ['it was terminated', { statusReason: 'the study was stopped', stopped: true, exitCode: 143 }, 'terminated', 143],
  [
    'it was terminated, whatever the reason that was given sounds like',
    { statusReason: 'Host EC2 is terminated: OutOfMemory', stopped: true },
    'terminated',
    undefined,
  ],
  ['nothing is said', {}, 'unknown', undefined],
  ['it failed with the code of a success', { statusReason: exited, exitCode: 0 }, 'unknown', 0],
  ['the text is new', { statusReason: 'A text that nobody has seen' }, 'unknown', undefined],
  [
    'the job was stuck',
    { statusReason: 'UNDETERMINED - Batch job is blocked, root cause is undetermined.' },
    'unknown',
    undefined,
  ],
];

describe('the end of a job on AWS Batch', () => {
  it.each(seen)('is told when %s', (_, end, kind, exitCode) => {
    expect(batchJobEnd({ ...failed, ...end })).toMatchObject({ kind, exitCode });
  });

  it('is a success when Batch says so', () => {
    const end = { ...failed, succeeded: true, exitCode: 0, statusReason: exited };
    expect(batchJobEnd(end)).toEqual({ kind: 'succeeded', exitCode: 0, message: '' });
  });

  it('says all that Batch has said', () => {
    const end = { ...failed, statusReason: exited, reason: 'OutOfMemoryError: Container killed due to memory usage' };
    expect(batchJobEnd(end).message).toBe(
      'Essential container in task exited: OutOfMemoryError: Container killed due to memory usage',
    );
    expect(batchJobEnd(failed).message).toBe('');
  });
});
