import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Trial } from '../../../shared/domain/trial.ts';
import { JobsUnavailable } from '../../../shared/service/ports/job-errors.ts';
import type { Job } from '../../../shared/service/ports/job-runner.ts';
import { dispatchTrial } from '../../../shared/service/training/dispatch-trial.ts';
import { allTrials, audit } from '../../audit.ts';
import { shakenTable } from '../shaken-table.ts';
import {
  createManagedStudy,
  echoResult,
  faithful,
  openManagedService,
  patience,
  study,
  type Carrier,
  type ManagedService,
} from './managed-service.ts';

/** For a script: notes the beginning and the end of what it does. */
const noted = (script: string): string =>
  `echo "begin $CAVIA_TRIAL $CAVIA_ATTEMPT" >>"$NOTES"; ${script}; echo "end $CAVIA_TRIAL $CAVIA_ATTEMPT" >>"$NOTES"`;
const trained = `${noted('sleep 0.02')}; ${echoResult}`;

describe('a managed study', () => {
  it('goes from its creation to its end by itself, with exactly its budget', async () => {
    const service = open();
    await createManagedStudy(service, trained, { trials: 9, parallel: 3 });
    const finished = await service.until(isFinished);
    expect(finished).toMatchObject({ endReason: 'trials', progress: { given: 9, left: 0, running: 0, waiting: 0 } });
    await expectWellTrained(service, 9, 3);
    expect(service.watched).toEqual(new Set());
    expect(service.thrown).toEqual([]);
  });

  it('trains every cell of a grid once', async () => {
    const service = open();
    await createManagedStudy(service, trained, { trials: 7, parallel: 3, sampler: 'grid' });
    await service.until(isFinished);
    const losses = (await allTrials(service.client, study)).map(({ values }) => values!.loss);
    expect(losses.toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });

  it('shows how far each job has come', async () => {
    const service = open();
    await createManagedStudy(service, `sleep 60`, { trials: 3, parallel: 1 });
    const jobOf = async (): Promise<unknown> => (await service.client.getTrial({ study, number: '0' })).job;
    await service.round();
    expect(await jobOf()).toEqual({ phase: 'queued', id: null, slot: 0 });
    await service.round();
    const submitted = (await jobOf()) as { id: string };
    expect(submitted).toEqual({ phase: 'submitted', id: expect.any(String) as string, slot: 0 });
    await service.client.startTrial({ study, number: '0', body: { attempt: 1, jobId: submitted.id } });
    expect(await jobOf()).toEqual({ ...submitted, phase: 'training' });
    expect((await service.client.getTrial({ study, number: '0' })).lease).toBeNull();
    await service.client.updateStudy({ study, body: { state: 'stopped' } });
    await service.until(isFinished);
    expect(await jobOf()).toEqual({ ...submitted, phase: 'ended' });
  });

  it('gives its trials to nobody else', async () => {
    const service = open();
    await createManagedStudy(service, echoResult);
    expect(await service.client.ask({ study, body: {} })).toEqual({ trials: [], granted: 0, reason: 'managed' });
  });

  it('goes on when its budget is raised, also when it had finished', async () => {
    const service = open();
    await createManagedStudy(service, trained, { trials: 3 });
    await service.until(isFinished);
    await service.client.updateStudy({ study, body: { budget: { trials: 6 } } });
    await service.until(isFinished);
    await expectWellTrained(service, 6, 2);
    expect(service.thrown).toEqual([]);
  });

  it('that is paused starts no job that was queued, and does when it goes on', async () => {
    const service = open();
    await createManagedStudy(service, trained, { trials: 2 });
    await service.round();
    await service.client.updateStudy({ study, body: { state: 'paused' } });
    for (let round = 0; round < 5; round++) await service.round({ ...faithful, sweeps: () => true });
    const phases = (await allTrials(service.client, study)).map(({ job }) => job!.phase);
    expect([phases, service.notes()]).toEqual([['queued', 'queued'], []]);
    expect(service.watched).toEqual(new Set());
    await service.client.updateStudy({ study, body: { state: 'active' } });
    await service.until(isFinished);
    await expectWellTrained(service, 2, 2);
  });

  it('trains nothing while it is paused, and goes on afterwards', async () => {
    const service = open();
    await createManagedStudy(service, trained, { trials: 8 });
    await service.until(async () => service.notes().length > 0);
    await service.client.updateStudy({ study, body: { state: 'paused' } });
    const isSubmitted = ({ job }: Trial): boolean => job !== null && job.phase !== 'ended' && job.phase !== 'queued';
    await service.until(async () => !(await allTrials(service.client, study)).some(isSubmitted));
    const begun = service.notes().length;
    for (let i = 0; i < 5; i++) await service.round({ ...faithful, sweeps: () => true });
    expect(service.notes().length).toBe(begun);
    await service.client.updateStudy({ study, body: { state: 'active' } });
    await service.until(isFinished);
    await expectWellTrained(service, 8, 2);
  });
});

describe('messages and events', () => {
  it.each(['random', 'grid'] as const)(
    'may come doubled, late or not at all, on a study with the sampler %s',
    async (sampler) => {
      const service = open();
      await createManagedStudy(service, trained, { trials: 12, parallel: 3, sampler });
      const finished = await service.until(isFinished, unreliable(service, sampler === 'grid' ? 7 : 1));
      expect(finished.progress).toMatchObject({ given: 12, left: 0 });
      await expectWellTrained(service, 12, 3);
      expect(service.thrown).toEqual([]);
    },
  );

  it('may all be lost: sweeps alone bring a study to its end', async () => {
    const service = open();
    await createManagedStudy(service, trained, { trials: 5 });
    let round = 0;
    await service.until(isFinished, {
      // Of the messages, only those that a sweep has sent after a while.
      message: (body) => Number(body.includes('dispatch') && round > 0),
      event: () => 0,
      sweeps: () => {
        service.skip(patience.resendMs);
        return ++round > 0;
      },
    });
    await expectWellTrained(service, 5, 2);
    expect(service.thrown).toEqual([]);
  });

  it.each([1, 2, 3])('may meet a store that loses requests and replies (seed %i)', async (seed) => {
    const shaking = { lostRequests: 0, lostReplies: 0 };
    const service = open(undefined, (table) => shakenTable(table, seed, shaking));
    await createManagedStudy(service, trained, { trials: 10, parallel: 3 });
    Object.assign(shaking, { lostRequests: 0.03, lostReplies: 0.03 });
    const carrier = unreliable(service, seed);
    for (let round = 0; round < 40; round++) {
      await service.round(carrier).catch((error: unknown) => service.thrown.push(error));
      await sleep(5);
    }
    expect(service.thrown.length).toBeGreaterThan(0);
    Object.assign(shaking, { lostRequests: 0, lostReplies: 0 });
    await service.until(isFinished, unreliable(service, seed));
    await expectWellTrained(service, 10, 3);
  });

  it('of jobs that are not ours are none of our business', async () => {
    const service = open();
    await createManagedStudy(service, trained, { trials: 2 });
    const { id } = await service.training.runner.submit({
      name: 'somebody-elses',
      command: ['true'],
      environment: {},
      timeoutSeconds: 60,
      slot: 0,
      gpus: 0,
    });
    await service.until(isFinished);
    await service.until(async () => (await service.training.runner.describe([id])).get(id)?.state === 'ended');
    expect(service.thrown).toEqual([]);
    await expectWellTrained(service, 2, 2);
  });
});

describe('a submission', () => {
  it('whose reply was lost is found by its name, and not sent again', async () => {
    let submitted = 0;
    const service = open((runner) => ({
      ...runner,
      submit: async (order) => {
        const reply = await runner.submit(order);
        if (submitted++ % 2 === 0) throw new JobsUnavailable('the reply was lost');
        return reply;
      },
    }));
    await createManagedStudy(service, trained, { trials: 6 });
    const sweeping: Carrier = {
      message: () => 1,
      // The ends of those jobs are not heard of: they would say whose they are.
      event: () => 0,
      sweeps: () => {
        service.skip(patience.claimMs / 4);
        return true;
      },
    };
    await service.until(isFinished, sweeping);
    await expectWellTrained(service, 6, 2);
    expect(submitted).toBe(6);
    expect(service.thrown.length).toBe(3);
  });

  it('that was lost on its way is sent again', async () => {
    let submitted = 0;
    const service = open((runner) => ({
      ...runner,
      submit: async (order) => {
        if (submitted++ === 0) throw new JobsUnavailable('the request was lost');
        return runner.submit(order);
      },
    }));
    await createManagedStudy(service, trained, { trials: 3, parallel: 1 });
    await service.until(isFinished, { ...faithful, sweeps: () => (service.skip(patience.claimMs), true) });
    await expectWellTrained(service, 3, 1);
    expect(submitted).toBe(4);
  });

  it('sent twice trains once, because one of its jobs is refused at the start', async () => {
    const ids: string[] = [];
    const service = open((runner) => ({
      ...runner,
      submit: async (order) => {
        ids.push((await runner.submit(order)).id);
        if (ids.length === 1) throw new JobsUnavailable('the reply was lost');
        return { id: ids.at(-1)! };
      },
      // The listing lags behind.
      findByName: async () => [],
    }));
    await createManagedStudy(service, 'sleep 60', { trials: 1, parallel: 1 });
    await service.until(() => ids.length === 2, {
      ...faithful,
      sweeps: () => (service.skip(patience.claimMs), true),
    });
    const start = (jobId: string): Promise<unknown> =>
      service.client.startTrial({ study, number: '0', body: { attempt: 1, jobId } });
    await expect(start(ids[0])).rejects.toMatchObject({ problem: { code: 'lease_superseded' } });
    // The same job may ask again.
    for (let i = 0; i < 2; i++) expect(await start(ids[1])).toMatchObject({ job: { phase: 'training', id: ids[1] } });
    await expect(start(ids[0])).rejects.toMatchObject({ problem: { code: 'lease_superseded' } });
    // That the other one has ended says nothing about the trial.
    await service.training.runner.terminate(ids[0], 'the test says so');
    await expect.poll(() => service.ended.map(({ id }) => id), { timeout: 20_000 }).toEqual([ids[0]]);
    await service.round();
    const [trial] = await allTrials(service.client, study);
    expect(trial).toMatchObject({ state: 'running', job: { phase: 'training', id: ids[1] } });
    await service.training.runner.terminate(ids[1], 'the test is over');
  });
});

describe('a claim', () => {
  it('that was taken over meanwhile is not the one that counts, and its job is ended', async () => {
    const ids: string[] = [];
    let goOn = (): void => undefined;
    const stalled = new Promise<void>((resolve) => (goOn = resolve));
    const service = open((runner) => ({
      ...runner,
      submit: async (order) => {
        const reply = await runner.submit(order);
        if (ids.push(reply.id) === 1) await stalled;
        return reply;
      },
      // The listing lags behind.
      findByName: async () => [],
    }));
    const { id } = await createManagedStudy(service, 'sleep 60', { trials: 1, parallel: 1 });
    await service.until(async () => (await allTrials(service.client, study)).length === 1);
    const name = { tenant: '00000000000000000000000000', study: id, trial: 0, attempt: 1 };
    const first = dispatchTrial(service.ports, name);
    await expect.poll(() => ids.length, { timeout: 20_000 }).toBe(1);
    service.skip(patience.claimMs);
    await dispatchTrial(service.ports, name);
    goOn();
    await first;
    const [{ job }] = await allTrials(service.client, study);
    expect(job).toMatchObject({ phase: 'submitted', id: ids[1] });
    await expect.poll(() => service.ended.map((one) => one.id), { timeout: 20_000 }).toEqual([ids[0]]);
    await service.training.runner.terminate(ids[1], 'the test is over');
  });
});

describe('a stop', () => {
  it('ends the processes, and cancels what they were training and what was queued', async () => {
    const service = open();
    await createManagedStudy(service, noted('sleep 60'), { trials: 20, parallel: 3 });
    await service.until(async () => service.notes().length === 3);
    await service.client.updateStudy({ study, body: { state: 'stopped' } });
    const finished = await service.until(isFinished);
    expect(finished).toMatchObject({ endReason: 'stopped', progress: { running: 0, waiting: 0 } });
    expect(service.notes().filter((note) => note.startsWith('end'))).toEqual([]);
    const trials = await allTrials(service.client, study);
    expect(trials.map(({ state, job }) => [state, job!.phase])).toEqual([
      ['cancelled', 'ended'],
      ['cancelled', 'ended'],
      ['cancelled', 'ended'],
    ]);
    const jobs = await service.training.runner.describe(trials.map(({ job }) => job!.id!));
    expect([...jobs.values()].map(({ state }) => state)).toEqual(['ended', 'ended', 'ended']);
    expect(await audit(service.client, study)).toEqual([]);
    expect(service.watched).toEqual(new Set());
  });

  it('keeps what is queued from being started, whatever message comes first', async () => {
    const service = open();
    await createManagedStudy(service, trained, { trials: 4, parallel: 2 });
    await service.round();
    await service.client.updateStudy({ study, body: { state: 'stopped' } });
    await service.round({ ...faithful, message: (body) => Number(body.includes('dispatch')) });
    const trials = await allTrials(service.client, study);
    expect(trials.map(({ state, job }) => [state, job!.phase])).toEqual([
      ['cancelled', 'ended'],
      ['cancelled', 'ended'],
    ]);
    expect((await service.client.getStudy({ study })).state).toBe('finished');
    expect(service.notes()).toEqual([]);
  });

  it('finds jobs that are queued or being submitted', async () => {
    const service = open((runner) => ({
      ...runner,
      submit: async (order) => {
        await runner.submit(order);
        throw new JobsUnavailable('the reply was lost');
      },
    }));
    await createManagedStudy(service, noted('sleep 60'), { trials: 4, parallel: 2 });
    await service.round();
    // One is in the air, the other one queued.
    let left = 1;
    await service.round({ ...faithful, message: () => (left-- > 0 ? 1 : 0) });
    await service.client.updateStudy({ study, body: { state: 'stopped' } });
    await service.until(isFinished, { ...faithful, sweeps: () => (service.skip(patience.claimMs / 2), true) });
    const states = (await allTrials(service.client, study)).map(({ state }) => state);
    expect(states).toEqual(['cancelled', 'cancelled']);
    expect(service.notes().length).toBeLessThanOrEqual(1);
    await expectNoneRunning(service);
  });

  it('of none is a trial that is given back before its job was started: it is given out again', async () => {
    const service = open();
    await createManagedStudy(service, trained, { trials: 1, parallel: 1 });
    await service.round();
    await service.client.release({ study, number: '0', body: { attempt: 1 } });
    await service.until(isFinished, { ...faithful, sweeps: () => true });
    expect(await allTrials(service.client, study)).toMatchObject([{ state: 'complete', attempt: 2, failures: 0 }]);
    expect(service.notes()).toEqual(['begin 0 2', 'end 0 2']);
  });

  it('of one trial ends its job, and its place goes to another trial', async () => {
    const service = open();
    await createManagedStudy(service, `[ "$CAVIA_TRIAL" = 0 ] && sleep 60; ${echoResult}`, { trials: 3, parallel: 1 });
    await service.until(async () => (await allTrials(service.client, study))[0]?.job?.phase === 'submitted');
    await service.client.cancel({ study, number: '0', body: {} });
    await service.until(isFinished);
    const trials = await allTrials(service.client, study);
    expect(trials.map(({ state }) => state)).toEqual(['cancelled', 'complete', 'complete']);
  });

  it('by deleting the study ends its jobs', async () => {
    const service = open();
    await createManagedStudy(service, noted('sleep 60'), { trials: 4 });
    await service.until(async () => service.notes().length === 2);
    await service.client.deleteStudy({ study });
    await expectNoneRunning(service);
    expect(service.notes()).toEqual(expect.not.arrayContaining([expect.stringContaining('end')]));
  });
});

type Options = NonNullable<Parameters<typeof openManagedService>[0]>;

function open(around?: Options['around'], aroundTable?: Options['aroundTable']): ManagedService {
  const service = openManagedService({ ...(around && { around }), ...(aroundTable && { aroundTable }) });
  onTestFinished(service.close);
  return service;
}

function isFinished({ state }: { state: string }): boolean {
  return state === 'finished';
}

/** All trials complete with what they were given, each trained once, never more at a time than may. */
async function expectWellTrained(service: ManagedService, count: number, parallel: number): Promise<void> {
  const trials = await allTrials(service.client, study);
  expect(trials.map(({ state }) => state)).toEqual(Array(count).fill('complete'));
  for (const { values, params, attempt } of trials) {
    expect(values).toEqual({ loss: params.x });
    expect(attempt).toBe(1);
  }
  const notes = service.notes();
  const begun = notes.filter((note) => note.startsWith('begin'));
  expect(begun.sort()).toEqual(trials.map(({ number }) => `begin ${number} 1`).sort());
  let running = 0;
  for (const note of notes) {
    running += note.startsWith('begin') ? 1 : -1;
    expect(running).toBeLessThanOrEqual(parallel);
  }
  expect(await audit(service.client, study)).toEqual([]);
  await expectNoneRunning(service);
}

/** The runner keeps a mark for each process that has not ended. */
async function expectNoneRunning({ folder }: ManagedService): Promise<void> {
  await expect.poll(() => readdirSync(join(folder, 'jobs', 'open')), { timeout: 20_000 }).toEqual([]);
}

/** Loses, doubles and delays by a seed. */
function unreliable(service: ManagedService, seed: number): Carrier {
  let state = seed;
  const next = (): number => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
  const held: Job[] = [];
  return {
    message: () => [0, 1, 1, 2, 3][Math.floor(next() * 5)],
    event: (job) => {
      // One that is held back comes after others.
      if (next() < 0.3) held.push(job);
      return [0, 1, 2][Math.floor(next() * 3)];
    },
    sweeps: () => {
      if (held.length > 0 && next() < 0.3) service.ended.push(held.pop()!);
      service.skip(patience.claimMs / 4);
      return next() < 0.2;
    },
  };
}
