import { execFile, spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openLocal } from '../../../local/index.ts';
import { createClient, type Client } from '../../../shared/api/client.ts';

const mainPath = fileURLToPath(new URL('../../../local/demo/main.ts', import.meta.url));
const run = promisify(execFile);
const timeoutMs = 60_000;

let data: string;
let started: Demo[];

beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'cavia-demo-'));
  started = [];
});

afterEach(() => {
  for (const { child } of started) child.kill('SIGKILL');
  rmSync(data, { recursive: true, force: true, maxRetries: 5 });
});

test(
  'finds params better than the default, with commands that work, and starts another study the next time',
  { timeout: timeoutMs },
  async () => {
    const first = startDemo('--trials', '6', '--workers', '2');
    expect(await first.exitCode).toBe(0);
    expect(first.stderr()).toBe('');
    expect(first.stdout()).not.toContain('\u001b');
    expect(first.stdout()).toMatch(/^digits: 6\/6 finished, /m);
    expect(first.stdout()).toMatch(/^digits finished in .*: \d complete/m);
    expect(first.stdout()).toContain(`  npm start -- --data ${data}\n`);

    const second = startDemo('--trials', '2', '--workers', '2');
    expect(await second.exitCode).toBe(0);
    expect(second.stdout()).toMatch(/^digits-2 finished in /m);

    await withClient(async (client, url) => {
      const trials = await trialsOf(client, 'digits');
      expect(trials.map(({ number }) => number)).toEqual([0, 1, 2, 3, 4, 5]);
      expect(trials.every(({ state }) => state === 'complete' || state === 'infeasible')).toBe(true);
      expect(trials[0]).toMatchObject({ origin: 'enqueued', params: { optimizer: 'sgd', learningRate: 0.01 } });
      expect(await trialsOf(client, 'digits-2')).toHaveLength(2);

      const lowest = Math.min(...trials.map(({ values }) => values?.['validationLoss'] ?? Infinity));
      const [, best, preset] = /^ {2}validation loss +(\S+) +(\S+)/m.exec(first.stdout())!;
      expect([best, preset]).toEqual([lowest.toPrecision(4), trials[0].values!['validationLoss'].toPrecision(4)]);

      const [bestLine, exportLine] = first
        .stdout()
        .match(/^ {2}curl .*$/gm)!
        .map((line) => line.trim().replace('http://127.0.0.1:8787', url));
      const shown = await run('sh', ['-c', bestLine], { cwd: data });
      expect(JSON.parse(shown.stdout)).toMatchObject({ best: { values: { validationLoss: lowest } } });
      await run('sh', ['-c', exportLine], { cwd: data });
      const csv = await run('cat', ['digits.csv'], { cwd: data });
      expect(csv.stdout.trim().split('\n')).toHaveLength(7);
    });
  },
);

test(
  'stops on Ctrl-C with all trials given back, and goes on to exactly the budget',
  { timeout: timeoutMs },
  async () => {
    const first = startDemo('--trials', '10', '--workers', '2');
    await first.line(/^digits: [2-6]\/10 /m);
    const workers = await workersOf(first);
    expect(workers).toHaveLength(2);
    first.child.kill('SIGINT');
    expect(await first.exitCode).toBe(130);
    expect(first.stdout()).toMatch(
      /^Stopped: \d of 10 trials are done; npm run demo -- --data .* with study digits\.$/m,
    );
    expect(workers.filter(isAlive)).toEqual([]);
    await withClient(async (client) => {
      expect((await client.getStudy({ study: 'digits' })).progress.running).toBe(0);
    });

    const second = startDemo('--trials', '3', '--workers', '2');
    expect(await second.exitCode).toBe(0);
    expect(second.stdout()).toMatch(/^Going on with study digits: \d of its 10 trials are done\.$/m);
    await withClient(async (client) => {
      expect((await client.listStudies()).data.map(({ name }) => name)).toEqual(['digits']);
      const trials = await trialsOf(client, 'digits');
      expect(trials).toHaveLength(10);
      expect(trials.every(({ finished, failures }) => finished !== null && failures === 0)).toBe(true);
    });
  },
);

