import { command } from '../command.ts';
import { confirm } from '../confirm.ts';

export const keyRevoke = command({
  name: 'key revoke',
  summary: 'Revoke an API key at once.',
  operands: [{ name: 'ID', about: 'of the key, as cavia key list shows it' }],
  options: { yes: { type: 'boolean', short: 'y', about: 'do not ask' } },
  examples: ['cavia key revoke 01KAX…'],
  run: async ({ operands: [id], options, cavia, out }) => {
    const client = await cavia.client();
    await confirm(`Revoke key ${id}? Whoever uses it is let in no more.`, options.yes);
    const key = await client.revokeApiKey({ key: id });
    if (out.isJson) out.printJson(key);
    out.say(`Revoked ${key.name} (${key.id}).`);
    out.next('cavia key list');
  },
});
