import { parseArgs } from 'node:util';
import { openLocal, type LocalCavia } from './index.ts';
import { localTenant } from './wire.ts';

const usage = `Usage: npm start -- [--port 8787] [--host 127.0.0.1] [--data ./.cavia] [--auth]

  --port N    the port to listen on; 0 takes any free one
  --host H    the address to listen on; anything but this machine needs --auth
  --data DIR  the folder that holds the studies
  --auth      every request needs an API key; make the first one with: npm run key`;

const { port, host, data, auth } = readArguments();
const cavia = await start();
console.log(`Cavia is at ${cavia.url}, with its data in ${data}. Stop it with Ctrl-C.`);
console.log(await firstSteps(cavia));
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void stop(signal));

function readArguments(): { port: number; host: string; data: string; auth: boolean } {
  try {
    const { values } = parseArgs({
      options: {
        port: { type: 'string', default: '8787' },
        host: { type: 'string', default: '127.0.0.1' },
        data: { type: 'string', default: './.cavia' },
        auth: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    if (values.help) {
      console.log(usage);
      process.exit(0);
    }
    const port = Number(values.port);
    if (!/^\d+$/.test(values.port) || port > 65_535) {
      throw new Error(`--port must be a whole number from 0 to 65535; got ${values.port || 'nothing'}.`);
    }
    return { port, host: values.host, data: values.data, auth: values.auth };
  } catch (error) {
    return refuse(`${(error as Error).message}\n\n${usage}`, 2);
  }
}

async function start(): Promise<LocalCavia> {
  try {
    return await openLocal({ data, host, port, auth, onFault: logFault });
  } catch (error) {
    const { code, name, message } = error as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE')
      return refuse(`Port ${port} is in use: stop what runs there, or give another with --port.`);
    if (code === 'EACCES') return refuse(`Port ${port} may not be used by this user: give one above 1023 with --port.`);
    if (code === 'ENOTFOUND' || code === 'EADDRNOTAVAIL')
      return refuse(`This machine does not have the address ${host}: leave out --host, or give another.`);
    if (name === 'DataFolderRefused' || name === 'SettingsRefused') return refuse(message);
    throw error;
  }
}

async function firstSteps({ url, ports }: LocalCavia): Promise<string> {
  const study = `{"name":"first","space":{"learningRate":{"type":"float","low":1e-5,"high":0.1,"scale":"log"}},"objectives":[{"metric":"loss","direction":"minimize"}]}`;
  if (!auth) return `Try it:\n\n  curl -sS ${url}/v1/studies -H 'Content-Type: application/json' -d '${study}'\n`;
  const { apiKeys } = await ports.apiKeys.list(localTenant, undefined, 1);
  const first =
    apiKeys.length === 0
      ? `There is no API key yet: stop the server and make one with npm run key -- --data ${data}\n\n`
      : '';
  return `${first}Try it:\n\n  curl -sS ${url}/v1/studies -H "Authorization: Bearer $CAVIA_KEY" -H 'Content-Type: application/json' -d '${study}'\n`;
}

function logFault(error: unknown, requestId: string): void {
  console.error(`${requestId}: ${(error as Error).stack ?? String(error)}`);
}

async function stop(signal: 'SIGINT' | 'SIGTERM'): Promise<void> {
  console.log(`${signal}: letting the requests in flight end.`);
  await cavia.close();
  process.exit(0);
}

function refuse(message: string, code = 1): never {
  console.error(message);
  process.exit(code);
}