test('lets the service train by itself', { timeout: timeoutMs }, async () => {
  const demo = startDemo('--trials', '6', '--workers', '2', '--managed');
  expect(await demo.exitCode).toBe(0);
  expect(demo.stderr()).toBe('');
  expect(demo.stdout()).toMatch(/^2 processes at a time, started by the service, 9 hyperparameters/m);
  expect(demo.stdout()).toMatch(/^digits finished in /m);
  await withClient(async (client) => {
    const trials = await trialsOf(client, 'digits');
    expect(trials.map(({ number }) => number)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(trials.every(({ state }) => state === 'complete' || state === 'infeasible')).toBe(true);
    expect(trials.every(({ job }) => job!.phase === 'ended' && job!.slot < 2)).toBe(true);
    const ofDefaults = trials.filter(({ params }) => params['optimizer'] === 'sgd' && params['learningRate'] === 0.01);
    expect(ofDefaults).toHaveLength(1);
    expect(trials[0].lastReport).toMatchObject({ step: 15 });
  });
});

test('loses no trial when a worker is killed', { timeout: timeoutMs }, async () => {
  const demo = startDemo('--trials', '6', '--workers', '2');
  const client = createClient((await demo.line(/Served at (\S+)/))[1]);
  const lost = await killWhileTraining(demo, client, 'worker-1');
  expect(await demo.exitCode).toBe(0);
  expect(demo.stdout()).toContain('worker-1 was ended by SIGKILL; a new one takes its place.\n');
  await withClient(async (after) => {
    const trials = await trialsOf(after, 'digits');
    expect(trials).toHaveLength(6);
    expect(trials.every(({ state }) => state === 'complete' || state === 'infeasible')).toBe(true);
    expect(trials[lost]).toMatchObject({ attempt: 2, failures: 1 });
  });
});

test('leaves no worker behind when it is killed itself', { timeout: timeoutMs }, async () => {
  const demo = startDemo('--trials', '50', '--workers', '3');
  await demo.line(/^digits: [1-9]/m);
  const workers = await workersOf(demo);
  expect(workers).toHaveLength(3);
  demo.child.kill('SIGKILL');
  await demo.exitCode;
  while (workers.some(isAlive)) await pause(20);
});

test('says in one sentence that the folder is in use', { timeout: timeoutMs }, async () => {
  await withClient(async () => {
    const demo = startDemo();
    expect(await demo.exitCode).toBe(1);
    expect(demo.stdout()).toBe('');
    expect(demo.stderr()).toBe(
      `The data folder ${data} is in use by another Cavia: stop that one, or give another folder with --data.\n`,
    );
  });
});

test.each([
  [['--trials', '0'], '--trials must be a whole number from 1 to 10000; got 0.'],
  [['--workers', 'x'], '--workers must be a whole number from 1 to 64; got x.'],
  [['--sampler', 'grid'], '--sampler must be one of auto, gp, quasiRandom, random; got grid.'],
  [['--tirals', '1'], "Unknown option '--tirals'"],
  [
    ['--managed', '--trials', '2', '--workers', '2'],
    '--trials must be more than --workers with --managed; got 2 and 2.',
  ],
])('refuses %j and shows the usage', { timeout: timeoutMs }, async (args, sentence) => {
  const demo = startDemo(...args);
  expect(await demo.exitCode).toBe(2);
  expect(demo.stderr()).toContain(sentence);
  expect(demo.stderr()).toContain('Usage: npm run demo');
  expect(existsSync(join(data, 'cavia.db'))).toBe(false);
});

interface Demo {
  child: ChildProcessWithoutNullStreams;
  stdout: () => string;
  stderr: () => string;
  exitCode: Promise<number | null>;
  /** Waits until the output matches. */
  line: (pattern: RegExp) => Promise<RegExpExecArray>;
}

function startDemo(...args: string[]): Demo {
  const child = spawn(process.execPath, [mainPath, '--data', data, ...args]);
  const texts = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => (texts[name] += text));
  }
  const exitCode = new Promise<number | null>((resolve) => {
    child.once('close', resolve);
  });
  const line = async (pattern: RegExp): Promise<RegExpExecArray> => {
    for (;;) {
      const match = pattern.exec(texts.stdout);
      if (match) return match;
      if (child.exitCode !== null || child.signalCode !== null)
        throw new Error(`ended before ${pattern}: ${texts.stdout}${texts.stderr}`);
      await pause(10);
    }
  };
  const demo = { child, stdout: () => texts.stdout, stderr: () => texts.stderr, exitCode, line };
  started.push(demo);
  return demo;
}

async function withClient(use: (client: Client, url: string) => Promise<void>): Promise<void> {
  const cavia = await openLocal({ data });
  try {
    await use(createClient(cavia.url), cavia.url);
  } finally {
    await cavia.close();
  }
}

async function trialsOf(client: Client, study: string) {
  return (await client.listTrials({ study, query: { limit: 1000 } })).data;
}

/** Process ids of the demo's workers, or of the one of a name. */
async function workersOf({ child }: Demo, name = ''): Promise<number[]> {
  const { stdout } = await run('ps', ['-A', '-o', 'pid=,ppid=,args=']);
  return stdout
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([, parent, ...args]) => Number(parent) === child.pid && args.at(-1)!.startsWith(name))
    .map(([pid]) => Number(pid));
}

/** Holds the worker still until it is seen with a trial in hand, then kills it. @returns the trial's number. */
async function killWhileTraining(demo: Demo, client: Client, worker: string): Promise<number> {
  for (;;) {
    const [pid] = await workersOf(demo, worker);
    if (pid === undefined) continue;
    process.kill(pid, 'SIGSTOP');
    // What it had sent before has been answered by then.
    await pause(100);
    const trial = (await trialsOf(client, 'digits')).find((one) => one.state === 'running' && one.worker === worker);
    if (trial) {
      process.kill(pid, 'SIGKILL');
      return trial.number;
    }
    process.kill(pid, 'SIGCONT');
    await pause(30);
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
