import { createClient, type Client } from '../shared/api/client.ts';
import { createGenerator } from '../shared/numerics/random.ts';
import { median, quantile, quantilesOf } from './quantiles.ts';
import { conclude, isQuickRun } from './record.ts';
import { startServerProcess, withDataFolder } from './server-process.ts';

/**
 * What an ask and a tell cost in a study with a short and in one with a long history. The repetitions alternate, so
 * that
 * the drift of the machine meets both alike; only the ratio is judged. This process is the load, the server is another.
 */

interface Repetition {
  askMs: number[];
  tellMs: number[];
  seconds: number;
}

const isQuick = isQuickRun();
const clients = 8;
const repetitions = isQuick ? 3 : 7;
const pairs = isQuick ? 100 : 1500;
const shortHistory = 100;
const longHistory = isQuick ? 1000 : 10_000;
/** A study with a short history is left for a fresh one after so many pairs, before its history is no longer short. */
const pairsPerShortStudy = 100;
/** The p99 of the small version is its slowest request: only a gross difference says anything. */
const ratioMax = isQuick ? 5 : 1.5;
const seed = 20_260_102;
const attachCount = 100;
/** Of a history so many trials are asked for and told; the rest is attached. */
const askedShare = 0.1;

const generator = createGenerator(seed, 0);
const spec: Omit<Parameters<Client['createStudy']>[0]['body'], 'name'> = {
  space: {
    learningRate: { type: 'float', low: 1e-5, high: 0.1, scale: 'log' },
    momentum: { type: 'float', low: 0, high: 1 },
    dropout: { type: 'float', low: 0, high: 0.5 },
    layers: { type: 'int', low: 1, high: 8 },
    optimizer: { type: 'categorical', choices: ['sgd', 'adam', 'rmsprop'] },
  },
  objectives: [{ metric: 'loss', direction: 'minimize' }],
  sampler: { kind: 'quasiRandom' },
  budget: { trials: 100_000 },
  seed,
};

const measured = await withDataFolder(async (folder) => {
  const server = await startServerProcess(folder);
  const client = createClient(server.url);
  const long = [await filledStudy(client, 'long', longHistory)];
  console.log(`a study with ${longHistory} trials is there`);
  const done: Record<'short' | 'long', Repetition[]> = { short: [], long: [] };
  // The first of each is a warm-up and does not count.
  for (let repetition = 0; repetition <= repetitions; repetition++) {
    const short: string[] = [];
    for (let i = 0; i < pairs / pairsPerShortStudy; i++) {
      short.push(await filledStudy(client, `short-${repetition}-${i}`, shortHistory));
    }
    // Which comes first changes, so that neither is always the one after the filling.
    const order = repetition % 2 === 0 ? (['short', 'long'] as const) : (['long', 'short'] as const);
    for (const history of order) {
      const one = await measure(client, history === 'short' ? short : long);
      if (repetition > 0) done[history].push(one);
      console.log(
        `repetition ${repetition}, ${history} history: ask p99 ${quantile(one.askMs, 0.99).toFixed(1)} ms, tell p99 ${quantile(one.tellMs, 0.99).toFixed(1)} ms`,
      );
    }
  }
  await server.kill();
  return done;
});

const rows = (['ask', 'tell'] as const).flatMap((operation) =>
  (['short', 'long'] as const).map((history) => ({
    operation: `${operation} at ${history === 'short' ? shortHistory : longHistory} trials`,
    'a second': median(measured[history].map(({ seconds }) => pairs / seconds)),
    'p50 ms': medianOf(operation, history, 0.5),
    'p99 ms': medianOf(operation, history, 0.99),
    'p99 ratio': history === 'short' ? 1 : medianOf(operation, 'long', 0.99) / medianOf(operation, 'short', 0.99),
  })),
);
conclude('ask-tell', isQuick, rows, {
  settings: {
    clients,
    repetitions,
    pairs,
    shortHistory,
    longHistory,
    pairsPerShortStudy,
    seed,
    store: 'SQLite',
    spec,
    note: 'each client asks, tells, and asks again; asks and tells run at the same time and at the same rate',
  },
  verdicts: (['ask', 'tell'] as const).map((operation) => ({
    what: `p99 of ${operation} at ${longHistory} trials over that at ${shortHistory}, medians of ${repetitions} repetitions`,
    measured: medianOf(operation, 'long', 0.99) / medianOf(operation, 'short', 0.99),
    max: ratioMax,
  })),
  samples: Object.fromEntries(
    Object.entries(measured).map(([history, all]) => [
      history,
      all.map(({ askMs, tellMs, seconds }) => ({ askMs: quantilesOf(askMs), tellMs: quantilesOf(tellMs), seconds })),
    ]),
  ),
});

function medianOf(operation: 'ask' | 'tell', history: 'short' | 'long', q: number): number {
  return median(measured[history].map((one) => quantile(operation === 'ask' ? one.askMs : one.tellMs, q)));
}

/** Asks and tells with all clients at once, one study after the other. */
async function measure(client: Client, studies: readonly string[]): Promise<Repetition> {
  const one: Repetition = { askMs: [], tellMs: [], seconds: 0 };
  let begun = 0;
  const work = async (): Promise<void> => {
    while (begun < pairs) {
      const study = studies[Math.floor((begun++ / pairs) * studies.length)];
      await askAndTell(client, study, one);
    }
  };
  const startMs = performance.now();
  await Promise.all(Array.from({ length: clients }, work));
  one.seconds = (performance.now() - startMs) / 1000;
  return one;
}

async function askAndTell(
  client: Client,
  study: string,
  { askMs, tellMs }: Pick<Repetition, 'askMs' | 'tellMs'>,
): Promise<void> {
  const startMs = performance.now();
  const { trials } = await client.ask({ study, body: { worker: 'worker-1' } });
  const askedMs = performance.now();
  const [{ number, attempt }] = trials;
  await client.tell({ study, number, body: { attempt, values: { loss: generator.nextUnit() } } });
  askMs.push(askedMs - startMs);
  tellMs.push(performance.now() - askedMs);
}

/** A study with so many ended trials: most were found elsewhere, the last were asked for here. */
async function filledStudy(client: Client, name: string, history: number): Promise<string> {
  const { id: study } = await client.createStudy({ body: { ...spec, name } });
  const asked = history * askedShare;
  for (let left = history - asked; left > 0; left -= attachCount) {
    const trials = Array.from({ length: Math.min(left, attachCount) }, finishedTrial);
    await client.enqueue({ study, body: { trials } });
  }
  for (let i = 0; i < asked; i++) await askAndTell(client, study, { askMs: [], tellMs: [] });
  return study;
}

function finishedTrial(): Parameters<Client['enqueue']>[0]['body']['trials'][number] {
  const params = {
    learningRate: 1e-5 + 0.09 * generator.nextUnit(),
    momentum: generator.nextUnit(),
    dropout: generator.nextUnit() / 2,
    layers: 1 + generator.nextBelow(8),
    optimizer: 'adam',
  };
  return { params, values: { loss: generator.nextUnit() } };
}
