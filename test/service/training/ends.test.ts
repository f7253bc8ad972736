import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Trial } from '../../../shared/domain/trial.ts';
import { allTrials } from '../../audit.ts';
import {
  createManagedStudy,
  echoResult,
  openManagedService,
  patience,
  study,
  type ManagedService,
} from './managed-service.ts';

const one = { trials: 1, parallel: 1 };
const toResultUri = (loss: string): string => `echo '{"values": {"loss": ${loss}}}' >"\${CAVIA_RESULT_URI#file://}"`;
/** Until the test says so. */
const waitForGo = 'while [ ! -e go ]; do sleep 0.02; done';

describe('a result', () => {
  it('may be the last line of what the job writes', async () => {
    const { trial } = await trained(`echo '{"values": {"loss": 1}}'; echo '{"values": {"loss": 2}, "message": "m"}'`);
    expect(trial).toMatchObject({ state: 'complete', values: { loss: 2 }, message: 'm', attempt: 1 });
  });

  it('may be the bare number of the one objective', async () => {
    const { trial } = await trained(`echo 7; echo ' 0.25 '`);
    expect(trial).toMatchObject({ state: 'complete', values: { loss: 0.25 } });
  });

  it('may be an object, which counts before the last line', async () => {
    const { trial } = await trained(`${toResultUri('3')}; echo '{"values": {"loss": 4}}'`);
    expect(trial).toMatchObject({ state: 'complete', values: { loss: 3 } });
  });

  it('that was told counts before both', async () => {
    const service = open();
    await createManagedStudy(service, `${waitForGo}; ${toResultUri('3')}; echo '{"values": {"loss": 4}}'`, one);
    await service.until(async () => (await trialOf(service))?.job?.phase === 'submitted');
    await service.client.tell({ study, number: '0', body: { attempt: 1, values: { loss: 5 } } });
    // The place is the job's until that is gone.
    expect((await trialOf(service))?.job).toMatchObject({ phase: 'submitted' });
    expect((await service.client.getStudy({ study })).state).toBe('active');
    writeFileSync(join(service.folder, 'go'), '');
    await service.until(isFinished);
    expect(await trialOf(service)).toMatchObject({ state: 'complete', values: { loss: 5 } });
  });

  it('that was left as an object counts, however the job ended', async () => {
    const { trial } = await trained(`${toResultUri('3')}; exit 1`);
    expect(trial).toMatchObject({ state: 'complete', values: { loss: 3 }, failures: 0 });
  });

  it('printed before the job failed does not count', async () => {
    const { trial } = await trained(`${echoResult}; exit 1`, { lease: { attempts: 1 } });
    expect(trial).toMatchObject({ state: 'failed', values: null });
  });

  it.each(['NaN', 'Infinity', '-Infinity', '"NaN"'])('of %s makes the trial infeasible', async (value) => {
    const { trial } = await trained(`echo '{"values": {"loss": ${value}}}'`);
    expect(trial).toMatchObject({ state: 'infeasible', values: null });
  });

  it('keeps the objective when another metric is not finite', async () => {
    const { trial } = await trained(`echo '{"values": {"loss": 3, "f1": NaN}}'`);
    expect(trial).toMatchObject({ state: 'complete', values: { loss: 3 } });
  });

  it('may say that the configuration is infeasible', async () => {
    const { trial } = await trained(`echo '{"state": "infeasible", "message": "diverged"}'`);
    expect(trial).toMatchObject({ state: 'infeasible', message: 'diverged' });
  });

  it.each([
    ['another metric', `'{"values": {"accuracy": 1}}'`, 'loss'],
    ['an unknown field', `'{"values": {"loss": 1}, "lr": 1}'`, 'lr'],
    ['values that are none', `'{"values": 1}'`, 'values'],
  ])('with %s fails the attempt, and says why', async (_, line, named) => {
    const { trial } = await trained(`echo ${line}`, { lease: { attempts: 1 } });
    expect(trial).toMatchObject({ state: 'failed', message: expect.stringContaining(named) as string });
  });

  it('that is still on its way when the job ends is waited for', async () => {
    const service = open();
    await createManagedStudy(service, 'true', one);
    await service.until(async () => (await service.training.queue.counts()).delayed > 0);
    await service.client.tell({ study, number: '0', body: { attempt: 1, values: { loss: 6 } } });
    service.skip(patience.graceMs + 1_000);
    await service.until(isFinished);
    expect(await trialOf(service)).toMatchObject({ state: 'complete', values: { loss: 6 }, failures: 0 });
  });

  it.each([
    ['true', ''],
    [`echo 'epoch 1'; echo "{'loss': 0.5}"`, "; got {'loss': 0.5}"],
    [`printf 'x%0300d'`, `; got x${'0'.repeat(198)}…`],
  ])('that does not come from %s fails the attempt, and says how it should be', async (script, got) => {
    const service = open();
    await createManagedStudy(service, script, { ...one, lease: { attempts: 1 } });
    await service.until(async () => (await service.training.queue.counts()).delayed > 0);
    expect(await trialOf(service)).toMatchObject({ state: 'running' });
    service.skip(patience.graceMs + 1_000);
    await service.until(isFinished);
    expect(await trialOf(service)).toMatchObject({
      state: 'failed',
      message: `It ended without a result: its last line must be like 0.4 or {"values": {"loss": 0.4}}${got}.`,
    });
  });
});

