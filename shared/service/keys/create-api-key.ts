import type { CreateApiKeyRequest, CreatedApiKey } from '../../api/messages.ts';
import { millisecondsOf } from '../../domain/time.ts';
import type { Call, Reply } from '../call.ts';
import { findReplay, keyedRequest, receiptOf, replayOfRival } from '../idempotency.ts';
import type { Ports } from '../ports/ports.ts';
import { apiKeyView } from '../views.ts';

/** Makes an API key. Its secret is shown once and never stored: a repeated request gets everything but the key. */
export async function createApiKey(ports: Ports, call: Call<CreateApiKeyRequest>): Promise<Reply<CreatedApiKey>> {
  const keyed = keyedRequest(ports, call);
  const replay = await findReplay<CreatedApiKey>(ports, call, keyed);
  if (replay) return replay;
  const { name, scopes, expires } = call.body;
  const secret = ports.identifiers.secret();
  const salt = ports.identifiers.secret();
  const record = {
    id: ports.identifiers.ulid(),
    tenant: call.caller.tenant,
    name,
    scopes: [...new Set(scopes)],
    salt,
    secretHash: ports.hashes.hmac(salt, secret),
    createdMs: ports.clock.nowMs(),
    expiresMs: expires === undefined ? undefined : millisecondsOf(expires),
    revokedMs: undefined,
  };
  const view = apiKeyView(record);
  const outcome = await ports.apiKeys.create(record, receiptOf(keyed, 201, { ...view, key: null }));
  if (outcome === 'answered') return replayOfRival(ports, call, keyed!);
  return { status: 201, body: { ...view, key: `cav_${record.id}_${secret}` } };
}
