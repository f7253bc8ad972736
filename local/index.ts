import { createRouter } from '../shared/http/router.ts';
import { authenticate } from '../shared/service/authenticate.ts';
import type { Caller } from '../shared/service/call.ts';
import { ServiceError } from '../shared/service/errors.ts';
import type { Ports } from '../shared/service/ports.ts';
import { jobOfToken } from '../shared/service/training/job-token.ts';
import { openSqliteTable } from '../shared/store/sqlite-table.ts';
import packageJson from '../package.json' with { type: 'json' };
import { startServer, type RunningServer } from './server.ts';
import { openLocalTraining } from './training.ts';
import { localCaller, wirePorts } from './wire.ts';

export interface LocalSettings {
  /** The folder that holds the data; made when it is missing. */
  data: string;
  host?: string;
  /** 0 for any free one. */
  port?: number;
  /** Whether every request needs an API key. */
  auth?: boolean;
  onFault?: (error: unknown, requestId: string) => void;
}

export interface LocalCavia {
  url: string;
  ports: Ports;
  close(): Promise<void>;
}

/** Thrown for settings that must not be served; the message is one sentence. */
export class SettingsRefused extends Error {
  override readonly name = 'SettingsRefused';
}

const purgeEveryMs = 3_600_000;

/** Starts the whole service in this process, on SQLite in a folder. */
export async function openLocal(settings: LocalSettings): Promise<LocalCavia> {
  const { data, host = '127.0.0.1', port = 0, auth = false, onFault = () => undefined } = settings;
  if (!auth && !isLoopback(host)) {
    throw new SettingsRefused(
      `Serving on ${host} without --auth would let anybody on the network in: add --auth, or leave out --host.`,
    );
  }
  const table = openSqliteTable(data);
  const ports = wirePorts(table);
  const purge = (): unknown => table.purgeExpired(Math.floor(ports.clock.nowMs() / 1000));
  purge();
  const timer = setInterval(purge, purgeEveryMs);
  timer.unref();
  const identify = auth ? byKey(ports) : byHost(ports, host);
  let server: RunningServer | undefined;
  // Whoever may start a training may run any program, so that is for this machine alone.
  const training = isLoopback(host) ? openLocalTraining({ data, ports, url: () => server!.url, onFault }) : undefined;
  ports.training = training?.port;
  try {
    server = await startServer(createRouter({ ports, identify, version: packageJson.version, onFault }), host, port);
    await training?.resume();
    return {
      url: server.url,
      ports,
      close: async () => {
        clearInterval(timer);
        await server!.stop();
        await training?.close();
        await table.close();
      },
    };
  } catch (error) {
    clearInterval(timer);
    await server?.stop();
    await training?.close();
    await table.close();
    throw error;
  }
}

function byKey(ports: Ports): (request: Request) => Promise<Caller> {
  return (request) => authenticate(ports, request.headers.get('authorization') ?? undefined);
}

/**
 * Without keys, only programs on this machine may call. A web page could make its visitor's browser call too: under a
 * name of its own that leads here, which such a request says in Host, or with a bare POST, which says the page in
 * Origin.
 */
function byHost(ports: Ports, host: string): (request: Request) => Promise<Caller> {
  return async (request) => {
    requireLocal(request, host);
    return (await jobOfToken(ports, request.headers.get('authorization') ?? undefined)) ?? localCaller;
  };
}

function requireLocal(request: Request, host: string): void {
  const named = (request.headers.get('host') ?? '').replace(/:\d+$/, '').toLowerCase();
  if (named !== host && !loopbackNames.has(named)) {
    throw new ServiceError(
      'forbidden',
      `Host must be ${host} or localhost; got ${JSON.stringify(named.slice(0, 100))}.`,
      {
        hint: 'Start the server with --auth to reach it under another name.',
      },
    );
  }
  const origin = request.headers.get('origin');
  if (origin !== null && !loopbackNames.has(/^https?:\/\/(.*?)(?::\d+)?$/.exec(origin)?.[1] ?? '')) {
    throw new ServiceError(
      'forbidden',
      `Origin must be on this machine; got ${JSON.stringify(origin.slice(0, 100))}.`,
      {
        hint: 'Start the server with --auth to call it from a web page.',
      },
    );
  }
}

const loopbackNames = new Set(['localhost', '127.0.0.1', '[::1]']);

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}