describe('the place of a job', () => {
  it.each([
    ['a result', { values: { loss: 1 } }, 'complete', [1, 1]],
    ['a failure', { state: 'failed' as const }, 'waiting', [2, 1]],
  ])('is its own until it is gone, also after it has told %s', async (_, told, state, attempts) => {
    const service = open();
    const script = `echo "$CAVIA_TRIAL $CAVIA_ATTEMPT" >>"$NOTES"; ${waitForGo}; ${echoResult}`;
    await createManagedStudy(service, script, { trials: 2, parallel: 1 });
    await service.until(async () => (await trialOf(service))?.job?.phase === 'submitted');
    await service.client.tell({ study, number: '0', body: { attempt: 1, ...told } });
    for (let round = 0; round < 5; round++)
      await service.round({ message: () => 1, event: () => 1, sweeps: () => true });
    expect(await allTrials(service.client, study)).toMatchObject([{ state, attempt: 1, job: { phase: 'submitted' } }]);
    expect(service.notes().length).toBeLessThanOrEqual(1);
    writeFileSync(join(service.folder, 'go'), '');
    await service.until(isFinished);
    const trials = await allTrials(service.client, study);
    expect(trials.map(({ attempt }) => attempt)).toEqual(attempts);
    expect(trials.map((trial) => trial.state)).toEqual(['complete', 'complete']);
  });
});

describe('a trial whose job has told a failure', () => {
  it('is not given to another job before that one is gone', async () => {
    const service = open();
    const script = `echo "$CAVIA_ATTEMPT" >>"$NOTES"; ${waitForGo}; ${echoResult}`;
    await createManagedStudy(service, script, { trials: 1, parallel: 2 });
    await service.until(() => service.notes().length === 1);
    await service.client.tell({ study, number: '0', body: { attempt: 1, state: 'failed' } });
    for (let round = 0; round < 5; round++)
      await service.round({ message: () => 1, event: () => 1, sweeps: () => true });
    expect(await trialOf(service)).toMatchObject({ state: 'waiting', attempt: 1, job: { phase: 'submitted' } });
    writeFileSync(join(service.folder, 'go'), '');
    await service.until(isFinished);
    expect(await trialOf(service)).toMatchObject({ state: 'complete', attempt: 2, failures: 1 });
    expect(service.notes()).toEqual(['1', '2']);
  });
});

