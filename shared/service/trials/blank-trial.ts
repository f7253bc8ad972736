import type { TrialRecord } from '../ports/trials.ts';

/** A trial before anything happened to it. */
export function blankTrial(number: number): TrialRecord {
  return {
    number,
    state: 'waiting',
    params: {},
    attempt: 0,
    failures: 0,
    origin: 'suggested',
    confirms: undefined,
    suggestion: undefined,
    worker: undefined,
    leaseUntilMs: undefined,
    leaseSeconds: undefined,
    values: undefined,
    lastReport: undefined,
    job: undefined,
    message: undefined,
    askedMs: undefined,
    finishedMs: undefined,
    resultHash: undefined,
    resultKey: undefined,
    failedAttempt: undefined,
    stoppedAttempt: undefined,
  };
}

/** A number that stands for nothing that was ever tried. */
export function emptyTrial(number: number, now: number, message: string): TrialRecord {
  return { ...blankTrial(number), state: 'cancelled', message, finishedMs: now };
}
