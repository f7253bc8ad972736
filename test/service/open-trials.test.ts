import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { audit } from '../audit.ts';
import { openService, type Service } from './in-memory-network.ts';
import { createTestStudy, study } from './test-study.ts';

let service: Service;
beforeEach(() => {
  service = openService();
});
afterEach(() => service.close());

const tell = (number: number, attempt = 1) =>
  service.client.tell({ study, number, body: { attempt, values: { loss: number } } });
const state = async () => {
  const found = await service.client.getStudy({ study });
  return [found.state, found.endReason];
};

describe('release', () => {
  it('gives the trial to the next one who asks and holds no failure against it', async () => {
    await createTestStudy(service.client);
    const [given] = (await service.client.ask({ study, body: {} })).trials;
    await service.client.release({ study, number: 0, body: { attempt: 1 } });
    await service.client.release({ study, number: 0, body: { attempt: 1 } });
    const [again] = (await service.client.ask({ study, body: {} })).trials;
    expect(again).toMatchObject({ number: 0, attempt: 2, failures: 0, params: given.params });
    await expect(service.client.release({ study, number: 0, body: { attempt: 1 } })).rejects.toThrow(
      'attempt 1 no longer holds it',
    );
  });
});

describe('cancel', () => {
  it('ends an open trial, and the study when it was the last one', async () => {
    await createTestStudy(service.client, { budget: { trials: 2 } });
    await service.client.ask({ study, body: { count: 2 } });
    await tell(0);
    expect(await service.client.cancel({ study, number: 1, body: { message: 'too slow' } })).toMatchObject({
      state: 'cancelled',
      message: 'too slow',
    });
    expect(await state()).toEqual(['finished', 'trials']);
    await expect(service.client.cancel({ study, number: 0, body: {} })).rejects.toThrow('Trial 0 is complete');
  });
});

describe('retry', () => {
  it('opens a failed trial again, also in a study that has finished', async () => {
    await createTestStudy(service.client, { budget: { trials: 2 }, lease: { attempts: 1 } });
    await service.client.ask({ study, body: { count: 2 } });
    await tell(0);
    await service.client.tell({ study, number: 1, body: { attempt: 1, state: 'failed' } });
    expect(await state()).toEqual(['finished', 'trials']);
    expect(await service.client.retry({ study, number: 1, body: {} })).toMatchObject({ state: 'waiting', failures: 0 });
    expect(await state()).toEqual(['active', null]);
    expect((await service.client.ask({ study, body: {} })).trials[0]).toMatchObject({ number: 1, attempt: 2 });
    await tell(1, 2);
    expect(await state()).toEqual(['finished', 'trials']);
    expect(await audit(service.client, study)).toEqual([]);
  });

  it('finds a trial again that lies far back', async () => {
    await createTestStudy(service.client, { budget: { trials: 500, parallel: 10 } });
    for (let n = 0; n < 400; n += 10) {
      const { trials } = await service.client.ask({ study, body: { count: 10 } });
      for (const { number } of trials) {
        if (number === 3) await service.client.cancel({ study, number, body: {} });
        else await tell(number);
      }
    }
    await service.client.retry({ study, number: 3, body: {} });
    expect((await service.client.getStudy({ study })).progress).toMatchObject({ waiting: 1, running: 0 });
    expect((await service.client.ask({ study, body: { count: 10 } })).trials[0].number).toBe(3);
    expect((await service.client.getStudy({ study })).progress).toMatchObject({ waiting: 0, running: 10 });
  });

  it('refuses trials that have a result', async () => {
    await createTestStudy(service.client);
    await service.client.ask({ study, body: {} });
    await tell(0);
    await expect(service.client.retry({ study, number: 0, body: {} })).rejects.toThrow(
      'only failed and cancelled trials',
    );
  });
});

