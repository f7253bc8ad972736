import { localCaller, wirePorts } from '../local/wire.ts';
import { createClient, type Client } from '../shared/api/client.ts';
import { createRouter } from '../shared/http/router.ts';
import { unitAt } from '../shared/numerics/random.ts';
import { authenticate } from '../shared/service/keys/authenticate.ts';
import { openSqliteTable } from '../shared/store/sqlite-table.ts';
import { isWindow, meterTable, type Charge, type MeteredTable } from './metered-table.ts';
import { median } from './quantiles.ts';
import { conclude, isQuickRun } from './record.ts';
import { withDataFolder } from './server-process.ts';

/**
 * What each operation would cost on DynamoDB, counted at the table port in this process. Write units include those of
 * the
 * index; nothing here depends on how fast the machine is.
 */

/** The costs of the repetitions of one operation, and where the dearest one's came from. */
interface Cost {
  operation: string;
  writeUnits: number[];
  /** Reads besides the window query. */
  reads: number[];
  readUnits: number[];
  windows: number[];
  dearest: Charge[];
}

type StudySpec = Parameters<Client['createStudy']>[0]['body'];

interface Service {
  /** Sends a key with every POST, as clients do. */
  keyed: Client;
  bare: Client;
  /** With an API key, which has to be looked up. */
  authenticated: Client;
  table: MeteredTable;
}

const isQuick = isQuickRun();
const repetitions = isQuick ? 5 : 50;
const parameterCounts = [10, 100];
const seed = 20_260_104;
const parallel = 8;
const limits = { askWriteUnits: 8, askReads: 3, furtherTrialWriteUnits: 5, tellWriteUnits: 2 };
const worker = 'worker-1';

const costs = new Map<number, Cost[]>();
for (const parameterCount of parameterCounts) {
  const found = await withDataFolder((folder) => costsFor(folder, parameterCount));
  costs.set(parameterCount, found);
  for (const cost of found) {
    console.log(`\n${parameterCount} parameters, ${cost.operation}: ${Math.max(...cost.writeUnits)} write units`);
    for (const line of breakdown(cost.dearest)) console.log(`  ${line}`);
  }
}

const rows = [...costs].flatMap(([parameters, all]) =>
  all.map(({ operation, writeUnits, reads, readUnits, windows }) => ({
    operation,
    parameters,
    'write units p50': median(writeUnits),
    'write units max': Math.max(...writeUnits),
    'reads max': Math.max(...reads),
    'read units max': Math.max(...readUnits),
    'windows max': Math.max(...windows),
  })),
);
const askOfOne = dearest('ask of 1');
conclude('write-units', isQuick, rows, {
  settings: { repetitions, parameterCounts, parallel, seed, rules: 'bench/capacity-units.ts, bench/metered-table.ts' },
  verdicts: [
    { what: 'write units of an ask of 1', measured: askOfOne.writeUnits, max: limits.askWriteUnits },
    { what: 'reads of an ask of 1 besides the window', measured: askOfOne.reads, max: limits.askReads },
    {
      what: 'write units of each further trial of an ask of 8',
      measured: (dearest('ask of 8').writeUnits - askOfOne.writeUnits) / 7,
      max: limits.furtherTrialWriteUnits,
    },
    { what: 'write units of a tell', measured: dearest('tell').writeUnits, max: limits.tellWriteUnits },
  ],
  samples: {
    charges: Object.fromEntries(
      [...costs].map(([parameters, all]) => [
        `${parameters} parameters`,
        Object.fromEntries(all.map((cost) => [cost.operation, breakdown(cost.dearest)])),
      ]),
    ),
  },
});

/** The limits are for the smallest study. */
function dearest(operation: string): { writeUnits: number; reads: number } {
  const cost = costs.get(parameterCounts[0])!.find((one) => one.operation === operation)!;
  return { writeUnits: Math.max(...cost.writeUnits), reads: Math.max(...cost.reads) };
}

