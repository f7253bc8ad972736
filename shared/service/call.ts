import type { Scope } from './ports/api-keys.ts';

/** Whose everything is where there is nobody else: on a laptop, and where IAM says who may call. */
export const firstTenant = '00000000000000000000000000';

/** Who is calling; the tenant comes from the credential alone. */
export interface Caller {
  tenant: string;
  /** The API key's id, `local`, or for a job its name. */
  principal: string;
  scopes: readonly Scope[];
  /** For the token of a job: the one thing that it may speak for. */
  job?: { study: string; number: number; attempt: number };
}

/** One request below the router: everything in it has been parsed. */
export interface Call<Body = undefined, Query = unknown> {
  caller: Caller;
  operation: string;
  path: Record<string, string>;
  query: Query;
  body: Body;
  idempotencyKey: string | undefined;
}

export interface Reply<T> {
  status: number;
  body: T;
  /** The answer is that of an earlier request with the same idempotency key. */
  isReplay?: boolean;
}
