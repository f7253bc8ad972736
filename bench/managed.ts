import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { createClient, type Client } from '../shared/api/client.ts';
import { audit } from '../test/audit.ts';
import { median } from './quantiles.ts';
import { conclude, isQuickRun } from './record.ts';
import { startServerProcess, withDataFolder, type ServerProcess } from './server-process.ts';
import { untilFinished } from './until-finished.ts';

/**
 * What a managed study costs besides its programs: the service starts a program that takes 50 ms for each trial, eight
 * at a time, against a loop that starts the same programs and nothing else, by turns. Then how much of a core the
 * server uses while it has nothing to do, with the finished studies in its folder.
 */

const isQuick = isQuickRun();
const trials = isQuick ? 24 : 200;
const parallel = 8;
const rounds = isQuick ? 1 : 5;
const program = ['sh', '-c', `sleep 0.05; echo '{"values": {"loss": 0.5}}'`];
const idleSeconds = isQuick ? 2 : 30;
const settleMs = 3_000;
const timeoutMs = 120_000;
/** A trial is several transactions on a disk; what trains on a GPU takes minutes. */
const overheadMsMax = 50;
const idleShareMax = 0.005;
/** Of /proc/PID/stat on Linux. */
const ticksPerSecond = 100;

const [managedMs, plainMs]: number[][] = [[], []];
const faults: string[] = [];
const idleShare = await withDataFolder(async (folder) => {
  const server = await startServerProcess(folder);
  const client = createClient(server.url);
  for (let round = 0; round < rounds; round++) {
    plainMs.push(await timeMs(() => runAll(trials)));
    managedMs.push(await timeMs(() => train(client, `round-${round}`)));
    faults.push(...(await audit(client, `round-${round}`)));
    console.log(
      `round ${round}: ${managedMs.at(-1)!.toFixed(0)} ms, without the service ${plainMs.at(-1)!.toFixed(0)} ms`,
    );
  }
  await pause(settleMs);
  const share = await shareOfCore(server, idleSeconds);
  await server.kill();
  return share;
});

for (const fault of faults) console.log(fault);
const overheadMs = (median(managedMs) - median(plainMs)) / trials;
const rows = [
  {
    trials,
    parallel,
    'managed, ms': median(managedMs),
    'programs alone, ms': median(plainMs),
    ratio: median(managedMs) / median(plainMs),
    'overhead a trial, ms': overheadMs,
    'idle, % of a core': 100 * idleShare,
  },
];
conclude('managed', isQuick, rows, {
  settings: { trials, parallel, rounds, program, idleSeconds, sampler: 'random', store: 'SQLite' },
  verdicts: [
    { what: 'violations', measured: faults.length, max: 0 },
    { what: 'ms that the service adds to a trial', measured: overheadMs, max: overheadMsMax },
    { what: 'share of a core with nothing open', measured: idleShare, max: idleShareMax },
  ],
  samples: { managedMs, plainMs },
});

async function train(client: Client, name: string): Promise<void> {
  const body = {
    name,
    space: { x: { type: 'float', low: 0, high: 1 } },
    objectives: [{ metric: 'loss', direction: 'minimize' }],
    sampler: { kind: 'random' },
    budget: { trials, parallel },
    training: { runner: 'process', command: program },
  } satisfies Parameters<Client['createStudy']>[0]['body'];
  await client.createStudy({ body });
  if (await untilFinished(client, name, timeoutMs)) return;
  throw new Error(`The study ${name} has not ended in ${timeoutMs / 1000} s.`);
}

/** As many programs at a time, started by a loop. */
async function runAll(count: number): Promise<void> {
  let waiting = count;
  const work = async (): Promise<void> => {
    while (waiting-- > 0) {
      const [command, ...rest] = program;
      await once(spawn(command, rest, { stdio: 'ignore' }), 'exit');
    }
  };
  await Promise.all(Array.from({ length: parallel }, work));
}

async function shareOfCore({ pid }: ServerProcess, seconds: number): Promise<number> {
  const beforeTicks = ticksOf(pid);
  await pause(seconds * 1000);
  return (ticksOf(pid) - beforeTicks) / ticksPerSecond / seconds;
}

/** utime and stime: the 14th and 15th field, counted after the name, which may hold blanks. */
function ticksOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return Number(fields[11]) + Number(fields[12]);
}

async function timeMs(run: () => Promise<void>): Promise<number> {
  const startMs = performance.now();
  await run();
  return performance.now() - startMs;
}
