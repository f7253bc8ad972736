import type { JobEnd, JobEndKind } from '../domain/job-end.ts';

/** What AWS Batch says about a job that has ended. */
export interface BatchEnd {
  succeeded: boolean;
  /** Somebody called TerminateJob or CancelJob. */
  stopped: boolean;
  exitCode: number | undefined;
  /** The container's. */
  reason: string | undefined;
  /** The job's, or the last attempt's. */
  statusReason: string | undefined;
}

/**
 * In the order in which they are tried. Batch writes these texts for people and documents them by example only; the
 * ones here are in its retry examples, in the list of ECS's task errors and in reports of what accounts have seen.
 */
const texts: readonly { pattern: RegExp; kind: JobEndKind; exitCode?: number }[] = [
  { pattern: /OutOfMemory|killed due to memory usage/i, kind: 'outOfMemory' },
  // Batch does not say why an instance went away; on a spot instance it is the reclaim.
  { pattern: /^Host EC2\b.*\bterminated/i, kind: 'spotReclaim' },
  { pattern: /spot (task|instance) was interrupted|SpotInterruption/i, kind: 'spotReclaim' },
  { pattern: /CannotPull\w*Error/, kind: 'imagePull' },
  // The container is fine and the command in it is not: another machine will not help.
  { pattern: /executable file not found|exec: .*no such file or directory/i, kind: 'exitCode', exitCode: 127 },
  { pattern: /exec: .*permission denied/i, kind: 'exitCode', exitCode: 126 },
  { pattern: /^Host EC2\b/i, kind: 'hostFailure' },
  { pattern: /(Docker|ContainerRuntime)Timeout(Error)?\b/, kind: 'hostFailure' },
  { pattern: /Cannot(Start|Create|Inspect|Stop)\w*Error|CannotCreateVolumeError/, kind: 'hostFailure' },
  { pattern: /ResourceInitializationError|InternalError|TaskFailedToStart|Task failed to start/, kind: 'hostFailure' },
  { pattern: /^AGENT$|agent .*disconnected|\bECS agent\b/i, kind: 'hostFailure' },
];

/** What kind of end it was. No text and no code is trusted to be there. */
export function batchJobEnd({ succeeded, stopped, exitCode, reason, statusReason }: BatchEnd): JobEnd {
  if (succeeded) return { kind: 'succeeded', exitCode: exitCode ?? 0, message: '' };
  const message = [statusReason, reason].filter(Boolean).join(': ');
  // Batch ends a job that takes too long in the way in which it ends one that is terminated.
  if (/duration exceeded timeout/i.test(statusReason ?? '')) return { kind: 'timeout', exitCode, message };
  if (stopped) return { kind: 'terminated', exitCode, message };
  for (const { pattern, kind, exitCode: meant } of texts) {
    if ([reason, statusReason].some((text) => text !== undefined && pattern.test(text)))
      return { kind, exitCode: exitCode ?? meant, message };
  }
  if (exitCode !== undefined && exitCode !== 0) return { kind: 'exitCode', exitCode, message };
  return { kind: 'unknown', exitCode, message };
}
