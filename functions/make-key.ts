import middy from '@middy/core';
import * as z from 'zod';
import { CreateApiKeyRequest, type CreatedApiKey } from '../shared/api/messages.ts';
import { parseOrRefuse } from '../shared/http/sentences.ts';
import { firstTenant } from '../shared/service/call.ts';
import { createApiKey } from '../shared/service/keys/create-api-key.ts';
import { wirePorts } from './wire.ts';

/**
 * Makes an API key for who may invoke this function, which IAM decides: the first one, and those of further tenants. It
 * is behind no route.
 */

const ports = wirePorts();

const Payload = z.strictObject({
  ...CreateApiKeyRequest.shape,
  tenant: z
    .string()
    .regex(/^[0-9a-hjkmnp-tv-z]{26}$/)
    .default(firstTenant),
});

export const handler = middy<object | null, CreatedApiKey>().handler(async (event) => {
  const given = { name: 'first', scopes: ['read', 'write', 'admin'], ...event };
  const { tenant, ...body } = parseOrRefuse(Payload, given, () => 'value_invalid');
  const { body: key } = await createApiKey(ports, {
    caller: { tenant, principal: 'operator', scopes: ['admin'] },
    operation: 'createApiKey',
    path: {},
    query: {},
    body,
    idempotencyKey: undefined,
  });
  return key;
});
