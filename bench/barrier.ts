import { createClient, type Client } from '../shared/api/client.ts';
import { paramsKey } from '../shared/domain/params.ts';
import type { Trial } from '../shared/domain/trial.ts';
import { allTrials, audit } from '../test/audit.ts';
import { quantile, quantilesOf } from './quantiles.ts';
import { conclude, isQuickRun } from './record.ts';
import { startServerProcess, withDataFolder } from './server-process.ts';

/**
 * Many workers that ask at the same moment, round after round: nothing is given twice, nothing is lost, the budget is
 * exact; on a grid every cell is given exactly once.
 */

type StudySpec = Parameters<Client['createStudy']>[0]['body'];

interface Crowd {
  askMs: number[];
  /** How long each round of asks took, from the first request to the last answer. */
  roundMs: number[];
  given: Trial[];
  faults: string[];
}

const isQuick = isQuickRun();
const workers = isQuick ? 20 : 100;
const rounds = isQuick ? 10 : 100;
const seed = 20_260_101;
const objectives: StudySpec['objectives'] = [{ metric: 'loss', direction: 'minimize' }];
const budget = { trials: workers * rounds };
const mixed: StudySpec = {
  name: 'mixed',
  space: {
    learningRate: { type: 'float', low: 1e-5, high: 0.1, scale: 'log' },
    momentum: { type: 'float', low: 0, high: 1 },
    layers: { type: 'int', low: 1, high: 8 },
    optimizer: { type: 'categorical', choices: ['sgd', 'adam', 'rmsprop'] },
  },
  objectives,
  sampler: { kind: 'quasiRandom' },
  budget,
  seed,
};
const studies: Record<string, StudySpec> = {
  // A process that has just started, with connections yet to be made.
  'mixed, cold': { ...mixed, name: 'cold' },
  mixed,
  // 10,000 of 40,000 configurations: the guards have work to do.
  discrete: {
    name: 'discrete',
    space: { x: { type: 'int', low: 1, high: 2 * workers }, y: { type: 'int', low: 1, high: 2 * rounds } },
    objectives,
    sampler: { kind: 'random' },
    budget,
    seed,
  },
  grid: {
    name: 'grid',
    space: { x: { type: 'int', low: 1, high: workers }, y: { type: 'int', low: 1, high: rounds } },
    objectives,
    sampler: { kind: 'grid' },
    budget,
    seed,
  },
};

let refusedCount = 0;
const crowds = await withDataFolder(async (folder) => {
  const server = await startServerProcess(folder);
  const client = createClient(server.url, { fetch: countingFetch });
  const done: [string, Crowd][] = [];
  for (const [name, spec] of Object.entries(studies)) done.push([name, await crowdOn(client, spec)]);
  await server.kill();
  return done;
});

const faults = crowds.flatMap(([name, crowd]) => crowd.faults.map((fault) => `${name}: ${fault}`));
for (const fault of faults) console.log(fault);
const rows = crowds.map(([study, { askMs, roundMs, given }]) => ({
  study,
  trials: given.length,
  'asks/s': (1000 * askMs.length) / roundMs.reduce((a, b) => a + b, 0),
  'ask p50 ms': quantile(askMs, 0.5),
  'ask p99 ms': quantile(askMs, 0.99),
  'round p50 ms': quantile(roundMs, 0.5),
  'round max ms': quantile(roundMs, 1),
}));
conclude('barrier', isQuick, rows, {
  settings: { workers, rounds, seed, store: 'SQLite', studies },
  verdicts: [{ what: 'violations', measured: faults.length, max: 0 }],
  samples: {
    faults,
    refusedCount,
    byStudy: Object.fromEntries(
      crowds.map(([name, { askMs, roundMs }]) => [name, { askMs: quantilesOf(askMs), roundMs }]),
    ),
  },
});

async function crowdOn(client: Client, spec: StudySpec): Promise<Crowd> {
  const { id: study } = await client.createStudy({ body: spec });
  const crowd: Crowd = { askMs: [], roundMs: [], given: [], faults: [] };
  for (let round = 1; round <= rounds; round++) {
    const startMs = performance.now();
    const answers = await Promise.all(Array.from({ length: workers }, (_, i) => askOnce(client, study, i, crowd)));
    crowd.roundMs.push(performance.now() - startMs);
    const trials = answers.flat();
    if (trials.length !== workers) crowd.faults.push(`round ${round} gave ${trials.length} trials to ${workers} asks`);
    crowd.given.push(...trials);
    await Promise.all(trials.map((trial) => tellOnce(client, study, trial)));
    if (round % Math.ceil(rounds / 5) === 0) console.log(`${spec.name}: ${crowd.given.length} trials`);
  }
  crowd.faults.push(...(await faultsOf(client, study, spec, crowd.given)));
  return crowd;
}

async function askOnce(client: Client, study: string, worker: number, { askMs }: Crowd): Promise<Trial[]> {
  const startMs = performance.now();
  const { trials } = await client.ask({ study, body: { worker: `worker-${worker}` } });
  askMs.push(performance.now() - startMs);
  return trials;
}

async function tellOnce(client: Client, study: string, { number, attempt }: Trial): Promise<void> {
  await client.tell({ study, number, body: { attempt, values: { loss: number } } });
}

async function faultsOf(client: Client, study: string, spec: StudySpec, given: Trial[]): Promise<string[]> {
  const faults: string[] = [];
  const expect = (what: string, found: unknown, expected: unknown): void => {
    if (found !== expected) faults.push(`${what} is ${String(found)}, expected ${String(expected)}`);
  };
  const count = workers * rounds;
  expect('different numbers given', new Set(given.map(({ number }) => number)).size, count);
  expect('different params given', new Set(given.map(({ params }) => paramsKey(params))).size, count);
  const last = await client.ask({ study, body: {} });
  expect('the reason after the last trial', last.reason, 'finished');
  const { progress, state } = await client.getStudy({ study });
  expect('state', state, 'finished');
  expect(
    'progress',
    JSON.stringify(progress),
    JSON.stringify({ given: count, left: 0, waiting: 0, running: 0, ended: count }),
  );
  const stored = await allTrials(client, study);
  const paramsOf = new Map(stored.map(({ number, params }) => [number, paramsKey(params)]));
  expect('stored trials', stored.length, count);
  expect('trials with a result', stored.filter(({ number, values }) => values?.loss === number).length, count);
  expect(
    'stored as given',
    given.filter(({ number, params }) => paramsOf.get(number) === paramsKey(params)).length,
    count,
  );
  if (spec.sampler?.kind === 'grid') {
    const cells = new Set(stored.map(({ params: { x, y } }) => (Number(x) - 1) * rounds + Number(y) - 1));
    expect('different cells', cells.size, count);
    expect('cells of the grid', [...cells].filter((cell) => cell >= 0 && cell < count).length, count);
  }
  return [...faults, ...(await audit(client, study))];
}

async function countingFetch(url: URL, init: RequestInit): Promise<Response> {
  const response = await fetch(url, init);
  if (!response.ok) refusedCount++;
  return response;
}
