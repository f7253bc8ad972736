import { command } from '../command.ts';
import { misused } from '../refusal.ts';

const scopes = ['read', 'write', 'admin'] as const;

export const keyCreate = command({
  name: 'key create',
  summary: 'Make an API key; it is shown once, alone on standard output.',
  operands: [{ name: 'NAME', about: 'whose or what for' }],
  options: {
    scopes: { type: 'string', value: 'LIST', about: 'of read, write, admin; read,write when left out' },
    expires: { type: 'string', value: 'TIME', about: 'when it ends, like 2027-01-31T00:00:00Z' },
  },
  notes: ['The first key is made by cavia serve --make-key NAME, while the server is stopped.'],
  examples: ['CAVIA_KEY=$(cavia key create laptop)', 'cavia key create ci --scopes read'],
  run: async ({ operands: [name], options, cavia, out }) => {
    const wanted = (options.scopes ?? 'read,write').split(',').map((scope) => scope.trim());
    const wrong = wanted.find((scope) => !scopes.includes(scope as 'read'));
    if (wrong !== undefined) throw misused(`--scopes must be of ${scopes.join(', ')}; got "${wrong}".`);
    const client = await cavia.client();
    const key = await client.createApiKey({
      body: {
        name,
        scopes: wanted as (typeof scopes)[number][],
        ...(options.expires !== undefined && { expires: options.expires }),
      },
    });
    if (out.isJson) out.printJson(key);
    else out.print(key.key ?? '');
    out.say(`Key ${key.id} (${key.scopes.join(', ')}) is shown once and cannot be read again.`);
    out.next('export CAVIA_KEY=KEY');
  },
});
