import { describe, expect, it } from 'vitest';
import { jobName, jobNamePrefix, subjectOfJob } from '../../shared/domain/job-name.ts';

const subject = { tenant: '01jz0000000000000000000000', study: '01jz9zzzzzzzzzzzzzzzzzzzzz', trial: 12, attempt: 3 };
const name = 'cavia-01jz0000000000000000000000-01jz9zzzzzzzzzzzzzzzzzzzzz-12-3';

describe('the name of a job', () => {
  it('is made of its trial and attempt', () => {
    expect(jobName(subject)).toBe(name);
  });

  it('says what the job is for', () => {
    expect(subjectOfJob(name)).toEqual(subject);
  });

  it('begins as those of its study do, and no others', () => {
    const prefix = 'cavia-01jz0000000000000000000000-01jz9zzzzzzzzzzzzzzzzzzzzz-';
    expect(jobNamePrefix(subject)).toBe(prefix);
    expect(jobName({ ...subject, trial: 0 }).startsWith(prefix)).toBe(true);
    expect(jobName({ ...subject, study: '01jz9zzzzzzzzzzzzzzzzzzzzy' }).startsWith(prefix)).toBe(false);
  });

  it('fits AWS Batch with the largest numbers', () => {
    const longest = jobName({ ...subject, trial: 999_999_999, attempt: 999_999_999 });
    expect(longest).toMatch(/^[a-z0-9][a-z0-9_-]{0,127}$/);
    expect(subjectOfJob(longest)).toMatchObject({ trial: 999_999_999, attempt: 999_999_999 });
  });

  it.each(['', 'other', name.toUpperCase(), `${name}-1`, `x${name}`, name.replace('-12-', '--'), `${name}\n`])(
    'is not ours when it is %j',
    (other) => {
      expect(subjectOfJob(other)).toBeUndefined();
    },
  );
});
