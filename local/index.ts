import { createRouter } from '../shared/http/router.ts';
import type { Ports } from '../shared/service/ports/ports.ts';
import { openSqliteTable } from '../shared/store/sqlite-table.ts';
import packageJson from '../package.json' with { type: 'json' };
import { identifyCaller } from './identify.ts';
import { startModelThread } from './model-thread.ts';
import { startServer, type RunningServer } from './server.ts';
import { openLocalTraining } from './training.ts';
import { wirePorts } from './wire.ts';

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

/**
 * Starts the whole service in this process, on SQLite in a folder. What uses the model is served by another thread, so
 * that nobody else waits while it computes.
 */
export async function openLocal(settings: LocalSettings): Promise<LocalCavia> {
  const { data, host = '127.0.0.1', port = 0, auth = false, onFault = () => undefined } = settings;
  if (!auth && !isLoopback(host)) {
    throw new SettingsRefused(
      `Serving on ${host} without --auth would let anybody on the network in: add --auth, or leave out --host.`,
    );
  }
  const { version } = packageJson;
  const table = openSqliteTable(data);
  const modelThread = startModelThread({ data, host, auth, version, turns: table.turns }, onFault);
  const ports = wirePorts(table, undefined, modelThread.noteResults);
  const purge = (): unknown => table.purgeExpired(Math.floor(ports.clock.nowMs() / 1000)).catch(() => undefined);
  await purge();
  const timer = setInterval(purge, purgeEveryMs);
  timer.unref();
  const identify = identifyCaller(ports, { auth, host });
  const router = createRouter({ ports, identify, version, serveModel: modelThread.serve, onFault });
  let server: RunningServer | undefined;
  // Whoever may start a training may run any program, so that is for this machine alone.
  const training = isLoopback(host)
    ? openLocalTraining({ data, ports, url: () => server!.url, giveTrials: modelThread.giveTrials, onFault })
    : undefined;
  ports.training = training?.port;
  const close = async (): Promise<void> => {
    clearInterval(timer);
    await server?.stop();
    await training?.close();
    await modelThread.stop();
    await table.close();
  };
  try {
    server = await startServer(router, host, port);
    await training?.resume();
    return { url: server.url, ports, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}
