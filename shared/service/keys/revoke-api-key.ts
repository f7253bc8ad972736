import type { ApiKey } from '../../api/messages.ts';
import type { Call, Reply } from '../call.ts';
import { ServiceError } from '../errors.ts';
import { shown } from '../fields.ts';
import type { Ports } from '../ports/ports.ts';
import { apiKeyView } from '../views.ts';

/** Revokes an API key at once; revoking it again changes nothing. */
export async function revokeApiKey(ports: Ports, { caller, path }: Call): Promise<Reply<ApiKey>> {
  const revoked = await ports.apiKeys.revoke(caller.tenant, path.key, ports.clock.nowMs());
  if (!revoked)
    throw new ServiceError('key_not_found', `There is no API key ${shown(path.key)}.`, {
      hint: 'GET /v1/keys lists them.',
    });
  return { status: 200, body: apiKeyView(revoked) };
}
