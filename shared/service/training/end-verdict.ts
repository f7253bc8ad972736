import type { JobEnd } from '../../domain/job-end.ts';
import type { FailureRule } from '../../domain/training.ts';

/** What becomes of a trial whose job ended without a result. */
export interface Verdict {
  state: 'failed' | 'infeasible' | 'cancelled';
  message: string;
}

/**
 * Whose fault it was: the machine's is tried again with the same params, the configuration's or the program's is what
 * the study says. @param isStopped whether the study was stopped, or the trial is not wanted any more.
 */
export function verdictOf({ kind, message }: JobEnd, rule: FailureRule, isStopped: boolean): Verdict {
  switch (kind) {
    case 'exitCode':
    case 'outOfMemory':
    case 'timeout':
      return { state: rule[kind], message };
    case 'terminated':
      return { state: isStopped ? 'cancelled' : 'failed', message };
    case 'succeeded':
    case 'spotReclaim':
    case 'hostFailure':
    case 'imagePull':
    case 'unknown':
      return { state: 'failed', message };
  }
}
