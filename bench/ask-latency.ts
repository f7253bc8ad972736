import { setTimeout as pause } from 'node:timers/promises';
import { createClient, type Client } from '../shared/api/client.ts';
import { unitAt } from '../shared/numerics/random.ts';
import { median, quantile, quantilesOf } from './quantiles.ts';
import { conclude, isQuickRun } from './record.ts';
import { startServerProcess, withDataFolder } from './server-process.ts';

/**
 * What an ask of a modelled study costs through HTTP on SQLite, what it costs others while it computes, and how long a
 * server that has just started needs to the first point of the model. The same is measured in a study without a model,
 * by turns, so that what the machine does meanwhile meets both alike. This process is the load, the server is another.
 * The limits are for a quiet machine, to which the quietest repetition comes nearest.
 */

const isQuick = isQuickRun();
const repetitions = isQuick ? 1 : 5;
const historyLength = 500;
const coldHistoryLength = 100;
const dimensionCount = 10;
const clients = 8;
const soloPairs = isQuick ? 20 : 60;
const loadSeconds = isQuick ? 3 : 10;
const coldStarts = isQuick ? 2 : 9;
const healthPauseMs = 5;
const attachCount = 100;
const seed = 20_260_106;
const limits = { askMs: 150, tellMs: 50 };
const worker = 'worker-1';
const kinds = ['gp', 'quasiRandom'] as const;

type Kind = (typeof kinds)[number];

interface Load {
  soloAskMs: number[];
  askMs: number[];
  tellMs: number[];
  healthMs: number[];
}

let drawn = 0;

const load = await withDataFolder(async (folder) => {
  const server = await startServerProcess(folder);
  const client = createClient(server.url);
  const load: Record<Kind, Load[]> = { gp: [], quasiRandom: [] };
  for (let repetition = 0; repetition < repetitions; repetition++) {
    for (const kind of kinds) {
      const study = await filledStudy(client, `${kind}-${repetition}`, kind, historyLength);
      // The first ask reads the history and fits the model from nothing.
      await askAndTell(client, study);
      const soloAskMs: number[] = [];
      for (let i = 0; i < soloPairs; i++) soloAskMs.push((await askAndTell(client, study)).askMs);
      const crowded = await filledStudy(client, `${kind}-${repetition}-load`, kind, historyLength);
      const one = { soloAskMs, ...(await measureLoad(client, crowded)) };
      load[kind].push(one);
      console.log(
        `repetition ${repetition}, ${kind}: one client ask p99 ${shown(soloAskMs)}; ${clients} clients ask p99 ${shown(one.askMs)}, tell p99 ${shown(one.tellMs)}, health p99 ${shown(one.healthMs)}`,
      );
    }
  }
  await server.kill();
  return load;
});
const cold = await withDataFolder(measureColdStarts);

/** A quantile of each repetition, and of these the median: one that met another program says little. */
const typical = (kind: Kind, of: keyof Load, q: number): number =>
  median(load[kind].map((one) => quantile(one[of], q)));
const quietest = (of: keyof Load): number => Math.min(...load.gp.map((one) => quantile(one[of], 0.99)));
const row = (request: string, of: keyof Load): Record<string, string | number> => ({
  request,
  'p50 ms': typical('gp', of, 0.5),
  'p99 ms': typical('gp', of, 0.99),
  'p99 ms without a model': typical('quasiRandom', of, 0.99),
  'p99 ratio': typical('gp', of, 0.99) / typical('quasiRandom', of, 0.99),
});

conclude(
  'ask-latency',
  isQuick,
  [
    row(`ask at ${historyLength} trials, one client`, 'soloAskMs'),
    row(`ask, ${clients} clients`, 'askMs'),
    row(`tell, ${clients} clients`, 'tellMs'),
    row(`health, ${clients} clients`, 'healthMs'),
    {
      request: `process start to first ask at ${coldHistoryLength} trials`,
      'p50 ms': median(cold.gp),
      'p99 ms': quantile(cold.gp, 0.99),
      'p99 ms without a model': quantile(cold.quasiRandom, 0.99),
      'p99 ratio': quantile(cold.gp, 0.99) / quantile(cold.quasiRandom, 0.99),
    },
  ],
  {
    settings: {
      repetitions,
      historyLength,
      coldHistoryLength,
      dimensionCount,
      clients,
      soloPairs,
      loadSeconds,
      coldStarts,
      seed,
      store: 'SQLite',
    },
    verdicts: [
      {
        what: `p99 ms of ask at ${historyLength} trials, one client, in the quietest of ${repetitions} repetitions`,
        measured: quietest('soloAskMs'),
        max: limits.askMs,
      },
      {
        what: `p99 ms of tell while ${clients} clients ask, likewise`,
        measured: quietest('tellMs'),
        max: limits.tellMs,
      },
      {
        what: `p99 ms of health while ${clients} clients ask, likewise`,
        measured: quietest('healthMs'),
        max: limits.tellMs,
      },
    ],
    samples: Object.fromEntries(
      kinds.map((kind) => [
        kind,
        {
          load: load[kind].map(({ soloAskMs, askMs, tellMs, healthMs }) => ({
            soloAskMs: quantilesOf(soloAskMs),
            askMs: quantilesOf(askMs),
            tellMs: quantilesOf(tellMs),
            healthMs: quantilesOf(healthMs),
          })),
          coldMs: cold[kind],
        },
      ]),
    ),
  },
);

