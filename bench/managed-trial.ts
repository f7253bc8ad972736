import { localCaller, wirePorts } from '../local/wire.ts';
import { createClient, type Client } from '../shared/api/client.ts';
import { createRouter } from '../shared/http/router.ts';
import { openFolderObjects } from '../shared/jobs/folder-objects.ts';
import { openSqliteQueue } from '../shared/jobs/sqlite-queue.ts';
import { unitAt } from '../shared/numerics/random.ts';
import type { Job, JobOrder, JobRunner } from '../shared/service/ports/job-runner.ts';
import type { Ports } from '../shared/service/ports/ports.ts';
import type { StudyName } from '../shared/service/ports/training.ts';
import { handleMessage } from '../shared/service/training/handle-message.ts';
import { jobOfToken } from '../shared/service/training/job-token.ts';
import { overdueIn } from '../shared/service/training/overdue.ts';
import { settleJob } from '../shared/service/training/settle-job.ts';
import { sweepStudy } from '../shared/service/training/sweep-study.ts';
import { openSqliteTable } from '../shared/store/sqlite-table.ts';
import { meterTable, type MeteredTable } from './metered-table.ts';
import { median } from './quantiles.ts';
import { conclude, isQuickRun } from './record.ts';
import { withDataFolder } from './server-process.ts';

/**
 * What a managed trial costs on AWS besides its training, counted at the ports in this process: units of DynamoDB, and
 * calls of SQS, Batch and S3, for each event in its life. The jobs do nothing but call as jobs do.
 */

const isQuick = isQuickRun();
const trials = isQuick ? 10 : 100;
const parameterCount = 10;
const parallel = 8;
const reportsPerTrial = 10;
const seed = 20_260_104;
/** Of all that happens to a trial, but for its reports. */
const writeUnitsMax = 24;

const operations = ['start', 'report', 'tell', 'dispatch', 'end', 'sweep'] as const;
type Operation = (typeof operations)[number];
const services = ['SQS', 'Batch', 'S3', 'Logs'] as const;
type Calls = Record<(typeof services)[number], number>;

interface Cost {
  writeUnits: number;
  readUnits: number;
  calls: Calls;
}

const costs: Record<Operation, Cost[]> = { start: [], report: [], tell: [], dispatch: [], end: [], sweep: [] };
const calls: Calls = { SQS: 0, Batch: 0, S3: 0, Logs: 0 };

await withDataFolder(runStudy);

const rows = operations.map((operation) => {
  const all = costs[operation];
  const of = (amount: (cost: Cost) => number): number[] => all.map(amount);
  return {
    operation,
    counted: all.length,
    'write units p50': median(of(({ writeUnits }) => writeUnits)),
    'write units mean': mean(of(({ writeUnits }) => writeUnits)),
    'read units mean': mean(of(({ readUnits }) => readUnits)),
    ...Object.fromEntries(services.map((name) => [`${name} calls mean`, mean(of((cost) => cost.calls[name]))])),
  };
});
const ofTrial = ['start', 'tell', 'dispatch', 'end'] as const;
conclude('managed-trial', isQuick, rows, {
  settings: { trials, parallel, parameterCount, reportsPerTrial, seed, sampler: 'auto' },
  verdicts: [
    {
      what: 'write units of a managed trial, without its reports',
      measured: rows
        .filter(({ operation }) => ofTrial.includes(operation as (typeof ofTrial)[number]))
        .reduce((sum, row) => sum + row['write units mean'], 0),
      max: writeUnitsMax,
    },
  ],
  samples: {
    endWriteUnits: costs.end.map(({ writeUnits }) => writeUnits),
    sweepReadUnits: costs.sweep.map(({ readUnits }) => readUnits),
  },
});

function mean(numbers: number[]): number {
  return numbers.reduce((a, b) => a + b, 0) / numbers.length;
}

async function runStudy(folder: string): Promise<void> {
  const table = meterTable(openSqliteTable(folder));
  const ports = wirePorts(table);
  const { runner, submitted } = recordingRunner();
  const objects = openFolderObjects(folder);
  const queue = openSqliteQueue({ folder, visibilitySeconds: 60, receiveCountMax: 5, nowMs: Date.now });
  ports.training = {
    kind: 'batch',
    queue: { ...queue, send: (messages) => counting('SQS', Math.ceil(messages.length / 10), queue.send(messages)) },
    runner,
    objects: { ...objects, get: (key) => counting('S3', 1, objects.get(key)) },
    schedule: { start: async () => undefined, stop: async () => undefined },
    url: 'http://cavia.bench',
    jobDefinition: 'cavia',
    patience: { claimMs: 90_000, resendMs: 120_000, graceMs: 120_000, missingMs: 600_000 },
  };
  const client = clientOf(ports, '');
  const { tenant, id } = await createStudy(client);
  const handleAll = async (): Promise<void> => {
    for (const message of await queue.receive(10, 0)) {
      const isDispatch = message.body.includes('"dispatch"');
      const handled = (): Promise<void> => handleMessage(ports, message.body);
      await (isDispatch ? counted(table, 'dispatch', handled) : handled());
      await queue.acknowledge(message.handle);
    }
  };
  while ((await client.getStudy({ study: id })).state !== 'finished') {
    await handleAll();
    for (const job of submitted.splice(0)) {
      await train(table, ports, job);
      await counted(table, 'sweep', () => sweep(ports, { tenant, study: id }));
      await counted(table, 'end', () => settleJob(ports, endedJob(job)));
    }
  }
  await queue.close();
  await table.close();
}