describe('enqueue', () => {
  it('gives out what was enqueued before anything new, out of the budget', async () => {
    await createTestStudy(service.client, { budget: { trials: 3 } });
    await service.client.enqueue({ study, body: { trials: [{ params: { x: 0.1 } }, { params: { x: 0.2 } }] } });
    const { trials } = await service.client.ask({ study, body: { count: 5 } });
    expect(trials.map(({ origin }) => origin)).toEqual(['enqueued', 'enqueued', 'suggested']);
    expect(trials.slice(0, 2).map(({ params }) => params.x)).toEqual([0.1, 0.2]);
    expect(await audit(service.client, study)).toEqual([]);
    await expect(service.client.enqueue({ study, body: { trials: [{ params: { x: 0.3 } }] } })).rejects.toThrow(
      'at most 0 entries',
    );
  });

  it('fills in defaults and refuses what is missing, unknown or out of bounds', async () => {
    await createTestStudy(service.client, {
      space: { a: { type: 'float', low: 0, high: 1, default: 0.5 }, b: { type: 'int', low: 1, high: 9 } },
    });
    const enqueue = (params: Record<string, number>) =>
      service.client.enqueue({ study, body: { trials: [{ params }] } });
    expect((await enqueue({ b: 2 })).trials[0].params).toEqual({ a: 0.5, b: 2 });
    await expect(enqueue({ a: 0.1 })).rejects.toThrow(
      'trials[0].params.b must be given, because the parameter has no default.',
    );
    await expect(enqueue({ b: 10 })).rejects.toThrow('trials[0].params.b must be a whole number from 1 to 9; got 10.');
    await expect(enqueue({ bb: 1 })).rejects.toThrow(
      'trials[0].params.bb is not a parameter of the space; the nearest parameter is b.',
    );
  });

  it('takes results from elsewhere without spending budget', async () => {
    await createTestStudy(service.client, { budget: { trials: 2 } });
    const { trials } = await service.client.enqueue({
      study,
      body: {
        trials: [
          { params: { x: 0.1 }, values: { loss: 3 } },
          { params: { x: 0.2 }, state: 'infeasible' },
          { params: { x: 0.3 }, values: { loss: 'NaN' } },
        ],
      },
    });
    expect(trials.map(({ state, origin }) => [state, origin])).toEqual([
      ['complete', 'attached'],
      ['infeasible', 'attached'],
      ['infeasible', 'attached'],
    ]);
    expect((await service.client.getStudy({ study })).progress).toMatchObject({ given: 3, left: 2 });
    expect((await service.client.best({ study })).best?.values).toEqual({ loss: 3 });
    expect((await service.client.ask({ study, body: { count: 9 } })).granted).toBe(2);
    expect(await audit(service.client, study)).toEqual([]);
  });

  it('keeps the objective of a result from elsewhere when another metric is not finite', async () => {
    await createTestStudy(service.client);
    const values = { loss: 0.4, f1: 'NaN' as const };
    const { trials } = await service.client.enqueue({
      study,
      body: {
        trials: [
          { params: { x: 0.1 }, values },
          { params: { x: 0.2 }, values, state: 'pruned', message: 'too slow' },
          { params: { x: 0.3 }, values: { loss: 'NaN', f1: 0.5 }, state: 'pruned' },
        ],
      },
    });
    expect(trials).toMatchObject([
      { state: 'complete', values: { loss: 0.4 }, message: 'f1 is NaN; not kept' },
      { state: 'pruned', values: { loss: 0.4 }, message: 'too slow' },
      { state: 'pruned', values: null, message: 'loss is NaN' },
    ]);
    expect((await service.client.best({ study })).best?.number).toBe(0);
  });

  it('names entries that a trial has already and leaves them out', async () => {
    await createTestStudy(service.client, { budget: { trials: 101 } });
    const body = { trials: Array.from({ length: 100 }, (_, i) => ({ params: { x: i / 100 } })) };
    expect((await service.client.enqueue({ study, body })).trials).toHaveLength(100);
    const again = await service.client.enqueue({
      study,
      body: { trials: [{ params: { x: 0.005 } }, ...body.trials.slice(0, 2)] },
    });
    expect(again.trials.map(({ params }) => params.x)).toEqual([0.005]);
    expect(again.duplicates).toEqual([
      { index: 1, number: 0 },
      { index: 2, number: 1 },
    ]);
    expect(await audit(service.client, study)).toEqual([]);
  });

  it('names entries that repeat an earlier one, with the trial which that became', async () => {
    await createTestStudy(service.client, { budget: { trials: 200 } });
    const params = (x: number) => ({ params: { x } });
    await service.client.enqueue({ study, body: { trials: [params(0.9)] } });
    const list = [params(0.1), params(0.9), params(0.1), params(0.2), params(0.9), params(0.2)];
    const body = { trials: list };
    const first = await service.client.enqueue({ study, body, idempotencyKey: 'a list with repeats' });
    expect(first.trials.map(({ number, params }) => [number, params.x])).toEqual([
      [1, 0.1],
      [2, 0.2],
    ]);
    expect(first.duplicates).toEqual([
      { index: 1, number: 0 },
      { index: 2, number: 1 },
      { index: 4, number: 0 },
      { index: 5, number: 2 },
    ]);
    expect(await service.client.enqueue({ study, body, idempotencyKey: 'a list with repeats' })).toEqual(first);
    expect((await service.client.enqueue({ study, body })).trials).toEqual([]);
    // The repeats are far from what they repeat.
    const long = Array.from({ length: 100 }, (_, i) => params((i % 60) / 1000));
    const { trials, duplicates } = await service.client.enqueue({ study, body: { trials: long } });
    expect(trials).toHaveLength(60);
    expect(duplicates).toEqual(Array.from({ length: 40 }, (_, i) => ({ index: 60 + i, number: 3 + i })));
    expect(await audit(service.client, study)).toEqual([]);
  });

  it('does not spend budget on entries that repeat an earlier one', async () => {
    await createTestStudy(service.client, { budget: { trials: 1 } });
    const trials = [{ params: { x: 0.5 } }, { params: { x: 0.5 } }];
    expect((await service.client.enqueue({ study, body: { trials } })).duplicates).toEqual([{ index: 1, number: 0 }]);
    expect(await audit(service.client, study)).toEqual([]);
  });

  it('takes params as often as they come where a study allows it', async () => {
    await createTestStudy(service.client, { allowDuplicates: true });
    const trials = [{ params: { x: 0.5 } }, { params: { x: 0.5 } }];
    const answer = await service.client.enqueue({ study, body: { trials } });
    expect([answer.trials.length, answer.duplicates]).toEqual([2, []]);
  });

  it('says what to do with a result that is not kept, because the trial of its params has none', async () => {
    await createTestStudy(service.client);
    const bare = [0, 1, 2, 3].map((i) => ({ params: { x: i / 8 } }));
    await service.client.enqueue({ study, body: { trials: bare.slice(0, 3) } });
    await service.client.ask({ study, body: { count: 2 } });
    await tell(0);
    const because = (number: number) => `The result is not kept, because trial ${number} has these params and`;
    const known = bare.map((entry) => ({ ...entry, values: { loss: 0.1 } }));
    const { trials, duplicates } = await service.client.enqueue({ study, body: { trials: [...bare, ...known] } });
    expect(trials.map(({ number }) => number)).toEqual([3]);
    expect(duplicates).toEqual([
      { index: 0, number: 0 },
      { index: 1, number: 1 },
      { index: 2, number: 2 },
      { index: 4, number: 0 },
      { index: 5, number: 1, hint: `${because(1)} is running: tell it the result, as attempt 1.` },
      { index: 6, number: 2, hint: `${because(2)} waits: ask, which gives it out, and tell it the result.` },
      { index: 7, number: 3, hint: `${because(3)} waits: ask, which gives it out, and tell it the result.` },
    ]);
    await service.client.cancel({ study, number: 2, body: {} });
    const again = await service.client.enqueue({ study, body: { trials: [known[2]] } });
    expect(again.duplicates[0].hint).toBe(
      `${because(2)} is cancelled: retry it, ask, which gives it out, and tell it the result.`,
    );
  });

  it('still visits every cell of a grid once, whatever was enqueued', async () => {
    await createTestStudy(service.client, {
      space: { a: { type: 'int', low: 1, high: 6 }, b: { type: 'float', low: 0.001, high: 1, scale: 'log' } },
      sampler: { kind: 'grid', points: 4 },
    });
    for (const a of [1, 2, 3, 4, 5, 6]) {
      await service.client.enqueue({ study, body: { trials: [{ params: { a, b: 1 } }] } });
      await service.client.ask({ study, body: { count: 3 } });
    }
    await expect(service.client.enqueue({ study, body: { trials: [{ params: { a: 1, b: 0.5 } }] } })).rejects.toThrow(
      'must be a cell of the grid',
    );
    await service.client.ask({ study, body: { count: 32 } });
    const study24 = await service.client.getStudy({ study });
    expect(study24.progress).toMatchObject({ given: 24, left: 0 });
    expect(await audit(service.client, study)).toEqual([]);
  });
});

