import { JobsUnavailable } from '../../../shared/service/ports/job-errors.ts';
import type { Ports } from '../../../shared/service/ports/ports.ts';
import type { TrainingPort } from '../../../shared/service/ports/training.ts';
import { portsOnTable } from '../../../shared/store/ports-on-table.ts';
import { TableUnavailable, type Key, type Table, type TransactWrite } from '../../../shared/store/table.ts';
import type { EngineRequest, Process } from '../process.ts';
import type { World } from '../world.ts';

/** As in the deployment: a claim for 90 s, messages again after two minutes, as much grace. */
export const patience = { claimMs: 90_000, resendMs: 120_000, graceMs: 120_000, missingMs: 600_000 };

/** What the use cases get in a process: the product's own store on engines behind a network. */
export function portsOf(world: World, process: Process): Ports {
  const ports = portsOnTable(tableOver(world, process), process.nowMs);
  ports.identifiers = {
    ulid: () => `01${world.dice.letters(24)}`,
    secret: () => world.dice.letters(43),
  };
  ports.training = trainingOver(world, process);
  return ports;
}

function tableOver({ table, faults }: World, process: Process): Table {
  const send = <T>(label: string, effect: () => T, isContended = false): Promise<T> =>
    process.send({
      label,
      effect,
      isContended,
      resendMax: faults.resendMax,
      unavailable: (why) => new TableUnavailable(why),
    });
  return {
    get: (key) => send(`get ${shown(key)}`, () => table.get(key)),
    put: (key, attributes, condition = { kind: 'always' }) =>
      send(`put ${shown(key)}`, () => table.write({ kind: 'put', key, attributes, condition }), true),
    update: (key, changes, condition) =>
      send(`update ${shown(key)}`, () => table.write({ kind: 'update', key, changes, condition }), true),
    delete: (key) => send(`delete ${shown(key)}`, () => table.delete(key)),
    transact: (writes) =>
      send(
        `transact ${writes.map(shownWrite).join(' ')}`,
        once(() => table.transact(writes)),
        true,
      ),
    query: (query) => send(`query ${query.by} ${query.from ?? ''}…${query.to ?? ''}`, () => table.query(query)),
    close: async () => undefined,
  };
}

/** Transactions carry a token: one that has been done is not done again when it is sent again. */
function once<T extends { ok: boolean }>(transact: () => T): () => T {
  let done: T | undefined;
  return () => {
    if (!done?.ok) done = transact();
    return done;
  };
}

function trainingOver({ queue, objects, batch, schedule, faults }: World, process: Process): TrainingPort {
  const send = <T>(label: string, effect: () => T, more: Partial<EngineRequest<T>> = {}): Promise<T> =>
    process.send({
      label,
      effect,
      resendMax: faults.resendMax,
      unavailable: (why) => new JobsUnavailable(why),
      ...more,
    });
  const unused = (): never => {
    throw new Error('the service does not do that');
  };
  return {
    kind: 'batch',
    jobDefinition: 'cavia-gpu',
    url: 'http://cavia.test',
    patience,
    queue: {
      send: (messages) => send(`send ${messages.map(({ body }) => body).join(' ')}`, () => queue.send(messages)),
      receive: unused,
      acknowledge: unused,
      changeVisibility: unused,
      counts: unused,
      redrive: unused,
      close: unused,
    },
    runner: {
      // Sent once, whatever happens.
      submit: (order) =>
        send(`submit ${order.name.slice(-8)}`, () => ({ id: batch.submit(order) }), {
          resendMax: 0,
          lostReply: faults.lostSubmission,
        }),
      findByName: (name) => send(`list ${name.slice(-8)}`, () => batch.findByName(name)),
      describe: (ids) => send(`describe ${ids.join(' ')}`, () => batch.describe(ids)),
      terminate: (id, reason) => send(`terminate ${id} (${reason})`, () => batch.terminate(id)),
      log: (id) => send(`log ${id}`, () => batch.lines(id).join('\n')),
      lastLine: (id) => send(`last line ${id}`, () => batch.lines(id).at(-1)),
      close: unused,
    },
    objects: {
      put: (key, body) => send(`put object ${key}`, () => objects.put(key, body)),
      get: (key) => send(`get object ${key}`, () => objects.get(key)),
      head: (key) => send(`head object ${key}`, () => objects.head(key)),
      prepare: async () => undefined,
      uri: objects.uri,
      close: unused,
    },
    schedule: {
      start: (name) => send('start sweeps', () => schedule.start(name)),
      stop: (name) => send('stop sweeps', () => schedule.stop(name)),
    },
  };
}

function shown({ pk, sk }: Key): string {
  const [kind] = /#[GMPIJ]#?/.exec(pk.slice(60)) ?? [''];
  return `${kind}${sk}`;
}

function shownWrite({ kind, key }: TransactWrite): string {
  return `${kind}:${shown(key)}`;
}
