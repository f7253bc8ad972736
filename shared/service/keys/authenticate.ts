import type { Caller } from '../call.ts';
import { ServiceError } from '../errors.ts';
import type { Ports } from '../ports/ports.ts';
import { jobOfToken } from '../training/job-token.ts';

const bearerPattern = /^Bearer +cav_([0-9a-hjkmnp-tv-z]{26})_([A-Za-z0-9_-]{43})$/i;

/**
 * Whose request it is, by its Authorization header. All refusals are worded alike: which part was wrong is nobody's
 * business.
 */
export async function authenticate(ports: Ports, authorization: string | undefined): Promise<Caller> {
  const job = await jobOfToken(ports, authorization);
  if (job) return job;
  const match = authorization === undefined ? null : bearerPattern.exec(authorization);
  if (!match) {
    throw new ServiceError('unauthenticated', 'Authorization must be "Bearer cav_…" with an API key.', {
      hint: 'An admin makes a key with POST /v1/keys. The first one is made by npm run key or cavia serve --make-key where the server is, and on AWS by the function make-key.',
    });
  }
  const [, keyId, secret] = match;
  const key = await ports.apiKeys.find(keyId.toLowerCase());
  const isRight = key !== undefined && ports.hashes.equal(ports.hashes.hmac(key.salt, secret), key.secretHash);
  const isOver = key?.revokedMs !== undefined || (key?.expiresMs !== undefined && key.expiresMs <= ports.clock.nowMs());
  if (!isRight || isOver) {
    throw new ServiceError('unauthenticated', 'The API key is unknown, expired or revoked.', {
      hint: 'An admin makes a new one with POST /v1/keys.',
    });
  }
  return { tenant: key.tenant, principal: key.id, scopes: key.scopes };
}
