import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { createClient, type Client } from '../shared/api/client.ts';
import { createGenerator } from '../shared/numerics/random.ts';
import { allTrials, audit } from '../test/audit.ts';
import { median } from './quantiles.ts';
import { conclude, isQuickRun } from './record.ts';
import { startServerProcess, withDataFolder, type ServerProcess } from './server-process.ts';
import { untilFinished } from './until-finished.ts';

/**
 * kill -9 of the server at random moments of a managed study. Programs write down when they start and when they are
 * done; afterwards the study must have ended with exactly its budget, no attempt may have trained twice, every result
 * must be the one that its program left, and no process may be left behind.
 */

const isQuick = isQuickRun();
const kills = isQuick ? 2 : 20;
const killAfterMs = { min: 50, max: 1_500 };
const trials = isQuick ? 60 : 400;
const parallel = 8;
const seed = 20_260_108;
const endTimeoutMs = 180_000;
/** One write each, so that lines of different programs do not mix. It takes from 50 to 450 ms. */
const program = (journal: string): string[] => [
  'sh',
  '-c',
  `echo "start $CAVIA_TRIAL $CAVIA_ATTEMPT" >>"$0"; sleep "$1"; echo "done $CAVIA_TRIAL $CAVIA_ATTEMPT" >>"$0"; echo "{\\"values\\": {\\"loss\\": $1}}"`,
  journal,
  '{seconds}',
];

const faults: string[] = [];
const restartMs: number[] = [];
const attempts = await withDataFolder(async (root) => {
  const [data, journal] = [join(root, 'data'), join(root, 'journal')];
  let server = await startServerProcess(data);
  const generator = createGenerator(seed, 0);
  await createStudy(server, journal);
  for (let kill = 1; kill <= kills; kill++) {
    await pause(killAfterMs.min + generator.nextUnit() * (killAfterMs.max - killAfterMs.min));
    await server.kill();
    server = await startServerProcess(data);
    const { progress } = await createClient(server.url).getStudy({ study: 'managed' });
    restartMs.push(performance.now() - server.spawnedAtMs);
    console.log(
      `kill ${kill}: answered again after ${restartMs.at(-1)!.toFixed(0)} ms, ${progress.ended} trials have ended`,
    );
  }
  const client = createClient(server.url);
  if (!(await untilFinished(client, 'managed', endTimeoutMs)))
    faults.push(`the study did not end within ${endTimeoutMs / 1000} s`);
  faults.push(...(await faultsAtRest(client, journal)), ...(await audit(client, 'managed')));
  const left = programsWith(journal);
  if (left.length > 0) faults.push(`processes are left behind: ${left.join(', ')}`);
  await server.kill();
  return linesOf(journal).filter(([what]) => what === 'start').length;
});

for (const fault of faults.slice(0, 50)) console.log(fault);
const rows = [
  {
    kills,
    trials,
    parallel,
    'attempts that trained': attempts,
    'restart p50 ms': median(restartMs),
    'restart max ms': Math.max(...restartMs),
  },
];
conclude('managed-kill', isQuick, rows, {
  settings: { kills, killAfterMs, trials, parallel, seed, sampler: 'random', store: 'SQLite' },
  verdicts: [{ what: 'violations', measured: faults.length, max: 0 }],
  samples: { faults, restartMs },
});

async function createStudy({ url }: ServerProcess, journal: string): Promise<void> {
  const body = {
    name: 'managed',
    space: { seconds: { type: 'float', low: 0.05, high: 0.45 } },
    objectives: [{ metric: 'loss', direction: 'minimize' }],
    sampler: { kind: 'random' },
    budget: { trials, parallel },
    lease: { attempts: 10 },
    seed,
    training: { runner: 'process', command: program(journal) },
  } satisfies Parameters<Client['createStudy']>[0]['body'];
  await createClient(url).createStudy({ body });
}

async function faultsAtRest(client: Client, journal: string): Promise<string[]> {
  const wrong: string[] = [];
  const stored = await allTrials(client, 'managed');
  if (stored.length !== trials) wrong.push(`I2 budget-exact: ${stored.length} trials of ${trials}`);
  const lines = linesOf(journal).map((line) => line.join(' '));
  if (new Set(lines).size < lines.length) wrong.push('I9 one-runner: an attempt trained twice');
  for (const { number, attempt, state, params, values } of stored) {
    if (state !== 'complete') wrong.push(`I6 no-lost-trial: trial ${number} is ${state}`);
    if (!lines.includes(`done ${number} ${attempt}`)) wrong.push(`trial ${number} ended without its program`);
    if (values?.loss !== params['seconds']) wrong.push(`I7 result-once: trial ${number} has ${values?.loss}`);
  }
  return wrong;
}

function linesOf(journal: string): string[][] {
  return readFileSync(journal, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => line.split(' '));
}

/** The processes that were started with this text. */
function programsWith(text: string): string[] {
  return readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(text);
    } catch {
      // It has ended meanwhile.
      return false;
    }
  });
}