describe('a job that fails', () => {
  it('by a signal from elsewhere is tried again with the same params', async () => {
    const note = 'echo "$CAVIA_ATTEMPT $1" >>"$NOTES"';
    const { trial, service } = await trained(`${note}; [ "$CAVIA_ATTEMPT" = 1 ] && kill -9 $$; ${echoResult}`);
    const { x } = trial.params;
    expect(trial).toMatchObject({ state: 'complete', values: { loss: x }, attempt: 2, failures: 1 });
    expect(service.notes()).toEqual([`1 ${String(x)}`, `2 ${String(x)}`]);
  });

  it('by its exit code is tried as often as the study says, and its last words are kept', async () => {
    const { trial } = await trained('echo "$CAVIA_ATTEMPT: no such file" >&2; exit 3', { lease: { attempts: 2 } });
    const message = 'It exited with code 3. Last words: 2: no such file';
    expect(trial).toMatchObject({ state: 'failed', attempt: 2, failures: 2, message });
  });

  it('by its exit code is infeasible where the study says so', async () => {
    const { trial } = await trained('exit 3', { training: { failures: { exitCode: 'infeasible' } } });
    expect(trial).toMatchObject({ state: 'infeasible', attempt: 1, message: 'It exited with code 3.' });
  });

  it('knows the metrics and what its exit code means, which its token may not ask for', async () => {
    const { trial } = await trained('echo "$CAVIA_METRICS $CAVIA_EXIT_CODE_MEANS" >&2; exit 3', {
      training: { failures: { exitCode: 'infeasible' } },
    });
    expect(trial.message).toBe('It exited with code 3. Last words: loss infeasible');
  });

  it('by taking too long is infeasible', async () => {
    const { trial } = await trained('sleep 60', { training: { timeoutSeconds: 1 } });
    expect(trial).toMatchObject({ state: 'infeasible', message: expect.stringContaining('longer than 1 s') as string });
  });

  it('finds what an earlier attempt left at its checkpoint', async () => {
    const file = '"${CAVIA_CHECKPOINT_URI#file://}"';
    const script = `[ -e ${file} ] && { cat ${file}; exit; }; echo '{"values": {"loss": 7}}' >${file}; kill -9 $$`;
    const { trial } = await trained(script);
    expect(trial).toMatchObject({ state: 'complete', values: { loss: 7 }, attempt: 2 });
  });

  it('keeps a log for each attempt', async () => {
    const { service } = await trained(
      `echo "log $CAVIA_ATTEMPT"; [ "$CAVIA_ATTEMPT" = 1 ] && kill -9 $$; ${echoResult}`,
    );
    const logOf = async (query: object): Promise<string | null> =>
      (await service.client.trialLog({ study, number: '0', query })).log;
    expect(await logOf({ attempt: 1 })).toMatch(/^log 1\n/);
    expect(await logOf({ attempt: 2 })).toMatch(/^log 2\n/);
    expect(await logOf({})).toMatch(/^log 2\n/);
    await expect(logOf({ attempt: 3 })).rejects.toMatchObject({ problem: { code: 'value_invalid' } });
  });

  it('is gone from a runner that has forgotten it, and is tried again', async () => {
    let isForgetful = true;
    const service = open((runner) => ({
      ...runner,
      describe: async (ids) => (isForgetful ? new Map() : runner.describe(ids)),
    }));
    await createManagedStudy(service, `[ "$CAVIA_ATTEMPT" = 1 ] && sleep 60; ${echoResult}`, one);
    await service.until(async () => (await trialOf(service))?.attempt === 2, {
      message: () => 1,
      event: () => 1,
      sweeps: () => (service.skip(patience.missingMs / 4), true),
    });
    isForgetful = false;
    await service.until(isFinished);
    expect(await trialOf(service)).toMatchObject({ state: 'complete', failures: 1 });
    await service.training.runner.terminate(
      (await service.training.runner.findByName(await nameOf(service)))[0].id,
      'over',
    );
  });

  it('and was given up for lost may still tell its result', async () => {
    const service = open((runner) => ({ ...runner, describe: async () => new Map() }));
    await createManagedStudy(service, 'sleep 60', { ...one, lease: { attempts: 1 } });
    await service.until(isFinished, {
      message: () => 1,
      event: () => 1,
      sweeps: () => (service.skip(patience.missingMs / 4), true),
    });
    expect(await trialOf(service)).toMatchObject({ state: 'failed', failures: 1 });
    const told = await service.client.tell({ study, number: '0', body: { attempt: 1, values: { loss: 8 } } });
    expect(told).toMatchObject({ state: 'complete', values: { loss: 8 } });
    await service.training.runner.terminate(told.job!.id!, 'the test is over');
  });
});

