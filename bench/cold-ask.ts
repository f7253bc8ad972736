import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as breathe } from 'node:timers/promises';
import { localCaller, wirePorts } from '../local/wire.ts';
import { createClient } from '../shared/api/client.ts';
import { createRouter } from '../shared/http/router.ts';
import { unitAt } from '../shared/numerics/random.ts';
import { chooserFor } from '../shared/service/trials/choose.ts';
import type { Ports } from '../shared/service/ports/ports.ts';
import type { StudyRecord } from '../shared/service/ports/studies.ts';
import { refit } from '../shared/service/model/refit.ts';
import { openSqliteTable } from '../shared/store/sqlite-table.ts';
import { meterTable } from './metered-table.ts';
import { median } from './quantiles.ts';
import { conclude, isQuickRun } from './record.ts';
import { startServerProcess, withDataFolder } from './server-process.ts';

/**
 * What the first ask of a process that has just started costs, in studies with a long history: with the stored model,
 * and when that is gone. The starts alternate, so that what the machine does meanwhile meets both alike.
 */

const isQuick = isQuickRun();
const historyLengths = isQuick ? [200, 1000] : [1000, 9900];
const starts = isQuick ? 3 : 9;
const dimensionCount = 10;
const attachCount = 100;
const seed = 20_260_107;
const ratioMax = 0.75;
const name = 'study';
const objectives = [{ metric: 'loss', direction: 'minimize' as const }];
const kinds = ['stored', 'gone'] as const;

type Kind = (typeof kinds)[number];

interface Measured {
  historyLength: number;
  askMs: Record<Kind, number[]>;
  startMs: Record<Kind, number[]>;
  readUnits: Record<Kind, number>;
}

const measured: Measured[] = [];
for (const historyLength of historyLengths) measured.push(await withDataFolder((root) => measure(root, historyLength)));

conclude(
  'cold-ask',
  isQuick,
  measured.flatMap(({ historyLength, askMs, startMs, readUnits }) =>
    kinds.map((kind) => ({
      'first ask': `${historyLength} trials, model ${kind}`,
      'ask p50 ms': median(askMs[kind]),
      'process start to answer p50 ms': median(startMs[kind]),
      'read units': readUnits[kind],
      'ask ratio': median(askMs[kind]) / median(askMs.gone),
    })),
  ),
  {
    settings: { historyLengths, starts, dimensionCount, seed, store: 'SQLite' },
    verdicts: measured.slice(-1).map(({ historyLength, askMs }) => ({
      what: `first ask at ${historyLength} trials with the stored model over that without, medians`,
      measured: median(askMs.stored) / median(askMs.gone),
      max: ratioMax,
    })),
    samples: Object.fromEntries(measured.map(({ historyLength, ...samples }) => [`${historyLength} trials`, samples])),
  },
);

async function measure(root: string, historyLength: number): Promise<Measured> {
  const folders: Record<Kind, string> = { stored: join(root, 'stored'), gone: join(root, 'gone') };
  await fill(folders.stored, historyLength);
  mkdirSync(folders.gone);
  cpSync(folders.stored, folders.gone, { recursive: true });
  await withPorts(folders.gone, async (ports, study) => {
    await ports.models.remove(study, (await ports.studies.counter(study)).modelVersion);
  });
  const askMs: Record<Kind, number[]> = { stored: [], gone: [] };
  const startMs: Record<Kind, number[]> = { stored: [], gone: [] };
  for (let i = 0; i < starts; i++) {
    for (const kind of kinds) {
      const server = await startServerProcess(folders[kind]);
      const client = createClient(server.url);
      // Another study's ask, so that what the thread loads at its start is not counted.
      await client.suggestStateless({ body: { space: spaceOf(), objective: objectives[0] } });
      const askedMs = performance.now();
      const { trials } = await client.ask({ study: name, body: { worker: 'worker-1' } });
      askMs[kind].push(performance.now() - askedMs);
      startMs[kind].push(performance.now() - server.spawnedAtMs);
      if (trials[0].suggestion!.sampler !== 'gp') throw new Error('the point was not one of the model');
      await client.cancel({ study: name, number: trials[0].number, body: {} });
      await server.kill();
    }
  }
  const readUnits = { stored: await readUnitsOf(folders.stored), gone: await readUnitsOf(folders.gone) };
  console.log(
    `${historyLength} trials: first ask ${median(askMs.stored).toFixed(0)} ms with the stored model, ${median(askMs.gone).toFixed(0)} ms without`,
  );
  return { historyLength, askMs, startMs, readUnits };
}

/** What choosing a point reads in a process that knows nothing. */
async function readUnitsOf(folder: string): Promise<number> {
  return withPorts(folder, async (ports, study, takeReadUnits) => {
    const counter = await ports.studies.counter(study);
    takeReadUnits();
    await chooserFor(ports, study, counter);
    return takeReadUnits();
  });
}

async function withPorts<T>(
  folder: string,
  use: (ports: Ports, study: StudyRecord, takeReadUnits: () => number) => Promise<T>,
): Promise<T> {
  const table = meterTable(openSqliteTable(folder));
  try {
    const ports = wirePorts(table);
    const study = await ports.studies.find(localCaller.tenant, name);
    return await use(ports, study!, () => table.takeCharges().reduce((sum, { readUnits }) => sum + readUnits, 0));
  } finally {
    await table.close();
  }
}

/** A study with results from elsewhere, and its model stored. */
async function fill(folder: string, historyLength: number): Promise<void> {
  const table = openSqliteTable(folder);
  const ports = wirePorts(table);
  const router = createRouter({ ports, identify: async () => localCaller, version: '0', onFault: console.error });
  const fetch = (url: URL, init: RequestInit): Promise<Response> => router(new Request(url, init));
  const client = createClient('http://cavia.bench', { retries: 0, fetch });
  const sampler = { kind: 'gp' } as const;
  await client.createStudy({ body: { name, space: spaceOf(), objectives, sampler, budget: { trials: 100 }, seed } });
  for (let at = 0; at < historyLength; at += attachCount) {
    const trials = Array.from({ length: attachCount }, (_, i) => trialOf(at + i));
    await client.enqueue({ study: name, body: { trials } });
  }
  const study = await ports.studies.find(localCaller.tenant, name);
  await refit(ports, study!, breathe);
  await table.close();
}

function spaceOf(): Record<string, { type: 'float'; low: number; high: number }> {
  const names = Array.from({ length: dimensionCount }, (_, i) => `parameter_${i}`);
  return Object.fromEntries(names.map((one) => [one, { type: 'float', low: 0, high: 1 }]));
}

/** A bowl with a little noise. */
function trialOf(n: number): { params: Record<string, number>; values: { loss: number } } {
  const params = Object.fromEntries(Object.keys(spaceOf()).map((one, i) => [one, unitAt(seed, 0, n, i, 0)]));
  const bowl = Object.values(params).reduce((sum, x) => sum + (x - 0.4) ** 2, 0);
  return { params, values: { loss: bowl + 0.01 * unitAt(seed, 1, n, 0, 0) } };
}
