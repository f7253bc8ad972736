import type { Client } from '../api.ts';
import { command } from '../command.ts';
import { tableText } from '../table-text.ts';

type ApiKey = Awaited<ReturnType<Client['revokeApiKey']>>;

export const keyList = command({
  name: 'key list',
  summary: 'List the API keys, the oldest first.',
  operands: [],
  options: {},
  examples: ['cavia key list'],
  run: async ({ cavia, out }) => {
    const client = await cavia.client();
    const keys: ApiKey[] = [];
    let after: string | undefined;
    do {
      const page = await client.listApiKeys({ query: { after } });
      keys.push(...page.data);
      after = page.nextCursor ?? undefined;
    } while (after !== undefined);
    if (out.isJson) return out.printJson(keys);
    if (keys.length === 0) return out.say('There are no API keys.');
    const rows = keys.map(({ id, name, scopes, created, expires, revoked }) => [
      id,
      name,
      scopes.join(','),
      created,
      revoked === null ? (expires ?? '') : 'revoked',
    ]);
    out.print(tableText([['ID', 'NAME', 'SCOPES', 'CREATED', 'ENDS'], ...rows]));
  },
});