describe('the circuit breaker', () => {
  const fast = { lease: { attempts: 1 } };

  it('pauses a study whose first five attempts all fail, and groups their messages', async () => {
    const service = open();
    const script = '[ "$CAVIA_TRIAL" = 0 ] && exit 9; echo "No module named torch" >&2; exit 1';
    await createManagedStudy(service, script, { trials: 50, parallel: 1, ...fast });
    const paused = await service.until(({ state }) => state === 'paused');
    expect(paused.trouble).toEqual([
      { message: 'It exited with code 1. Last words: No module named torch', count: 4 },
      { message: 'It exited with code 9.', count: 1 },
    ]);
    expect(paused.progress).toMatchObject({ ended: 5, running: 0 });
    expect(service.watched).toEqual(new Set());
  });

  it('says that a program cannot be found', async () => {
    const service = open();
    await createManagedStudy(service, '', { trials: 9, ...fast, training: { command: ['no-such-program'] } });
    const paused = await service.until(({ state }) => state === 'paused');
    expect(paused.trouble).toEqual([
      { message: 'The command must start with a program on the PATH; got "no-such-program".', count: 5 },
    ]);
  });

  it('counts attempts that the study makes infeasible, but not results that say so', async () => {
    const rule = { training: { failures: { exitCode: 'infeasible' } } };
    const failing = open();
    await createManagedStudy(failing, 'exit 1', { trials: 50, parallel: 1, ...rule });
    expect((await failing.until(({ state }) => state !== 'active')).progress.ended).toBe(5);
    const telling = open();
    await createManagedStudy(telling, `echo '{"state": "infeasible"}'`, { trials: 12, parallel: 3 });
    expect(await telling.until(({ state }) => state !== 'active')).toMatchObject({ state: 'finished' });
  });

  it('pauses after ten failures in a row, and counts anew when it is resumed', async () => {
    const service = open();
    const script = `[ "$CAVIA_TRIAL" -gt 2 ] && [ "$CAVIA_TRIAL" -lt 15 ] && exit 1; ${echoResult}`;
    await createManagedStudy(service, script, { trials: 18, parallel: 1, ...fast });
    const paused = await service.until(({ state }) => state === 'paused');
    expect(paused).toMatchObject({
      progress: { ended: 13 },
      trouble: [{ message: 'It exited with code 1.', count: 10 }],
    });
    await service.client.updateStudy({ study, body: { state: 'active' } });
    const finished = await service.until(({ state }) => state !== 'active');
    expect(finished).toMatchObject({ state: 'finished', trouble: null });
    const states = (await allTrials(service.client, study)).map(({ state }) => state);
    expect(states.filter((state) => state === 'failed')).toHaveLength(12);
  });
});

async function trained(
  script: string,
  more: Parameters<typeof createManagedStudy>[2] = {},
): Promise<{ trial: Trial; service: ManagedService }> {
  const service = open();
  await createManagedStudy(service, script, { ...one, ...more });
  await service.until(isFinished);
  return { trial: (await trialOf(service))!, service };
}

function open(around?: NonNullable<Parameters<typeof openManagedService>[0]>['around']): ManagedService {
  const service = openManagedService(around ? { around } : {});
  onTestFinished(service.close);
  return service;
}

async function trialOf({ client }: ManagedService): Promise<Trial | undefined> {
  return (await allTrials(client, study))[0];
}

async function nameOf({ client }: ManagedService): Promise<string> {
  const { id } = await client.getStudy({ study });
  return `cavia-00000000000000000000000000-${id}-0-1`;
}

function isFinished({ state }: { state: string }): boolean {
  return state === 'finished';
}
