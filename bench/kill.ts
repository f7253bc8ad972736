import { setTimeout as pause } from 'node:timers/promises';
import { createClient, ProblemError, type Client } from '../shared/api/client.ts';
import { paramsKey } from '../shared/domain/params.ts';
import type { Trial } from '../shared/domain/trial.ts';
import { createGenerator, type Generator } from '../shared/numerics/random.ts';
import { allTrials, audit } from '../test/audit.ts';
import { median } from './quantiles.ts';
import { conclude, isQuickRun } from './record.ts';
import { startServerProcess, withDataFolder, type ServerProcess } from './server-process.ts';

/**
 * kill -9 of the server at random moments under load. The clients keep a journal of everything that was acknowledged;
 * afterwards all of it must be there, and the study must end as if nothing had happened.
 */

/** What the clients were told, in the order in which they were told it. */
interface Journal {
  asks: { key: string; trials: Trial[] }[];
  tells: { number: number; attempt: number; loss: number }[];
  /** Results that came too late: the trial had been given to somebody else. */
  supersededCount: number;
  /** Trials that a client took and dropped without a word. */
  droppedCount: number;
  /** Requests that got no answer and were sent again. */
  resentCount: number;
}

const isQuick = isQuickRun();
const clients = 8;
const kills = isQuick ? 3 : 20;
const killAfterMs = { min: 50, max: 800 };
const thinkMsMax = 8;
const leaseSeconds = 1;
/** Of the trials so many are dropped, so that leases run out too. */
const droppedShare = 0.01;
/** And so many are told only when their lease has run out. */
const lateShare = 0.002;
const lateMs = 1.5 * leaseSeconds * 1000;
/** The budget is raised before every kill, so that there is always load. */
const budgetAhead = 1000;
const restartMsMax = 2000;
const resendPauseMs = 20;
const resendCountMax = 3000;
const askCountMax = 100_000;
const endTimeoutMs = 120_000;
const seed = 20_260_103;

const faults: string[] = [];
const journal: Journal = { asks: [], tells: [], supersededCount: 0, droppedCount: 0, resentCount: 0 };
let server: ServerProcess;
let inFlight = 0;
/** The clients shall stop: the study did not end. */
let isOver = false;

const { restartMs, inFlightAtKill, trialCount } = await withDataFolder(async (folder) => {
  server = await startServerProcess(folder);
  const client = createClient('http://cavia.bench', { retries: 0, fetch: fetchFromServer });
  const spec = {
    name: 'kill',
    // Few enough configurations that the guards have work to do.
    space: { x: { type: 'int', low: 1, high: 250 }, y: { type: 'int', low: 1, high: 250 } },
    objectives: [{ metric: 'loss', direction: 'minimize' }],
    sampler: { kind: 'random' },
    budget: { trials: budgetAhead },
    lease: { seconds: leaseSeconds, attempts: 10 },
    seed,
  } satisfies Parameters<Client['createStudy']>[0]['body'];
  const { id: study } = await client.createStudy({ body: spec });
  const times = { restartMs: [] as number[], inFlightAtKill: [] as number[], trialCount: 0 };
  const crowd = Array.from({ length: clients }, (_, i) => work(client, study, i));
  const ended = Promise.all(crowd);
  const generator = createGenerator(seed, 0);
  for (let kill = 1; kill <= kills; kill++) {
    const { progress } = await client.getStudy({ study });
    times.trialCount = progress.given + budgetAhead;
    await client.updateStudy({ study, body: { budget: { trials: times.trialCount } } });
    await pause(killAfterMs.min + generator.nextUnit() * (killAfterMs.max - killAfterMs.min));
    times.inFlightAtKill.push(inFlight);
    await server.kill();
    server = await startServerProcess(folder);
    await client.getStudy({ study });
    times.restartMs.push(performance.now() - server.spawnedAtMs);
    await checkReplays(client, study);
    console.log(
      `kill ${kill} with ${times.inFlightAtKill.at(-1)} requests in flight: answered again after ${times.restartMs.at(-1)!.toFixed(0)} ms, ${journal.tells.length} tells so far`,
    );
  }
  const isLate = await Promise.race([ended.then(() => false), pause(endTimeoutMs, true, { ref: false })]);
  isOver = true;
  if (isLate) faults.push(`the study did not end within ${endTimeoutMs / 1000} s`);
  faults.push(...(await faultsAtRest(client, study, times.trialCount)));
  await server.kill();
  return times;
});

for (const fault of faults.slice(0, 50)) console.log(fault);
const rows = [
  {
    kills,
    trials: trialCount,
    'asks acknowledged': journal.asks.length,
    'tells acknowledged': journal.tells.length,
    'requests sent again': journal.resentCount,
    'trials dropped': journal.droppedCount,
    'results too late': journal.supersededCount,
    'restart p50 ms': median(restartMs),
    'restart max ms': Math.max(...restartMs),
  },
];
conclude('kill', isQuick, rows, {
  settings: {
    clients,
    kills,
    killAfterMs,
    thinkMsMax,
    leaseSeconds,
    droppedShare,
    lateShare,
    budgetAhead,
    seed,
    store: 'SQLite',
  },
  verdicts: [
    { what: 'violations', measured: faults.length, max: 0 },
    { what: 'kills without load', measured: inFlightAtKill.filter((count) => count === 0).length, max: kills / 4 },
    { what: 'median ms from spawn to the first answer', measured: median(restartMs), max: restartMsMax },
  ],
  samples: { faults, restartMs, inFlightAtKill },
});