/** Takes a number as an ask does, and never uses it. */
async function loseNumber(): Promise<void> {
  const found = await service.ports.studies.find('00000000000000000000000000', study);
  await service.ports.trials.allocate(found!, 1);
}

describe('a number whose ask died', () => {
  it('is given out again once the budget is spent and ten seconds have passed', async () => {
    await createTestStudy(service.client, { budget: { trials: 2 } });
    await loseNumber();
    await service.client.ask({ study, body: {} });
    await tell(1);
    expect(await service.client.ask({ study, body: {} })).toMatchObject({ granted: 0, reason: 'budget_spent' });
    service.clock.nowMs += 10_000;
    expect((await service.client.ask({ study, body: {} })).trials[0]).toMatchObject({ number: 0, attempt: 1 });
    await tell(0);
    expect(await state()).toEqual(['finished', 'trials']);
  });

  it('does not hold its place in a parallel limit for good', async () => {
    await createTestStudy(service.client, { budget: { trials: 20, parallel: 2 } });
    await loseNumber();
    for (let round = 0; round < 5; round++) {
      const { trials } = await service.client.ask({ study, body: { count: 2 } });
      for (const { number } of trials) await tell(number);
      service.clock.nowMs += 3_000;
    }
    await service.client.ask({ study, body: { count: 2 } });
    expect(await service.client.ask({ study, body: { count: 2 } })).toMatchObject({ granted: 1 });
    expect((await service.client.getStudy({ study })).progress.running).toBe(2);
  });

  it('becomes a cancelled trial when the study is stopped', async () => {
    await createTestStudy(service.client, { budget: { trials: 5 } });
    await loseNumber();
    await service.client.updateStudy({ study, body: { state: 'stopped' } });
    service.clock.nowMs += 10_000;
    await service.client.getStudy({ study });
    expect(await state()).toEqual(['finished', 'stopped']);
    expect(await service.client.getTrial({ study, number: 0 })).toMatchObject({ state: 'cancelled', params: {} });
    expect(await audit(service.client, study)).toEqual([]);
  });
});
