import type { Caller } from '../call.ts';
import { ServiceError } from '../errors.ts';
import type { Ports } from '../ports/ports.ts';
import type { StudyRecord } from '../ports/studies.ts';

const tokenPattern = /^Bearer +cavj_([0-9a-z]{26})_([0-9a-z]{26})_(\d{1,8})_(\d{1,6})_([0-9a-f]{64})$/;

/** What a job shows to speak for its trial and attempt, and for nothing else. */
export function jobToken(ports: Ports, study: StudyRecord, number: number, attempt: number): string {
  return ['cavj', study.tenant, study.id, number, attempt, macOf(ports, study, number, attempt)].join('_');
}

/** The job that sent a request; undefined when it does not show the token of one. */
export async function jobOfToken(ports: Ports, authorization: string | undefined): Promise<Caller | undefined> {
  const match = tokenPattern.exec(authorization ?? '');
  if (!match) return undefined;
  const [, tenant, id, ...rest] = match;
  const [number, attempt] = rest.map(Number);
  const study = await ports.studies.find(tenant, id);
  const isRight =
    study?.jobSecret !== undefined && ports.hashes.equal(macOf(ports, study, number, attempt), rest.at(-1)!);
  if (!isRight) throw new ServiceError('unauthenticated', "The job's token is not valid, or its study is gone.");
  const principal = `job-${id}-${number}-${attempt}`;
  return { tenant, principal, scopes: [], job: { study: id, number, attempt } };
}

function macOf(ports: Ports, { jobSecret }: StudyRecord, number: number, attempt: number): string {
  return ports.hashes.hmac(jobSecret!, `${number}.${attempt}`);
}
