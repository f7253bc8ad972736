import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Job, JobOrder, JobRunner } from '../../shared/service/ports/job-runner.ts';

export interface RunnerHarness {
  runner: JobRunner;
  /** What an order must have besides. */
  extra?: Partial<JobOrder>;
  /** The environment variable that tells a job its id. */
  idVariable: string;
  stop: () => Promise<void>;
}

const waitMs = 20_000;
const pauseMs = 25;

/** What every runner does, whatever runs its jobs. Commands need `sh`. */
export function runnerContract(title: string, open: () => Promise<RunnerHarness>): void {
  describe(`${title} keeps the contract of runners:`, () => {
    let harness: RunnerHarness;
    let runner: JobRunner;
    beforeAll(async () => {
      harness = await open();
      runner = harness.runner;
    });
    afterAll(async () => {
      await runner.close();
      await harness.stop();
    });

    const submit = async (script: string, order: Partial<JobOrder> = {}): Promise<{ id: string; name: string }> => {
      const name = order.name ?? newName();
      const { id } = await runner.submit({ ...shellOrder(name, script), ...harness.extra, ...order });
      return { id, name };
    };

    it('runs a command to its end', async () => {
      const { id, name } = await submit('exit 0');
      const job = await endOf(runner, id);
      expect(job).toMatchObject({ id, name, state: 'ended', end: { kind: 'succeeded', exitCode: 0, message: '' } });
      expect(job.startedMs).toBeGreaterThanOrEqual(job.createdMs - 1);
      expect(job.state === 'ended' && job.endedMs).toBeGreaterThanOrEqual(job.startedMs! - 1);
    });

    it.each([1, 3, 255])('tells the exit code %d', async (code) => {
      const { id } = await submit(`exit ${code}`);
      expect(await endOf(runner, id)).toMatchObject({ end: { kind: 'exitCode', exitCode: code } });
    });

    it('shows a job that runs as running', async () => {
      const { id, name } = await submit('sleep 60');
      const job = await jobIn(runner, id, 'running');
      expect(job).toMatchObject({ id, name, startedMs: expect.any(Number) as number });
      expect(job).not.toHaveProperty('end');
      await runner.terminate(id, 'the test is over');
    });

    it('hands over arguments and environment untouched', async () => {
      const odd = 'a  b\t"c" \'d\' $HOME $(id) `id` \\ * ; & | > < # ~ {x} äöü';
      const { id } = await submit('printf "%s|%s" "$1" "$ODD"', {
        command: ['sh', '-c', 'printf "%s|%s|%s" "$#" "$1" "$ODD"', 'sh', odd, ''],
        environment: { ODD: odd },
      });
      await endOf(runner, id);
      expect(await runner.lastLine(id)).toBe(`2|${odd}|${odd}`);
    });

    it('tells a job its own id', async () => {
      const { id } = await submit(`echo "$${harness.idVariable}"`);
      await endOf(runner, id);
      expect(await runner.lastLine(id)).toBe(id);
    });

    it('ends a job that is terminated, and says why', async () => {
      const { id } = await submit('sleep 60');
      await jobIn(runner, id, 'running');
      await runner.terminate(id, 'the study was stopped');
      const job = await endOf(runner, id);
      expect(job).toMatchObject({ end: { kind: 'terminated' } });
      expect(job.state === 'ended' && job.end.message).toContain('the study was stopped');
    });

    it('kills a job that does not end when it is told to', async () => {
      const { id } = await submit(`trap '' TERM; echo ready; sleep 60; sleep 60`);
      await jobIn(runner, id, 'running');
      await sleep(100);
      await runner.terminate(id, 'the study was stopped');
      expect(await endOf(runner, id)).toMatchObject({ end: { kind: 'terminated' } });
    });

    it('terminates nothing that has ended or is not known', async () => {
      const { id } = await submit('exit 3');
      const ended = await endOf(runner, id);
      await runner.terminate(id, 'too late');
      await runner.terminate('never-submitted', 'by mistake');
      await runner.terminate(id, 'too late again');
      expect((await runner.describe([id])).get(id)).toEqual(ended);
    });

    it('finds the jobs of exactly a name, whatever has become of them', async () => {
      const name = newName();
      const ended = await submit('exit 0', { name });
      const stopped = await submit('sleep 60', { name });
      const open = await submit('sleep 60', { name });
      await submit('exit 0', { name: `${name}-1` });
      await submit('exit 0', { name: name.toUpperCase() });
      await endOf(runner, ended.id);
      await runner.terminate(stopped.id, 'for the test');
      await endOf(runner, stopped.id);
      const found = await runner.findByName(name);
      const kinds = found.map((job) => [job.id, { name: job.name, is: job.state === 'ended' ? job.end.kind : 'open' }]);
      expect(Object.fromEntries(kinds)).toEqual({
        [ended.id]: { name, is: 'succeeded' },
        [stopped.id]: { name, is: 'terminated' },
        [open.id]: { name, is: 'open' },
      });
      await runner.terminate(open.id, 'for the test');
    });

    it('forgets no job that goes on, and nothing beside a prefix', async () => {
      const prefix = `${newName()}-`;
      const open = await submit('sleep 60', { name: `${prefix}1` });
      const beside = await submit('exit 0', { name: prefix.slice(0, -1) });
      await jobIn(runner, open.id, 'running');
      await endOf(runner, beside.id);
      await runner.forget(prefix);
      await runner.forget(`${newName()}-`);
      expect(await runner.findByName(open.name)).toMatchObject([{ id: open.id, state: 'running' }]);
      expect(await runner.findByName(beside.name)).toMatchObject([{ id: beside.id, state: 'ended' }]);
      await runner.terminate(open.id, 'the test is over');
    });

    it('finds nothing under a name that no job has', async () => {
      for (const name of [newName(), '..', 'a/../..', '']) expect(await runner.findByName(name)).toEqual([]);
    });

    it('describes many jobs at once, and leaves out what it does not know', async () => {
      const known = await Promise.all(Array.from({ length: 3 }, () => submit('exit 0')));
      const unknown = Array.from({ length: 220 }, (_, i) => `00000000-0000-0000-0000-${String(i).padStart(12, '0')}`);
      const ids = known.map(({ id }) => id);
      const described = await runner.describe([...unknown, ...ids, '', '../..']);
      expect([...described.keys()].sort()).toEqual(ids.sort());
      expect(await runner.describe([])).toEqual(new Map());
    });

    it('keeps the end of the log', async () => {
      const { id } = await submit('i=0; while [ $i -lt 2000 ]; do echo "line $i äöü"; i=$((i+1)); done');
      await endOf(runner, id);
      const log = await runner.log(id, 1000);
      expect(log).toMatch(/line 1999 äöü\n?$/);
      expect(Buffer.byteLength(log!)).toBeLessThanOrEqual(1000);
      expect(log).not.toContain('\ufffd');
      expect(await runner.log(id, 1_000_000)).toMatch(/^line 0 äöü\nline 1 äöü\n/);
    });

    it('has no log of what wrote nothing or was never submitted', async () => {
      const { id } = await submit('exit 0');
      await endOf(runner, id);
      for (const one of [id, 'never-submitted']) {
        expect(await runner.log(one, 1000)).toBeUndefined();
        expect(await runner.lastLine(one)).toBeUndefined();
      }
    });

    it.each([
      ['JSON', `echo start; echo '{"values":{"loss":0.3}}'`, '{"values":{"loss":0.3}}'],
      ['no number', `echo '{"values":{"loss":NaN}}'`, '{"values":{"loss":NaN}}'],
      ['followed by blank lines', `printf '{"a":1}\\n\\n  \\n'`, '{"a":1}'],
      ['without a line end', `printf 'first\\nlast'`, 'last'],
      ['ended as on Windows', `printf 'first\\r\\nlast\\r\\n'`, 'last'],
    ])('gives the last line of the output: %s', async (_, script, line) => {
      const { id } = await submit(script);
      await endOf(runner, id);
      expect(await runner.lastLine(id)).toBe(line);
    });
  });
}

let nameCount = 0;

export function newName(): string {
  return `cavia-test-${process.pid}-${++nameCount}`;
}

/** A job that runs a script. */
export function shellOrder(name: string, script: string): JobOrder {
  return { name, command: ['sh', '-c', script], environment: {}, timeoutSeconds: 600, slot: 0, gpus: 0 };
}

/** The job once it has ended. */
export function endOf(runner: JobRunner, id: string): Promise<Job> {
  return jobIn(runner, id, 'ended');
}

export async function jobIn(runner: JobRunner, id: string, state: Job['state']): Promise<Job> {
  const deadlineMs = performance.now() + waitMs;
  let job: Job | undefined;
  while (performance.now() < deadlineMs) {
    job = (await runner.describe([id])).get(id);
    if (job?.state === state) return job;
    await sleep(pauseMs);
  }
  throw new Error(`job ${id} was not ${state} after ${waitMs} ms, but ${JSON.stringify(job)}`);
}
