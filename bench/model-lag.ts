import { setTimeout as pause } from 'node:timers/promises';
import { openLocal } from '../local/index.ts';
import { localTenant } from '../local/wire.ts';
import { createClient, type Client } from '../shared/api/client.ts';
import { unitAt } from '../shared/numerics/random.ts';
import type { Ports } from '../shared/service/ports/ports.ts';
import { quantile } from './quantiles.ts';
import { conclude, isQuickRun } from './record.ts';
import { withDataFolder } from './server-process.ts';

/**
 * How long after a result the stored model knows it, when the last result of a study ends it: then the model covers
 * all. And how many fits a burst of a hundred results costs. Asks need neither: they read what the model does not
 * cover.
 */

const isQuick = isQuickRun();
const studies = isQuick ? 5 : 50;
const resultCount = 60;
const burst = 100;
const bursts = isQuick ? 1 : 5;
const fitsMax = 5;
const pollMs = 2;
const quietMs = 2_000;
const timeoutMs = 30_000;
const askCountMax = 32;
const seed = 20_260_109;

const lagMs: number[] = [];
const fits: number[] = [];
await withDataFolder(async (data) => {
  const cavia = await openLocal({ data });
  const client = createClient(cavia.url);
  try {
    for (let i = 0; i < studies; i++) {
      lagMs.push(await lagOf(client, cavia.ports, `lag-${i}`));
      process.stderr.write(`study ${i + 1} of ${studies}: ${lagMs.at(-1)!.toFixed(0)} ms\n`);
    }
    for (let i = 0; i < bursts; i++) fits.push(await fitsOf(client, cavia.ports, `burst-${i}`));
  } finally {
    await cavia.close();
  }
});

const rows = [
  {
    studies,
    'results each': resultCount,
    'result to covering model p50 ms': quantile(lagMs, 0.5),
    'p99 ms': quantile(lagMs, 0.99),
    bursts,
    'fits of a burst at most': Math.max(...fits),
  },
];
conclude('model-lag', isQuick, rows, {
  settings: { studies, resultCount, bursts, burst, seed, store: 'SQLite' },
  verdicts: [{ what: `fits of ${burst} results at once`, measured: Math.max(...fits), max: fitsMax }],
  samples: { lagMs, fits },
});

/** Tells the last result of a study. @returns ms from its answer until the stored model covers every result. */
async function lagOf(client: Client, ports: Ports, name: string): Promise<number> {
  await createStudy(client, name, resultCount);
  await runTrials(client, name, resultCount);
  const toldMs = performance.now();
  while (performance.now() - toldMs < timeoutMs) {
    if ((await storedModel(ports, name))?.covers === resultCount) return performance.now() - toldMs;
    await pause(pollMs);
  }
  throw new Error(`The model of ${name} does not cover its results after ${timeoutMs / 1000} s.`);
}

/** Tells many results at the same time. @returns how many models were stored until there was no new one. */
async function fitsOf(client: Client, ports: Ports, name: string): Promise<number> {
  await createStudy(client, name, 10 * burst);
  const trials = [];
  while (trials.length < burst) {
    const count = Math.min(askCountMax, burst - trials.length);
    trials.push(...(await client.ask({ study: name, body: { count } })).trials);
  }
  const versions = new Set<number>();
  const told = Promise.all(trials.map(({ number, attempt }) => tell(client, name, number, attempt)));
  for (let sinceMs = performance.now(); performance.now() - sinceMs < quietMs; await pause(pollMs)) {
    const known = versions.size;
    versions.add(await modelVersion(ports, name));
    if (versions.size > known) sinceMs = performance.now();
  }
  await told;
  versions.delete(0);
  return versions.size;
}

async function createStudy(client: Client, name: string, trials: number): Promise<void> {
  const space = Object.fromEntries(
    Array.from({ length: 5 }, (_, i) => [`x${i}`, { type: 'float' as const, low: 0, high: 1 }]),
  );
  const objectives = [{ metric: 'loss', direction: 'minimize' as const }];
  await client.createStudy({ body: { name, space, objectives, budget: { trials }, seed } });
}

async function runTrials(client: Client, name: string, count: number): Promise<void> {
  for (let done = 0; done < count;) {
    const { trials } = await client.ask({ study: name, body: { count: Math.min(askCountMax, count - done) } });
    for (const { number, attempt } of trials) await tell(client, name, number, attempt);
    done += trials.length;
  }
}

async function tell(client: Client, study: string, number: number, attempt: number): Promise<void> {
  await client.tell({ study, number, body: { attempt, values: { loss: unitAt(seed, 0, number, 0, 0) } } });
}

async function storedModel(ports: Ports, name: string): ReturnType<Ports['models']['head']> {
  const study = (await ports.studies.find(localTenant, name))!;
  return ports.models.head(study, await modelVersion(ports, name));
}

async function modelVersion(ports: Ports, name: string): Promise<number> {
  return (await ports.studies.counter((await ports.studies.find(localTenant, name))!)).modelVersion;
}
