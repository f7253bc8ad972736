/** Which attempt of which trial a job is for. */
export interface JobSubject {
  /** Lower-case ULIDs. */
  tenant: string;
  study: string;
  trial: number;
  attempt: number;
}

const prefix = 'cavia';
const pattern = /^cavia-([0-9a-z]{26})-([0-9a-z]{26})-(\d{1,9})-(\d{1,9})$/;

/**
 * The name of the job for an attempt: always the same one, so that a lost reply to its submission can be made up for by
 * looking. At most 80 characters, all in lower case: AWS Batch takes 128, and does not tell cases apart.
 */
export function jobName({ tenant, study, trial, attempt }: JobSubject): string {
  return [prefix, tenant, study, trial, attempt].join('-');
}

/** What the names of a study's jobs begin with, and no others. */
export function jobNamePrefix({ tenant, study }: Pick<JobSubject, 'tenant' | 'study'>): string {
  return `${[prefix, tenant, study].join('-')}-`;
}

/** What a job of this name is for; undefined for a job that is not ours. */
export function subjectOfJob(name: string): JobSubject | undefined {
  const [, tenant, study, trial, attempt] = pattern.exec(name) ?? [];
  return tenant === undefined ? undefined : { tenant, study, trial: Number(trial), attempt: Number(attempt) };
}