/** All clients ask and tell without a pause, and one more asks after the server's health. */
async function measureLoad(client: Client, study: string): Promise<Omit<Load, 'soloAskMs'>> {
  const one: Omit<Load, 'soloAskMs'> = { askMs: [], tellMs: [], healthMs: [] };
  const endMs = performance.now() + loadSeconds * 1000;
  const work = async (): Promise<void> => {
    while (performance.now() < endMs) {
      const { askMs, tellMs } = await askAndTell(client, study);
      one.askMs.push(askMs);
      one.tellMs.push(tellMs);
    }
  };
  const look = async (): Promise<void> => {
    while (performance.now() < endMs) {
      const startMs = performance.now();
      await client.health();
      one.healthMs.push(performance.now() - startMs);
      await pause(healthPauseMs);
    }
  };
  await Promise.all([look(), ...Array.from({ length: clients }, work)]);
  return one;
}

/** From the start of a process to the first answered ask, with and without a model by turns. */
async function measureColdStarts(folder: string): Promise<Record<Kind, number[]>> {
  let server = await startServerProcess(folder);
  for (const kind of kinds) await filledStudy(createClient(server.url), kind, kind, coldHistoryLength);
  const found: Record<Kind, number[]> = { gp: [], quasiRandom: [] };
  for (let i = 0; i < coldStarts; i++) {
    for (const kind of kinds) {
      await server.kill();
      server = await startServerProcess(folder);
      const client = createClient(server.url);
      const { trials } = await client.ask({ study: kind, body: { worker } });
      found[kind].push(performance.now() - server.spawnedAtMs);
      if (trials[0].suggestion!.sampler !== kind) throw new Error(`the point was not one of ${kind}`);
      await client.cancel({ study: kind, number: trials[0].number, body: {} });
    }
  }
  await server.kill();
  return found;
}

async function askAndTell(client: Client, study: string): Promise<{ askMs: number; tellMs: number }> {
  const startMs = performance.now();
  const { trials } = await client.ask({ study, body: { worker } });
  const askedMs = performance.now();
  const [{ number, attempt, params }] = trials;
  await client.tell({ study, number, body: { attempt, values: { loss: lossOf(params) } } });
  return { askMs: askedMs - startMs, tellMs: performance.now() - askedMs };
}

async function filledStudy(client: Client, name: string, kind: Kind, history: number): Promise<string> {
  const names = Array.from({ length: dimensionCount }, (_, i) => `parameter_${i}`);
  const { id: study } = await client.createStudy({
    body: {
      name,
      space: Object.fromEntries(names.map((one) => [one, { type: 'float', low: 0, high: 1 } as const])),
      objectives: [{ metric: 'loss', direction: 'minimize' }],
      sampler: { kind },
      budget: { trials: 9_000 },
      seed,
    },
  });
  for (let left = history; left > 0; left -= attachCount) {
    const trials = Array.from({ length: Math.min(left, attachCount) }, () => {
      const params = Object.fromEntries(names.map((one) => [one, unitAt(seed, 0, drawn++, 0, 0)]));
      return { params, values: { loss: lossOf(params) } };
    });
    await client.enqueue({ study, body: { trials } });
  }
  return study;
}

/** A bowl with a little noise. */
function lossOf(params: Record<string, unknown>): number {
  const bowl = Object.values(params).reduce((sum: number, x) => sum + ((x as number) - 0.4) ** 2, 0);
  return bowl + 0.01 * unitAt(seed, 1, drawn++, 0, 0);
}

function shown(samples: readonly number[]): string {
  return `${quantile(samples, 0.99).toFixed(1)} ms`;
}
