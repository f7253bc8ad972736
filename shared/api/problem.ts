import * as z from 'zod';
import { Trial } from '../domain/trial.ts';

/** RFC 9457 problem documents and the closed list of their codes. */

export const statusOf = {
  body_malformed: 400,
  unauthenticated: 401,
  forbidden: 403,
  route_not_found: 404,
  study_not_found: 404,
  trial_not_found: 404,
  key_not_found: 404,
  method_not_allowed: 405,
  study_exists: 409,
  study_closed: 409,
  trial_finished: 409,
  result_conflict: 409,
  lease_superseded: 409,
  space_conflict: 409,
  too_large: 413,
  media_type_unsupported: 415,
  space_invalid: 422,
  value_invalid: 422,
  param_unknown: 422,
  idempotency_mismatch: 422,
  rate_limited: 429,
  internal: 500,
  unavailable: 503,
} as const;

export type ProblemCode = keyof typeof statusOf;

const titles: Record<ProblemCode, string> = {
  body_malformed: 'The request is not well-formed',
  unauthenticated: 'A valid API key is needed',
  forbidden: 'The request is not allowed',
  route_not_found: 'There is no such route',
  study_not_found: 'There is no such study',
  trial_not_found: 'There is no such trial',
  key_not_found: 'There is no such API key',
  method_not_allowed: 'The route does not have this method',
  study_exists: 'A different study has this name',
  study_closed: 'The study does not take this any more',
  trial_finished: 'The trial has ended',
  result_conflict: 'The trial has another result',
  lease_superseded: 'The trial was given to another worker',
  space_conflict: 'The space can only be widened',
  too_large: 'The request is too large',
  media_type_unsupported: 'The body must be JSON',
  space_invalid: 'The search space is not valid',
  value_invalid: 'A value is not valid',
  param_unknown: 'A field or parameter is not known',
  idempotency_mismatch: 'The idempotency key was used for another request',
  rate_limited: 'Too many requests',
  internal: 'Something went wrong in Cavia',
  unavailable: 'Cavia cannot answer at the moment',
};

export const Problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.enum(Object.keys(statusOf) as [ProblemCode, ...ProblemCode[]]),
    param: z.string().optional(),
    hint: z.string().optional(),
    requestId: z.string(),
    errors: z.array(z.strictObject({ param: z.string(), detail: z.string() })).optional(),
    trial: Trial.optional().meta({ description: 'The trial as it is, where it stands in the way.' }),
    allowed: z.array(z.string()).optional().meta({ description: 'The methods that the route has.' }),
  })
  .meta({ id: 'Problem' });
export type Problem = z.infer<typeof Problem>;

/** The problem document of a refusal. @param more fields beyond the standard ones, such as the stored result. */
export function problemOf(
  code: ProblemCode,
  detail: string,
  requestId: string,
  more: Record<string, unknown> = {},
): Problem {
  return {
    type: `urn:cavia:problem:${code}`,
    title: titles[code],
    status: statusOf[code],
    detail,
    code,
    ...more,
    requestId,
  };
}
