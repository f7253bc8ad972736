import { once } from 'node:events';
import { openLocal, type LocalCavia } from './index.ts';
import { localTenant } from './wire.ts';

export interface ServeSettings {
  port: number;
  host: string;
  data: string;
  auth: boolean;
}

/** What a person is told to type: it depends on how the server was started. */
export interface ServeWords {
  /** How to make the first API key. */
  makeKey: string;
  /** A first request to the server at a URL. */
  tryIt(url: string): string;
}

/** Serves until a signal. Ends the process with one sentence when that cannot be. */
export async function serveUntilStopped(settings: ServeSettings, words: ServeWords): Promise<void> {
  const cavia = await start(settings);
  console.log(`Cavia is at ${cavia.url}, with its data in ${settings.data}. Stop it with Ctrl-C.`);
  if (settings.auth && (await hasNoKey(cavia)))
    console.log(`There is no API key yet: stop the server and make one with ${words.makeKey}\n`);
  console.log(`Try it:\n\n  ${words.tryIt(cavia.url)}\n`);
  const signal = await Promise.race(
    (['SIGINT', 'SIGTERM'] as const).map((name) => once(process, name).then(() => name)),
  );
  console.log(`${signal}: letting the requests in flight end.`);
  await cavia.close();
  process.exit(0);
}

async function start({ port, host, data, auth }: ServeSettings): Promise<LocalCavia> {
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

async function hasNoKey({ ports }: LocalCavia): Promise<boolean> {
  const { apiKeys } = await ports.apiKeys.list(localTenant, undefined, 1);
  return apiKeys.length === 0;
}

function logFault(error: unknown, requestId: string): void {
  console.error(`${requestId}: ${(error as Error).stack ?? String(error)}`);
}

function refuse(message: string): never {
  console.error(message);
  process.exit(1);
}
