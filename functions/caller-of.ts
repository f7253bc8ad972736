import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { firstTenant, type Caller } from '../shared/service/call.ts';
import { ServiceError } from '../shared/service/errors.ts';
import type { Scope } from '../shared/service/ports/api-keys.ts';

/** What the authorizer found out, as it travels to the functions with the event: flat, and texts only. */
export type AuthorizerContext =
  | { tenant: string; principal: string; scopes: string; job?: string }
  | { tenant?: undefined; refusal: string; hint: string };

export function contextOf({ tenant, principal, scopes, job }: Caller): AuthorizerContext {
  return { tenant, principal, scopes: scopes.join(' '), ...(job && { job: JSON.stringify(job) }) };
}

/** Who sent the request that an event tells of; only API Gateway can write there. An event without anybody is refused. */
export function callerOf(event: APIGatewayProxyEventV2): Caller {
  const { authorizer } = event.requestContext as { authorizer?: Authorizer };
  if (authorizer?.iam) {
    return { tenant: firstTenant, principal: authorizer.iam.userArn, scopes: ['read', 'write', 'admin'] };
  }
  const found = authorizer?.lambda;
  if (found?.tenant !== undefined) {
    const { tenant, principal, scopes, job } = found;
    const caller = { tenant, principal, scopes: scopes.split(' ').filter(Boolean) as Scope[] };
    // A caller that lost its job on the way could do what its tenant can.
    return job === undefined ? caller : { ...caller, job: JSON.parse(job) as NonNullable<Caller['job']> };
  }
  throw new ServiceError('unauthenticated', found?.refusal ?? 'The request must have a credential.', {
    ...(found && { hint: found.hint }),
  });
}

interface Authorizer {
  /** Null where the authorizer gave no context. */
  lambda?: AuthorizerContext | null;
  iam?: { userArn: string };
}