/** As the function does it. */
async function sweep(ports: Ports, name: StudyName): Promise<void> {
  await sweepStudy(ports, name);
  await overdueIn(ports, name);
}

async function createStudy(client: Client): Promise<{ tenant: string; id: string }> {
  const parameter = { type: 'float', low: 0, high: 1 } as const;
  const names = Array.from({ length: parameterCount }, (_, i) => `parameter_${i}`);
  const { id } = await client.createStudy({
    body: {
      name: 'managed',
      space: Object.fromEntries(names.map((name) => [name, parameter])),
      objectives: [{ metric: 'loss', direction: 'minimize' }],
      budget: { trials, parallel },
      seed,
      training: { runner: 'batch', command: ['train'] },
    },
  });
  return { tenant: localCaller.tenant, id };
}

/** What the program of a job calls. */
async function train(table: MeteredTable, ports: Ports, { id, order }: Submitted): Promise<void> {
  const { CAVIA_STUDY: study, CAVIA_TRIAL: number, CAVIA_ATTEMPT, CAVIA_TOKEN } = order.environment;
  const client = clientOf(ports, CAVIA_TOKEN);
  const attempt = Number(CAVIA_ATTEMPT);
  const at = { study, number };
  await counted(table, 'start', () => client.startTrial({ ...at, body: { attempt, jobId: id } }));
  const loss = unitAt(seed, 0, Number(number), 0, 0);
  for (let step = 1; step <= reportsPerTrial; step++)
    await counted(table, 'report', () => client.report({ ...at, body: { attempt, step, values: { loss } } }));
  await counted(table, 'tell', () => client.tell({ ...at, body: { attempt, values: { loss } } }));
}

interface Submitted {
  id: string;
  order: JobOrder;
}

/** Takes jobs and runs none. */
function recordingRunner(): { runner: JobRunner; submitted: Submitted[] } {
  const submitted: Submitted[] = [];
  let count = 0;
  const runner: JobRunner = {
    submit: async (order) => {
      const id = `job-${count++}`;
      submitted.push({ id, order });
      return counting('Batch', 1, Promise.resolve({ id }));
    },
    findByName: () => counting('Batch', 2, Promise.resolve([])),
    describe: (ids) => counting('Batch', Math.ceil(ids.length / 100), Promise.resolve(described(ids))),
    terminate: () => counting('Batch', 1, Promise.resolve()),
    log: () => counting('Logs', 1, Promise.resolve(undefined)),
    lastLine: () => counting('Logs', 1, Promise.resolve(undefined)),
    forget: async () => undefined,
    close: async () => undefined,
  };
  return { runner, submitted };
}

function described(ids: readonly string[]): Map<string, Job> {
  return new Map(ids.map((id) => [id, { id, name: id, createdMs: 0, startedMs: 0, state: 'running' as const }]));
}

function endedJob({ id, order: { name } }: Submitted): Job {
  const end = { kind: 'succeeded' as const, exitCode: 0, message: '' };
  return { id, name, createdMs: 0, startedMs: 0, state: 'ended', end, endedMs: Date.now() };
}

function counting<T>(service: keyof Calls, count: number, result: Promise<T>): Promise<T> {
  calls[service] += count;
  return result;
}

async function counted(table: MeteredTable, operation: Operation, act: () => Promise<unknown>): Promise<void> {
  table.takeCharges();
  const before = { ...calls };
  await act();
  const charges = table.takeCharges();
  costs[operation].push({
    writeUnits: charges.reduce((sum, one) => sum + one.writeUnits + one.indexUnits, 0),
    readUnits: charges.reduce((sum, one) => sum + one.readUnits, 0),
    calls: Object.fromEntries(services.map((name) => [name, calls[name] - before[name]])) as unknown as Calls,
  });
}

function clientOf(ports: Ports, apiKey: string): Client {
  const router = createRouter({
    ports,
    identify: async ({ headers }) =>
      (await jobOfToken(ports, headers.get('authorization') ?? undefined)) ?? localCaller,
    version: '0',
    onFault: (error) => console.error(error),
  });
  return createClient('http://cavia.bench', {
    apiKey,
    retries: 0,
    fetch: async (url, init) => router(new Request(url, init)),
  });
}
