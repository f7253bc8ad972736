import type { ApiKeyPage, PageQuery } from '../../api/messages.ts';
import type { Call, Reply } from '../call.ts';
import { requireCursor } from '../studies/list-studies.ts';
import type { Ports } from '../ports/ports.ts';
import { apiKeyView } from '../views.ts';

/** The tenant's API keys, revoked ones too, the oldest first. */
export async function listApiKeys(
  ports: Ports,
  { caller, query }: Call<undefined, PageQuery>,
): Promise<Reply<ApiKeyPage>> {
  requireCursor(query.after);
  const { apiKeys, next } = await ports.apiKeys.list(caller.tenant, query.after, query.limit);
  return { status: 200, body: { data: apiKeys.map(apiKeyView), nextCursor: next ?? null } };
}
