import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { callerOf, contextOf } from '../../functions/caller-of.ts';
import type { Caller } from '../../shared/service/call.ts';

describe('a caller', () => {
  it.each<Caller>([
    { tenant: 't', principal: 'p', scopes: [] },
    { tenant: 't', principal: 'p', scopes: ['read', 'write', 'admin'] },
    { tenant: 't', principal: 'job', scopes: ['write'], job: { study: 's', number: 0, attempt: 2 } },
  ])('is the same after the way from the authorizer to a function: %j', (caller) => {
    const lambda = contextOf(caller);
    expect(Object.values(lambda).every((value) => typeof value === 'string')).toBe(true);
    const event = { requestContext: { authorizer: { lambda } } } as unknown as APIGatewayProxyEventV2;
    expect(callerOf(event)).toEqual(caller);
  });
});