/** One client: asks and tells until the study has ended, whatever happens to the server. */
async function work(client: Client, study: string, i: number): Promise<void> {
  const generator = createGenerator(seed, 1, i);
  for (let count = 0; count < askCountMax; count++) {
    if (isOver) return;
    const key = `ask-${i}-${count}`;
    const answer = await untilAnswered(() =>
      client.ask({ study, body: { worker: `worker-${i}` }, idempotencyKey: key }),
    );
    if (answer.reason === 'finished') return;
    if (answer.trials.length === 0) {
      await pause((answer.retryAfterSeconds ?? 1) * 1000);
      continue;
    }
    journal.asks.push({ key, trials: answer.trials });
    await pause(generator.nextUnit() < lateShare ? lateMs : generator.nextUnit() * thinkMsMax);
    for (const trial of answer.trials) await tellOrDrop(client, study, trial, `tell-${i}-${count}`, generator);
  }
}

async function tellOrDrop(
  client: Client,
  study: string,
  { number, attempt }: Trial,
  key: string,
  generator: Generator,
): Promise<void> {
  if (generator.nextUnit() < droppedShare) {
    journal.droppedCount++;
    return;
  }
  const loss = generator.nextUnit();
  try {
    const body = { attempt, values: { loss } };
    await untilAnswered(() => client.tell({ study, number, body, idempotencyKey: key }));
    journal.tells.push({ number, attempt, loss });
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    if (error.problem.code === 'lease_superseded') journal.supersededCount++;
    else faults.push(`trial ${number} attempt ${attempt} was refused: ${error.message}`);
  }
}

/** Sends a request again and again, with the same key, until something answers. */
async function untilAnswered<T>(send: () => Promise<T>): Promise<T> {
  for (let resent = 0; ; resent++) {
    try {
      return await send();
    } catch (error) {
      if (isOver || resent === resendCountMax) throw error;
      if (error instanceof ProblemError) {
        if (error.problem.status >= 500) faults.push(`answered ${error.problem.status}: ${error.message}`);
        if (error.problem.status !== 503) throw error;
      }
      journal.resentCount++;
      await pause(resendPauseMs);
    }
  }
}

/** The server of the moment; its address changes with every start. */
async function fetchFromServer({ pathname, search }: URL, init: RequestInit): Promise<Response> {
  inFlight++;
  try {
    const response = await fetch(new URL(pathname + search, server.url), init);
    // What was cut off in the middle was not acknowledged.
    return new Response(response.status === 204 ? null : await response.arrayBuffer(), response);
  } finally {
    inFlight--;
  }
}

/** The last answers that were acknowledged before the kill are given again to whoever sends the same request. */
async function checkReplays(client: Client, study: string): Promise<void> {
  for (const { key, trials } of journal.asks.slice(-clients)) {
    const body = { worker: `worker-${key.split('-')[1]}` };
    const again = await client.ask({ study, body, idempotencyKey: key });
    if (JSON.stringify(again.trials) !== JSON.stringify(trials))
      faults.push(`I5 idempotent-ask: ${key} got another answer`);
  }
}

async function faultsAtRest(client: Client, study: string, trialCount: number): Promise<string[]> {
  const wrong: string[] = [];
  const stored = new Map((await allTrials(client, study)).map((trial) => [trial.number, trial]));
  const places = new Set<string>();
  for (const trial of journal.asks.flatMap(({ trials }) => trials)) {
    const { number, attempt, params } = trial;
    const found = stored.get(number);
    if (!found || found.attempt < attempt) wrong.push(`the ask of trial ${number} attempt ${attempt} is lost`);
    else if (paramsKey(found.params) !== paramsKey(params))
      wrong.push(`trial ${number} has other params than were given`);
    if (places.has(`${number}@${attempt}`)) wrong.push(`trial ${number} attempt ${attempt} was given twice`);
    places.add(`${number}@${attempt}`);
  }
  for (const { number, attempt, loss } of journal.tells) {
    const found = stored.get(number);
    if (found?.state !== 'complete' || found.values?.loss !== loss || found.attempt !== attempt) {
      wrong.push(`the tell of trial ${number} is lost: ${loss} became ${JSON.stringify(found?.values)}`);
    }
  }
  const { state, progress } = await client.getStudy({ study });
  if (state !== 'finished' || progress.ended !== trialCount || stored.size !== trialCount) {
    wrong.push(`the study is ${state} with ${stored.size} trials, expected ${trialCount}: ${JSON.stringify(progress)}`);
  }
  const incomplete = [...stored.values()].filter((trial) => trial.state !== 'complete');
  for (const trial of incomplete) wrong.push(`trial ${trial.number} ended as ${trial.state}: ${trial.message}`);
  return [...wrong, ...(await audit(client, study))];
}
