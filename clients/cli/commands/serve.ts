import { command } from '../command.ts';
import { misused } from '../refusal.ts';

const portMax = 65_535;

export const serve = command({
  name: 'serve',
  summary: 'Run the service on this machine, with its data in a folder.',
  operands: [],
  options: {
    port: {
      type: 'string',
      short: 'p',
      value: 'N',
      about: 'the port to listen on, 8787 when left out; 0 takes any free one',
    },
    host: { type: 'string', value: 'H', about: 'the address to listen on; anything but this machine needs --auth' },
    data: { type: 'string', value: 'DIR', about: 'the folder that holds the studies; ./.cavia when left out' },
    auth: { type: 'boolean', about: 'every request needs an API key' },
    'make-key': { type: 'string', value: 'NAME', about: 'make an API key with all scopes in the folder, and end' },
  },
  notes: ['--make-key is for the first key, while the server is stopped; others are made by cavia key create.'],
  examples: ['cavia serve', 'cavia serve --port 9000 --data /srv/cavia', 'CAVIA_KEY=$(cavia serve --make-key first)'],
  run: async ({
    options: { port = '8787', host = '127.0.0.1', data = './.cavia', auth = false, 'make-key': keyName },
  }) => {
    if (!/^\d+$/.test(port) || Number(port) > portMax)
      throw misused(`--port must be a whole number from 0 to ${portMax}; got ${port || 'nothing'}.`);
    // The service itself, and nothing else in the command line, is loaded from `local`.
    if (keyName !== undefined) {
      const { makeKey } = await import('../../../local/make-key.ts');
      return makeKey(data, keyName);
    }
    const { serveUntilStopped } = await import('../../../local/serve-until-stopped.ts');
    return serveUntilStopped(
      { port: Number(port), host, data, auth },
      {
        makeKey: `cavia serve --make-key first --data ${data}`,
        tryIt: (url) => {
          const elsewhere = url === 'http://127.0.0.1:8787' ? '' : ` --url ${url}`;
          return `cavia study create first 'lr=log(1e-5, 1e-1)' --minimize loss${elsewhere}`;
        },
      },
    );
  },
});
