/** The closed list of refusals: what a client can tell apart. The HTTP status of each is in `api/problem`. */
export type RefusalCode =
  | 'body_malformed'
  | 'unauthenticated'
  | 'forbidden'
  | 'route_not_found'
  | 'study_not_found'
  | 'trial_not_found'
  | 'key_not_found'
  | 'method_not_allowed'
  | 'study_exists'
  | 'study_closed'
  | 'trial_finished'
  | 'result_conflict'
  | 'lease_superseded'
  | 'space_conflict'
  | 'too_large'
  | 'media_type_unsupported'
  | 'space_invalid'
  | 'value_invalid'
  | 'param_unknown'
  | 'idempotency_mismatch'
  | 'rate_limited'
  | 'internal'
  | 'unavailable';

/** One wrong field of a refused request. */
export interface FieldError {
  /** Where it is, as the client would write it: `space.width.low`. */
  param: string;
  detail: string;
}

export interface RefusalDetails {
  /** The field that is wrong. */
  param?: string;
  /** What to do about it. */
  hint?: string;
  errors?: FieldError[];
  /** Anything more for the client, such as the stored result of a conflict. */
  extra?: Record<string, unknown>;
  /** When trying again makes sense. */
  retryAfterSeconds?: number;
}

/**
 * A request that cannot be done, and why, in one sentence. Thrown by use cases; the router makes a problem document of
 * it.
 */
export class ServiceError extends Error {
  override readonly name = 'ServiceError';
  readonly code: RefusalCode;
  readonly details: RefusalDetails;

  constructor(code: RefusalCode, message: string, details: RefusalDetails = {}) {
    super(message);
    this.code = code;
    this.details = details;
  }
}
