import { setTimeout as pause } from 'node:timers/promises';
import { createClient, type Client } from '../shared/api/client.ts';
import type { Observations } from '../shared/numerics/kernels-plain.ts';
import { createKernels } from '../shared/numerics/kernels.ts';
import { unitAt } from '../shared/numerics/random.ts';
import { median, quantile, quantilesOf } from './quantiles.ts';
import { conclude, isQuickRun } from './record.ts';
import { startServerProcess, withDataFolder } from './server-process.ts';

/**
 * What an ask of a modelled study costs through HTTP on SQLite, what it costs others while it computes, and how long a
 * server that has just started needs to the first point of the model. The same is measured in a study without a model,
 * by turns, so that what the machine does meanwhile meets both alike. This process is the load, the server is another.
 * The limit of an ask is for a quiet machine: how much slower this one was is seen by a computation of known length.
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
/** Likelihood and gradient at n = 500, d = 10, as bench:kernels measured them while nothing else ran. */
const referenceQuietMs = 5.2;
const referenceRuns = 15;
const kinds = ['gp', 'quasiRandom'] as const;

type Kind = (typeof kinds)[number];

interface Load {
  askMs: number[];
  tellMs: number[];
  healthMs: number[];
}

let drawn = 0;

const kernels = createKernels();
const referenceMs: number[] = [];
const { solo, load } = await withDataFolder(async (folder) => {
  const server = await startServerProcess(folder);
  const client = createClient(server.url);
  const solo: Record<Kind, number[]> = { gp: [], quasiRandom: [] };
  const load: Record<Kind, Load[]> = { gp: [], quasiRandom: [] };
  for (let repetition = 0; repetition < repetitions; repetition++) {
    for (const kind of kinds) {
      const study = await filledStudy(client, `${kind}-${repetition}`, kind, historyLength);
      // The first ask reads the history and fits the model from nothing.
      await askAndTell(client, study);
      measureReference();
      for (let i = 0; i < soloPairs; i++) solo[kind].push((await askAndTell(client, study)).askMs);
      measureReference();
      load[kind].push(await measureLoad(client, await filledStudy(client, `${kind}-${repetition}-load`, kind, 500)));
      const { askMs, tellMs, healthMs } = load[kind].at(-1)!;
      console.log(
        `repetition ${repetition}, ${kind}: one client ask p99 ${shown(solo[kind])}; ${clients} clients ask p99 ${shown(askMs)}, tell p99 ${shown(tellMs)}, health p99 ${shown(healthMs)}`,
      );
    }
  }
  await server.kill();
  return { solo, load };
});
const cold = await withDataFolder(measureColdStarts);

const slowdown = Math.max(1, median(referenceMs) / referenceQuietMs);

const pooled = (kind: Kind, of: keyof Load): number[] => load[kind].flatMap((one) => one[of]);
const row = (what: string, gp: number[], quasiRandom: number[]): Record<string, string | number> => ({
  request: what,
  'p50 ms': median(gp),
  'p99 ms': quantile(gp, 0.99),
  'p99 ms without a model': quantile(quasiRandom, 0.99),
  'p99 ratio': quantile(gp, 0.99) / quantile(quasiRandom, 0.99),
});

conclude(
  'ask-latency',
  isQuick,
  [
    row(`ask at ${historyLength} trials, one client`, solo.gp, solo.quasiRandom),
    row(`ask, ${clients} clients`, pooled('gp', 'askMs'), pooled('quasiRandom', 'askMs')),
    row(`tell, ${clients} clients`, pooled('gp', 'tellMs'), pooled('quasiRandom', 'tellMs')),
    row(`health, ${clients} clients`, pooled('gp', 'healthMs'), pooled('quasiRandom', 'healthMs')),
    row(`process start to first ask at ${coldHistoryLength} trials`, cold.gp, cold.quasiRandom),
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
        what: `p99 ms of ask at ${historyLength} trials, one client, over how much slower than when quiet the machine was (${slowdown.toFixed(1)})`,
        measured: quantile(solo.gp, 0.99) / slowdown,
        max: limits.askMs,
      },
      {
        what: `p99 ms of tell while ${clients} clients ask`,
        measured: quantile(pooled('gp', 'tellMs'), 0.99),
        max: limits.tellMs,
      },
      {
        what: `p99 ms of health while ${clients} clients ask`,
        measured: quantile(pooled('gp', 'healthMs'), 0.99),
        max: limits.tellMs,
      },
    ],
    samples: {
      referenceMs: quantilesOf(referenceMs),
      ...Object.fromEntries(
        kinds.map((kind) => [
          kind,
          {
            soloAskMs: quantilesOf(solo[kind]),
            load: load[kind].map(({ askMs, tellMs, healthMs }) => ({
              askMs: quantilesOf(askMs),
              tellMs: quantilesOf(tellMs),
              healthMs: quantilesOf(healthMs),
            })),
            coldMs: cold[kind],
          },
        ]),
      ),
    },
  },
);

/** How long a computation takes whose length on the quiet machine is known. */
function measureReference(): void {
  const [n, d] = [500, dimensionCount];
  const x = Float64Array.from({ length: n * d }, (_, i) => unitAt(seed, 2, i, 0, 0));
  const y = Float64Array.from({ length: n }, (_, i) => unitAt(seed, 3, i, 0, 0) - 0.5);
  const observations: Observations = { n, d, x, y, isCategory: Array.from({ length: d }, () => false) };
  const theta = new Float64Array(d + 2);
  theta[d + 1] = -5;
  const gradient = new Float64Array(d + 2);
  for (let i = 0; i < referenceRuns; i++) {
    const startMs = performance.now();
    kernels.logLikelihood(observations, theta, gradient);
    referenceMs.push(performance.now() - startMs);
  }
}

/** All clients ask and tell without a pause, and one more asks after the server's health. */
async function measureLoad(client: Client, study: string): Promise<Load> {
  const one: Load = { askMs: [], tellMs: [], healthMs: [] };
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
      budget: { trials: 10_000 },
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
