import { describe, expect, it } from 'vitest';
import type { JobEndKind } from '../../../shared/domain/job-end.ts';
import type { FailureRule } from '../../../shared/domain/training.ts';
import { verdictOf } from '../../../shared/service/training/end-verdict.ts';

const lenient: FailureRule = { exitCode: 'failed', outOfMemory: 'failed', timeout: 'failed' };
const strict: FailureRule = { exitCode: 'infeasible', outOfMemory: 'infeasible', timeout: 'infeasible' };

describe('the verdict on a job that ended without a result', () => {
  it.each<[JobEndKind, string, string]>([
    ['succeeded', 'failed', 'failed'],
    ['exitCode', 'failed', 'infeasible'],
    ['outOfMemory', 'failed', 'infeasible'],
    ['timeout', 'failed', 'infeasible'],
    ['spotReclaim', 'failed', 'failed'],
    ['hostFailure', 'failed', 'failed'],
    ['imagePull', 'failed', 'failed'],
    ['terminated', 'failed', 'failed'],
    ['unknown', 'failed', 'failed'],
  ])('by %s is %s, or %s where the study says so', (kind, byLenient, byStrict) => {
    const end = { kind, exitCode: undefined, message: 'm' };
    expect(verdictOf(end, lenient, false).state).toBe(byLenient);
    expect(verdictOf(end, strict, false).state).toBe(byStrict);
  });

  it('is none when it was ended because its study was stopped', () => {
    const end = { kind: 'terminated' as const, exitCode: 143, message: 'The study was stopped.' };
    expect(verdictOf(end, strict, true)).toEqual({ state: 'cancelled', message: 'The study was stopped.' });
    expect(verdictOf({ ...end, kind: 'exitCode' }, strict, true).state).toBe('infeasible');
  });
});