async function costsFor(folder: string, parameterCount: number): Promise<Cost[]> {
  const { keyed, bare, authenticated, table } = await openService(folder);
  const costs: Cost[] = [];
  /** @param after what makes the next repetition possible, not counted. */
  async function cost<T>(
    operation: string,
    act: (i: number) => Promise<T>,
    after?: (result: T) => Promise<unknown>,
  ): Promise<T[]> {
    const one: Cost = { operation, writeUnits: [], reads: [], readUnits: [], windows: [], dearest: [] };
    const results: T[] = [];
    for (let i = 0; i < repetitions; i++) {
      table.takeCharges();
      const result = await act(i);
      add(one, table.takeCharges());
      await after?.(result);
      results.push(result);
    }
    costs.push(one);
    return results;
  }

  const created = await cost('create study', (i) => keyed.createStudy({ body: specOf(`study-${i}`, parameterCount) }));
  const study = created[0].id;
  const ask = { study, body: { worker } };
  const asked = await cost('ask of 1', () => keyed.ask(ask));
  await cost('ask of 1, no idempotency key', () => bare.ask(ask));
  await cost('ask of 1, with API key', () => authenticated.ask(ask));
  await cost('ask of 8', () => keyed.ask({ study, body: { worker, count: 8 } }));

  const at = (i: number): { study: string; number: number } => ({ study, number: asked[i].trials[0].number });
  const report = (i: number, step: number): Parameters<Client['report']>[0] => ({
    ...at(i),
    body: { attempt: 1, step, values: valuesOf(i) },
  });
  await cost('heartbeat', (i) => keyed.report({ ...at(i), body: {} }));
  await cost('heartbeat, no idempotency key', (i) => bare.report({ ...at(i), body: {} }));
  await cost('report', (i) => keyed.report(report(i, 1)));
  await cost('report, no idempotency key', (i) => bare.report(report(i, 2)));
  await cost('tell', (i) => keyed.tell({ ...at(i), body: { attempt: 1, values: valuesOf(i) } }));

  const doomed = await cost('ask of 1, again', () => keyed.ask(ask));
  await cost('tell failed', (i) => {
    const body = { attempt: 1, state: 'failed', message: 'CUDA out of memory' } as const;
    return keyed.tell({ study, number: doomed[i].trials[0].number, body });
  });
  await cost('ask of 1, given again', () => keyed.ask(ask));
  await cost('enqueue of 10', (i) => keyed.enqueue({ study, body: { trials: enqueued(i, parameterCount) } }));

  const narrow = { ...specOf('narrow', parameterCount), budget: { trials: 10_000, parallel } };
  const { id } = await keyed.createStudy({ body: narrow });
  await cost(
    `ask of 1, parallel ${parallel}`,
    () => keyed.ask({ study: id, body: { worker } }),
    ({ trials: [{ number, attempt }] }) =>
      bare.tell({ study: id, number, body: { attempt, values: valuesOf(number) } }),
  );
  await table.close();
  return costs;
}

async function openService(folder: string): Promise<Service> {
  const table = meterTable(openSqliteTable(folder));
  const ports = wirePorts(table);
  const router = createRouter({
    ports,
    identify: async ({ headers }) => {
      const authorization = headers.get('authorization');
      return authorization === null ? localCaller : authenticate(ports, authorization);
    },
    version: '0',
    onFault: (error) => console.error(error),
  });
  const clientOf = (apiKey: string, change: (request: Request) => void = () => undefined): Client =>
    createClient('http://cavia.bench', {
      apiKey,
      retries: 0,
      fetch: async (url, init) => {
        const request = new Request(url, init);
        change(request);
        return router(request);
      },
    });
  const keyed = clientOf('');
  const { key } = await keyed.createApiKey({ body: { name: 'bench' } });
  const bare = clientOf('', ({ headers }) => headers.delete('idempotency-key'));
  return { keyed, bare, authenticated: clientOf(key!), table };
}

function add(cost: Cost, charges: Charge[]): void {
  const sum = (units: (charge: Charge) => number): number => charges.reduce((total, one) => total + units(one), 0);
  const writeUnits = sum((one) => one.writeUnits + one.indexUnits);
  const reads = charges.filter((one) => one.readUnits > 0);
  if (writeUnits > Math.max(...cost.writeUnits)) cost.dearest = charges;
  cost.writeUnits.push(writeUnits);
  cost.reads.push(reads.filter((one) => !isWindow(one)).length);
  cost.readUnits.push(sum((one) => one.readUnits));
  cost.windows.push(reads.filter(isWindow).length);
}

/** One line for all charges that are alike but for their size. */
function breakdown(charges: Charge[]): string[] {
  const groups = Map.groupBy(charges, (one) =>
    [one.operation, one.item, one.writeUnits, one.indexUnits, one.readUnits].join(','),
  );
  return [...groups.values()].map((alike) => {
    const [{ operation, item, writeUnits, indexUnits, readUnits }] = alike;
    const bytes = Math.max(...alike.map((one) => one.bytes));
    const units = readUnits > 0 ? `${readUnits} read` : `${writeUnits} write + ${indexUnits} index`;
    return `${alike.length} × ${operation} ${item}, ${bytes} B: ${units}`;
  });
}

function specOf(name: string, parameterCount: number): StudySpec {
  const parameter = { type: 'float', low: 0, high: 1 } as const;
  const space = Object.fromEntries(parameterNames(parameterCount).map((one) => [one, parameter]));
  return { name, space, objectives: [{ metric: 'loss', direction: 'minimize' }], budget: { trials: 10_000 }, seed };
}

function enqueued(i: number, parameterCount: number): { params: Record<string, number> }[] {
  return Array.from({ length: 10 }, (_, j) => ({
    params: Object.fromEntries(parameterNames(parameterCount).map((one, k) => [one, unitAt(seed, 1, i, j, k)])),
  }));
}

function valuesOf(i: number): { loss: number } {
  return { loss: unitAt(seed, 0, i, 0, 0) };
}

function parameterNames(parameterCount: number): string[] {
  return Array.from({ length: parameterCount }, (_, i) => `parameter_${i}`);
}
