import { parentPort, workerData } from 'node:worker_threads';
import { setImmediate as breathe } from 'node:timers/promises';
import type { AskResponse } from '../shared/api/messages.ts';
import { createRouter } from '../shared/http/router.ts';
import { againOnceDeleted } from '../shared/service/again-once-deleted.ts';
import { giveToJobs } from '../shared/service/trials/ask.ts';
import { refit } from '../shared/service/model/refit.ts';
import { joinSqliteTable } from '../shared/store/sqlite-table.ts';
import { startFits } from './fits.ts';
import { identifyCaller } from './identify.ts';
import type {
  FromModelThread,
  GiveMessage,
  ModelThreadSettings,
  RequestMessage,
  ToModelThread,
} from './model-messages.ts';
import { wirePorts } from './wire.ts';

/** The thread that serves the routes that use the model: the same router on a connection of its own. */

const { data, host, auth, version, turns } = workerData as ModelThreadSettings;
const port = parentPort!;
const table = joinSqliteTable(data, turns);
const fits = startFits(
  async (study) => {
    await breathe();
    return refit(ports, study, breathe);
  },
  (error) => onFault(error, 'refit'),
);
const ports = wirePorts(table, undefined, fits.want);
const router = createRouter({ ports, identify: identifyCaller(ports, { auth, host }), version, onFault });

/**
 * One request after the other: all of them compute, so that none is done sooner for being begun sooner, and who asks
 * while another one's point is not written yet has to work that one out as well.
 */
let answered = Promise.resolve();

port.on('message', (message: ToModelThread) => {
  switch (message.kind) {
    case 'request':
      answered = answered.then(() => answer(message.request));
      return undefined;
    case 'give':
      answered = answered.then(() => give(message));
      return undefined;
    case 'results':
      return fits.want(message);
    case 'stop':
      return void stop();
  }
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

async function give(message: GiveMessage): Promise<void> {
  const { id } = message;
  try {
    const given = await againOnceDeleted(() => givenFor(message));
    const bytes = new TextEncoder().encode(JSON.stringify(given));
    send({ kind: 'response', response: { id, status: 200, headers: [], body: bytes } }, [bytes.buffer]);
  } catch (error) {
    onFault(error, 'give');
    send({ kind: 'response', response: { id, status: 503, headers: [], body: null } });
  }
}

/** A study that has been closed or deleted since gets nothing. */
async function givenFor({ tenant, study: name, slots }: GiveMessage): Promise<AskResponse> {
  const study = await ports.studies.find(tenant, name);
  return study?.state === 'active' ? giveToJobs(ports, study, slots) : { trials: [], granted: 0 };
}

async function stop(): Promise<void> {
  port.close();
  await fits.stop();
  await table.close();
}

function onFault(error: unknown, requestId: string): void {
  const { name, message, stack } = error as Error;
  send({ kind: 'fault', name, message, stack, requestId });
}

function send(message: FromModelThread, moved: ArrayBuffer[] = []): void {
  port.postMessage(message, moved);
}
