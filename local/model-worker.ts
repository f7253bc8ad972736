import { parentPort, workerData } from 'node:worker_threads';
import { createRouter } from '../shared/http/router.ts';
import { joinSqliteTable } from '../shared/store/sqlite-table.ts';
import { identifyCaller } from './identify.ts';
import type { FromModelThread, ModelThreadSettings, RequestMessage, ToModelThread } from './model-messages.ts';
import { wirePorts } from './wire.ts';

/** The thread that serves the routes that use the model: the same router on a connection of its own. */

const { data, host, auth, version } = workerData as ModelThreadSettings;
const port = parentPort!;
const table = joinSqliteTable(data);
const ports = wirePorts(table);
const router = createRouter({ ports, identify: identifyCaller(ports, { auth, host }), version, onFault });

port.on('message', (message: ToModelThread) => {
  if (message.kind === 'request') void answer(message.request);
  else void stop();
});
send({ kind: 'ready' });

async function answer({ id, method, url, headers, body }: RequestMessage): Promise<void> {
  const response = await router(new Request(url, { method, headers, body }));
  const bytes = response.body && new Uint8Array(await response.arrayBuffer());
  send(
    { kind: 'response', response: { id, status: response.status, headers: [...response.headers], body: bytes } },
    bytes ? [bytes.buffer] : [],
  );
}

async function stop(): Promise<void> {
  port.close();
  await table.close();
}

function onFault(error: unknown, requestId: string): void {
  const { name, message, stack } = error as Error;
  send({ kind: 'fault', name, message, stack, requestId });
}

function send(message: FromModelThread, moved: ArrayBuffer[] = []): void {
  port.postMessage(message, moved);
}
