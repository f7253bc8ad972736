import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { openProcessFolder } from '../../shared/jobs/process-folder.ts';
import { openProcessRunner, type ProcessRunnerSettings } from '../../shared/jobs/process-runner.ts';
import type { Job, JobOrder, JobRunner } from '../../shared/service/ports/job-runner.ts';
import { endOf, jobIn, newName, runnerContract, shellOrder } from '../contract/job-runner.ts';
import { startScript, type ScriptProcess } from './script-process.ts';

const root = mkdtempSync(join(tmpdir(), 'cavia-process-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const refused = expect.objectContaining({ name: 'JobRefused' }) as Error;

runnerContract('a runner of processes', async () => ({
  runner: openProcessRunner(settingsFor(newFolder())),
  idVariable: 'CAVIA_JOB_ID',
  stop: async () => undefined,
}));

describe('a command', () => {
  it.each([
    ['is not on the PATH', ['no-such-program'], 'on the PATH; got "no-such-program"'],
    ['is not in the working folder', ['./train.py'], `in ${root}; got "./train.py"`],
    ['is a folder', ['/tmp'], 'got "/tmp"'],
    ['may not be run', ['/etc/passwd'], 'got "/etc/passwd"'],
    ['is a word of the shell', ['exit', '0'], 'got "exit"'],
    ['is empty', [], 'got ""'],
    ['has an empty program', ['', 'a'], 'got ""'],
  ])('that %s is refused in one sentence before anything starts', async (_, command, ending) => {
    const { runner, folder } = newRunner();
    const failure = await runner.submit({ ...order(''), command }).catch((error: unknown) => error as Error);
    expect(failure).toMatchObject({ name: 'JobRefused', message: expect.stringContaining(ending) as string });
    expect((failure as Error).message).toMatch(/^The command must start with [^\n]*\.$/);
    expect(openProcessFolder(folder).openIds()).toEqual([]);
  });

  it.each([
    ['a character 0 in an argument', { command: ['sh', 'a\0b'] }],
    ['a character 0 in the environment', { environment: { A: 'a\0b' } }],
    ['more in an argument than the machine takes', { command: ['sh', '-c', 'exit 0', 'x'.repeat(3_000_000)] }],
  ])('with %s is refused, and leaves nothing behind', async (_, wrong) => {
    const { runner, folder } = newRunner();
    const name = newName();
    await expect(runner.submit({ ...order('exit 0'), name, ...wrong })).rejects.toThrow(refused);
    expect(await runner.findByName(name)).toEqual([]);
    expect(openProcessFolder(folder).openIds()).toEqual([]);
  });

  it('with a path runs from the working folder', async () => {
    const folder = newFolder();
    writeFileSync(join(folder, 'train'), '#!/bin/sh\necho "$PWD"\n', { mode: 0o755 });
    const { runner } = newRunner({ workingFolder: folder });
    const { id } = await runner.submit({ ...order(''), command: ['./train'] });
    await endOf(runner, id);
    expect(await runner.lastLine(id)).toBe(folder);
  });

  it('is looked for on the PATH that it will see itself', async () => {
    const folder = newFolder();
    writeFileSync(join(folder, 'train'), '#!/bin/sh\necho trained\n', { mode: 0o755 });
    const { runner } = newRunner();
    const { id } = await runner.submit({ ...order(''), command: ['train'], environment: { PATH: folder } });
    await endOf(runner, id);
    expect(await runner.lastLine(id)).toBe('trained');
  });

  it('sees the environment of the server beneath its own', async () => {
    const { runner } = newRunner({ environment: { PATH: process.env['PATH'], BASE: 'base', BOTH: 'base' } });
    const { id } = await runner.submit({ ...order('echo "$BASE $BOTH"'), environment: { BOTH: 'own' } });
    await endOf(runner, id);
    expect(await runner.lastLine(id)).toBe('base own');
  });
});

describe('the GPUs that a process sees', () => {
  it.each<[string, Partial<JobOrder>, Partial<ProcessRunnerSettings>, string]>([
    ['are all when it needs none', { gpus: 0, slot: 1 }, {}, 'unset'],
    ['are one for each place', { gpus: 1, slot: 2 }, {}, '2'],
    ['are several for each place', { gpus: 2, slot: 1 }, {}, '2,3'],
    [
      'have the names that the machine gives them',
      { gpus: 1, slot: 1 },
      { gpuNames: ['4', 'GPU-8932f937'] },
      'GPU-8932f937',
    ],
    ['are its own choice', { gpus: 1, slot: 1, environment: { CUDA_VISIBLE_DEVICES: '7' } }, {}, '7'],
  ])('%s', async (_, wanted, settings, seen) => {
    const { runner } = newRunner(settings);
    const { id } = await runner.submit({ ...order('echo "${CUDA_VISIBLE_DEVICES-unset}"'), ...wanted });
    await endOf(runner, id);
    expect(await runner.lastLine(id)).toBe(seen);
  });

  it('are refused when the machine has too few', async () => {
    const { runner } = newRunner({ gpuNames: ['0', '1', '2'] });
    await expect(runner.submit({ ...order('exit 0'), gpus: 2, slot: 1 })).rejects.toThrow(
      'This machine has GPUs for 1 trainings of 2 each at a time; got number 2.',
    );
  });
});

describe('the end of a process', () => {
  it.each([
    ['crashes', 'kill -SEGV $$', { kind: 'exitCode', exitCode: 139, message: 'It was ended by SIGSEGV.' }],
    ['aborts', 'kill -ABRT $$', { kind: 'exitCode', exitCode: 134, message: 'It was ended by SIGABRT.' }],
    ['is killed by somebody', 'kill -KILL $$', { kind: 'hostFailure', exitCode: 137 }],
    ['is told to end by somebody', 'kill -TERM $$', { kind: 'hostFailure', exitCode: 143 }],
    ['runs a command that is not there', 'exec no-such-program', { kind: 'exitCode', exitCode: 127 }],
  ])('that %s is told', async (_, script, end) => {
    const { runner } = newRunner();
    const { id } = await runner.submit(order(script));
    expect(await endOf(runner, id)).toMatchObject({ end });
  });

  it('is for want of memory when the kernel killed something then, and it was killed', async () => {
    let kills = 3;
    const { runner } = newRunner({ oomKills: () => kills });
    const go = join(newFolder(), 'go');
    const waiting = `while [ ! -e ${go} ]; do sleep 0.02; done`;
    const killed = await runner.submit(order(`${waiting}; kill -KILL $$`));
    const exited = await runner.submit(order(`${waiting}; exit 1`));
    kills = 4;
    writeFileSync(go, '');
    const later = await runner.submit(order('kill -KILL $$'));
    expect(await endOf(runner, killed.id)).toMatchObject({ end: { kind: 'outOfMemory', exitCode: 137 } });
    expect(await endOf(runner, exited.id)).toMatchObject({ end: { kind: 'exitCode', exitCode: 1 } });
    expect(await endOf(runner, later.id)).toMatchObject({ end: { kind: 'hostFailure' } });
  });

  it('is told once to whoever opened the runner, without anybody asking', async () => {
    const ended: Job[] = [];
    const { runner } = newRunner({ onEnded: (job) => ended.push(job) });
    const ids = [];
    for (const code of [0, 1, 2]) ids.push((await runner.submit(order(`exit ${code}`))).id);
    for (const id of ids) await endOf(runner, id);
    await sleep(50);
    expect(ended.map(({ id }) => id).sort()).toEqual(ids.sort());
    for (const job of ended) expect((await runner.describe([job.id])).get(job.id)).toEqual(job);
  });

  it('takes all that it started with it', async () => {
    const { runner } = newRunner();
    const marker = newName();
    const { id } = await runner.submit(
      order(`(exec sleep 61 # ${marker}\n) & (sh -c 'sleep 61; : ${marker}' &) ; exit 0`),
    );
    expect(await endOf(runner, id)).toMatchObject({ end: { kind: 'succeeded' } });
    await sleep(50);
    expect(processesWith(marker)).toEqual([]);
  });

  it('comes by timeout, for a process that does not listen and for what it started', async () => {
    const { runner } = newRunner();
    const marker = newName();
    const script = `trap '' TERM; sh -c 'trap "" TERM; while :; do sleep 0.1; done; : ${marker}' & wait; while :; do sleep 0.1; done`;
    const { id } = await runner.submit({ ...order(script), timeoutSeconds: 1 });
    expect(await endOf(runner, id)).toMatchObject({
      end: { kind: 'timeout', message: 'It was ended because it took longer than 1 s.' },
    });
    await sleep(50);
    expect(processesWith(marker)).toEqual([]);
  });

  it('leaves time to clear up when it was asked for', async () => {
    const { runner } = newRunner({ graceMs: 10_000 });
    const { id } = await runner.submit(
      order(`trap 'echo saved; exit 0' TERM; echo ready; while :; do sleep 0.05; done`),
    );
    while ((await runner.lastLine(id)) !== 'ready') await sleep(10);
    await runner.terminate(id, 'the study was stopped');
    expect(await endOf(runner, id)).toMatchObject({ end: { kind: 'terminated', exitCode: 0 } });
    expect(await runner.lastLine(id)).toBe('saved');
  });

  it('of its shell is the end of all of it', async () => {
    const { runner, folder } = newRunner();
    const marker = newName();
    const { id } = await runner.submit(order(`while :; do sleep 0.1; done # ${marker}`));
    await jobIn(runner, id, 'running');
    process.kill(pidIn(folder, id), 'SIGKILL');
    expect(await endOf(runner, id)).toMatchObject({ end: { kind: 'hostFailure' } });
    await sleep(50);
    expect(processesWith(marker)).toEqual([]);
  });
});

describe('the output of a process', () => {
  it('may be 100 MB, of which the end is read', async () => {
    const { runner } = newRunner();
    const { id } = await runner.submit(
      order(`head -c 100000000 /dev/zero | tr '\\0' 'x' | fold -w 99; echo; echo '{"values":{"loss":1}}'`),
    );
    await endOf(runner, id);
    const before = process.memoryUsage().rss;
    expect(await runner.lastLine(id)).toBe('{"values":{"loss":1}}');
    expect((await runner.log(id, 10_000))?.length).toBe(10_000);
    expect(process.memoryUsage().rss - before).toBeLessThan(50_000_000);
  });

  it('may have no line end, and then no line short enough for a result', async () => {
    const { runner } = newRunner();
    const { id } = await runner.submit(order(`head -c 5000000 /dev/zero | tr '\\0' 'x'`));
    await endOf(runner, id);
    expect(await runner.lastLine(id)).toBeUndefined();
    expect(await runner.log(id, 100)).toBe('x'.repeat(100));
  });

  it('may be binary', async () => {
    const { runner } = newRunner();
    const { id } = await runner.submit(order(`printf '\\000\\377\\376\\n\\200\\201 end\\n'`));
    await endOf(runner, id);
    expect(await runner.lastLine(id)).toBe('\ufffd\ufffd end');
    expect(await runner.log(id, 100)).toBe('\u0000\ufffd\ufffd\n\ufffd\ufffd end\n');
  });

  it('is read while it is written', async () => {
    const { runner } = newRunner();
    const { id } = await runner.submit(order('echo early; sleep 60'));
    while ((await runner.log(id, 100)) === undefined) await sleep(10);
    expect(await runner.log(id, 100)).toBe('early\n');
    await runner.terminate(id, 'the test is over');
  });

  it('is apart from its errors, which stand below it in the log', async () => {
    const { runner } = newRunner();
    const { id } = await runner.submit(order(`echo '{"values":{}}'; echo 'a warning' >&2`));
    await endOf(runner, id);
    expect(await runner.lastLine(id)).toBe('{"values":{}}');
    expect(await runner.log(id, 1000)).toBe('{"values":{}}\n--- standard error ---\na warning\n');
  });

  it.each([
    ['both are long', 5000, 5000],
    ['the errors are short', 5000, 20],
    ['the errors are long', 20, 5000],
  ])('shares a short log with its errors when %s', async (_, outputBytes, errorBytes) => {
    const { runner } = newRunner();
    const { id } = await runner.submit(
      order(`head -c ${outputBytes} /dev/zero | tr '\\0' o; head -c ${errorBytes} /dev/zero | tr '\\0' e >&2`),
    );
    await endOf(runner, id);
    const log = (await runner.log(id, 1000))!;
    expect(log.length).toBeLessThanOrEqual(1000);
    expect(log.length).toBeGreaterThan(990);
    const [output, errors] = log.split('\n--- standard error ---\n');
    expect(output).toMatch(/^o+$/);
    expect(errors).toMatch(/^e+$/);
    expect(Math.min(outputBytes, errorBytes, 480)).toBeLessThanOrEqual(Math.min(output.length, errors.length));
  });
});

describe('a runner that opens where one was killed', () => {
  it('takes over a process that still runs, and learns how it ends', async () => {
    const folder = newFolder();
    const go = join(folder, 'go');
    const { id, script } = await submittedElsewhere(
      folder,
      `while [ ! -e ${go} ]; do sleep 0.02; done; echo result; exit 3`,
    );
    await script.kill();
    const ended: Job[] = [];
    const { runner } = newRunner({ folder, onEnded: (job) => ended.push(job) });
    expect(await jobIn(runner, id, 'running')).toMatchObject({ id });
    writeFileSync(go, '');
    expect(await endOf(runner, id)).toMatchObject({ end: { kind: 'exitCode', exitCode: 3 } });
    expect(await runner.lastLine(id)).toBe('result');
    await sleep(50);
    expect(ended).toMatchObject([{ id }]);
  });

  it('tells the end of a process that ended meanwhile', async () => {
    const folder = newFolder();
    const { id, script } = await submittedElsewhere(folder, 'sleep 0.3; echo result; exit 0');
    await script.kill();
    await sleep(600);
    const ended: Job[] = [];
    const { runner } = newRunner({ folder, onEnded: (job) => ended.push(job) });
    expect(await endOf(runner, id)).toMatchObject({ end: { kind: 'succeeded' } });
    expect(await runner.lastLine(id)).toBe('result');
    await sleep(50);
    expect(ended).toMatchObject([{ id, state: 'ended' }]);
  });

  it('ends a process when told to, all of it', async () => {
    const folder = newFolder();
    const marker = newName();
    const { id, script } = await submittedElsewhere(
      folder,
      `trap '' TERM; sh -c 'sleep 61; : ${marker}' & wait; sleep 61`,
    );
    await script.kill();
    const { runner } = newRunner({ folder });
    await runner.terminate(id, 'the study was stopped');
    expect(await endOf(runner, id)).toMatchObject({ end: { kind: 'terminated', message: 'the study was stopped' } });
    expect(processesWith(marker)).toEqual([]);
  });

  it('keeps to the time that was left', async () => {
    const folder = newFolder();
    const { id, script } = await submittedElsewhere(folder, 'sleep 61', { timeoutSeconds: 1 });
    await script.kill();
    await sleep(1000);
    const { runner } = newRunner({ folder });
    expect(await endOf(runner, id)).toMatchObject({ end: { kind: 'timeout' } });
  });

  it('goes on to end what was being ended', async () => {
    const folder = newFolder();
    const { id, script } = await submittedElsewhere(
      folder,
      `trap '' TERM; echo ready; while :; do sleep 0.05; done`,
      {},
      'stop',
    );
    await script.kill();
    const { runner } = newRunner({ folder });
    expect(await endOf(runner, id)).toMatchObject({ end: { kind: 'terminated', message: 'said before' } });
  });

  it('does not take another process for one whose number it has', async () => {
    const { folder, id } = await deadJob();
    // This process has the number now, and was not started when the other one was.
    const path = join(openProcessFolder(folder).pathOf(id), 'identity');
    const [, stat, boot] = readFileSync(path, 'utf8').split('\n');
    writeFileSync(path, `${process.pid}\n${stat}\n${boot}\n`);
    const { runner } = newRunner({ folder });
    await runner.terminate(id, 'must not reach this process');
    expect(await endOf(runner, id)).toMatchObject({ end: { kind: 'hostFailure' } });
  });

  it('does not take a process for one from before the machine was started', async () => {
    const { folder, id } = await deadJob();
    const path = join(openProcessFolder(folder).pathOf(id), 'identity');
    const stat = readFileSync('/proc/self/stat', 'utf8').trim();
    writeFileSync(path, `${process.pid}\n${stat}\n00000000-0000-0000-0000-000000000000\n`);
    const { runner } = newRunner({ folder });
    expect(await endOf(runner, id)).toMatchObject({ end: { kind: 'hostFailure' } });
  });

  it('writes off what was about to be started, and keeps it from starting late', async () => {
    const folder = newFolder();
    const jobs = openProcessFolder(folder);
    const id = jobs.add('never-started', { createdMs: Date.now(), timeoutMs: 60_000, oomKills: 0 });
    const { runner } = newRunner({ folder });
    expect(await endOf(runner, id)).toMatchObject({
      startedMs: undefined,
      end: { kind: 'hostFailure', message: 'The server ended while it was about to start it.' },
    });
    expect(existsSync(join(jobs.pathOf(id), 'stop.json'))).toBe(true);
  });

  it('forgets what was not even written down, and keeps the end of what was', async () => {
    const folder = newFolder();
    const first = newRunner({ folder });
    const { id } = await first.runner.submit(order('exit 4'));
    const ended = await endOf(first.runner, id);
    await first.runner.close();
    // As a crash leaves them: marked before there is a job, and marked still though its end is written down.
    for (const mark of ['half-made.1', id]) writeFileSync(join(folder, 'open', mark), '');
    const { runner } = newRunner({ folder });
    expect(await runner.findByName('half-made')).toEqual([]);
    expect((await runner.describe([id])).get(id)).toEqual(ended);
    expect(openProcessFolder(folder).openIds()).toEqual([]);
  });

  it('looks at what is open, not at what has ended', async () => {
    const folder = newFolder();
    const { runner } = newRunner({ folder });
    const { id } = await runner.submit(order('exit 0'));
    await endOf(runner, id);
    expect(openProcessFolder(folder).openIds()).toEqual([]);
  });

  it('finds no process lost and none twice after 20 kills at any moment', { timeout: 60_000 }, async () => {
    const folder = newFolder();
    const started = new Set<string>();
    for (let round = 0; round < 20; round++) {
      const script = startScript(
        ['process-runner.ts', 'openProcessRunner'],
        `const runner = open({ ...${JSON.stringify(settingsFor(folder))}, nowMs: Date.now, onEnded: () => {} });
         for (let i = 0; ; i++) console.log((await runner.submit({ name: 'round-${round}', command: ['sh', '-c', 'sleep 0.1; echo done'],
           environment: {}, timeoutSeconds: 60, slot: 0, gpus: 0 })).id);`,
      );
      await script.line();
      await sleep((round * 7) % 40);
      for (const id of await script.kill()) started.add(id);
    }
    const { runner } = newRunner({ folder });
    const all = await Promise.all(Array.from({ length: 20 }, (_, round) => runner.findByName(`round-${round}`)));
    const ids = all.flat().map(({ id }) => id);
    expect([...started].filter((id) => !ids.includes(id))).toEqual([]);
    for (const id of ids) {
      const job = await endOf(runner, id);
      const end = job.state === 'ended' ? job.end : undefined;
      // One that had not come up when the next runner opened is written off.
      const isWrittenOff = end?.message === 'The server ended while it was about to start it.';
      const said = isWrittenOff || (await runner.lastLine(id));
      expect([end?.kind, said]).toEqual(isWrittenOff ? ['hostFailure', true] : ['succeeded', 'done']);
    }
    expect(started.size).toBeGreaterThan(20);
    expect(openProcessFolder(folder).openIds()).toEqual([]);
  });
});

describe('a folder of jobs', () => {
  it('may be given from where the server runs, which is not where programs do', async () => {
    const folder = relative(process.cwd(), newFolder());
    const { runner } = newRunner({ folder });
    const { id } = await runner.submit(order('pwd'));
    expect(await endOf(runner, id)).toMatchObject({ end: { kind: 'succeeded' } });
    expect(await runner.lastLine(id)).toBe(root);
  });
});

describe('what is forgotten', () => {
  it('is everything that is kept of the jobs that have ended, those of an earlier runner too', async () => {
    const folder = newFolder();
    const first = newRunner({ folder });
    const names = ['gone-1', 'gone-2', 'gone-2', 'going-1', 'gone'];
    const ids: string[] = [];
    for (const name of names) ids.push((await first.runner.submit({ ...order('echo said'), name })).id);
    for (const id of ids) await endOf(first.runner, id);
    await first.runner.close();
    const { runner } = newRunner({ folder });
    const running = await runner.submit({ ...order('sleep 60'), name: 'gone-2' });
    await runner.forget('gone-');
    expect(readdirSync(join(folder, 'by-name')).toSorted()).toEqual(['going-1', 'gone', 'gone-2']);
    expect(await runner.findByName('gone-1')).toEqual([]);
    expect(await runner.findByName('gone-2')).toMatchObject([{ id: running.id }]);
    expect(await runner.log(ids[0], 100)).toBeUndefined();
    await runner.terminate(running.id, 'the test is over');
    await endOf(runner, running.id);
    await runner.forget('gone-');
    await runner.forget('gone-');
    expect(readdirSync(join(folder, 'by-name')).toSorted()).toEqual(['going-1', 'gone']);
  });

  it('goes on where it was interrupted', async () => {
    const { runner, folder } = newRunner();
    const { id } = await runner.submit({ ...order('exit 0'), name: 'gone-1' });
    await endOf(runner, id);
    const path = openProcessFolder(folder).pathOf(id);
    for (const file of ['job.json', 'end.json', 'exit']) rmSync(join(path, file));
    await runner.forget('gone-');
    expect(readdirSync(join(folder, 'by-name'))).toEqual([]);
  });
});

describe('a runner with nothing to do', () => {
  it('does not keep its process from ending, nor do processes that still run', async () => {
    const folder = newFolder();
    const script = startScript(
      ['process-runner.ts', 'openProcessRunner'],
      `const runner = open({ ...${JSON.stringify(settingsFor(folder))}, nowMs: Date.now, onEnded: () => {} });
       const { id } = await runner.submit(${JSON.stringify(order('sleep 0.5'))});
       while ((await runner.describe([id])).get(id).state !== 'running') await new Promise((resolve) => setTimeout(resolve, 5));
       console.log(id);`,
    );
    const id = await script.line();
    await script.ended;
    const { runner } = newRunner({ folder });
    expect(await endOf(runner, id)).toMatchObject({ end: { kind: 'succeeded' } });
  });
});

describe('a disk that is full when a process ends', () => {
  it('delays the news, and loses nothing', async () => {
    const { runner, folder } = newRunner();
    const go = join(newFolder(), 'go');
    const { id } = await runner.submit(order(`while [ ! -e ${go} ]; do sleep 0.02; done; exit 5`));
    await jobIn(runner, id, 'running');
    const inTheWay = join(openProcessFolder(folder).pathOf(id), 'end.json~');
    mkdirSync(inTheWay);
    writeFileSync(go, '');
    await sleep(300);
    expect((await runner.describe([id])).get(id)).toMatchObject({ state: 'running' });
    rmSync(inTheWay, { recursive: true });
    expect(await endOf(runner, id)).toMatchObject({ end: { kind: 'exitCode', exitCode: 5 } });
  });
});

function order(script: string): JobOrder {
  return shellOrder(newName(), script);
}

function newFolder(): string {
  return mkdtempSync(join(root, 'data-'));
}

function settingsFor(folder: string): ProcessRunnerSettings {
  return {
    folder,
    workingFolder: root,
    environment: { PATH: process.env['PATH'] },
    graceMs: 300,
    lookMs: 50,
    nowMs: Date.now,
    onEnded: () => undefined,
  };
}

function newRunner(settings: Partial<ProcessRunnerSettings> = {}): { runner: JobRunner; folder: string } {
  const folder = settings.folder ?? newFolder();
  const runner = openProcessRunner({ ...settingsFor(folder), ...settings });
  onTestFinished(() => runner.close());
  return { runner, folder };
}

/** A job of a runner in a process of its own, which is still to be killed. */
async function submittedElsewhere(
  folder: string,
  script: string,
  more: Partial<JobOrder> = {},
  then: 'stay' | 'stop' = 'stay',
): Promise<{ id: string; script: ScriptProcess }> {
  const holder = startScript(
    ['process-runner.ts', 'openProcessRunner'],
    `const runner = open({ ...${JSON.stringify(settingsFor(folder))}, graceMs: 60_000, nowMs: Date.now, onEnded: () => {} });
     const { id } = await runner.submit(${JSON.stringify({ ...order(script), ...more })});
     const is = async (state) => (await runner.describe([id])).get(id).state === state;
     while (!(await is('running'))) await new Promise((resolve) => setTimeout(resolve, 5));
     ${then === 'stop' ? `while (!(await runner.lastLine(id))) await new Promise((resolve) => setTimeout(resolve, 5)); await runner.terminate(id, 'said before');` : ''}
     console.log(id);
     setInterval(() => {}, 1000);`,
  );
  return { id: await holder.line(), script: holder };
}

/** A job that was killed with its runner, and of whose end nothing is written down. */
async function deadJob(): Promise<{ folder: string; id: string }> {
  const folder = newFolder();
  const { id, script } = await submittedElsewhere(folder, 'sleep 61');
  await script.kill();
  process.kill(-pidIn(folder, id), 'SIGKILL');
  return { folder, id };
}

function pidIn(folder: string, id: string): number {
  return Number(openProcessFolder(folder).identity(id)!.said.split('\n')[0]);
}

function processesWith(marker: string): string[] {
  const lines = execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' }).split('\n');
  return lines.filter((line) => line.includes(marker));
}
