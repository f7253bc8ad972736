import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { audit } from '../../audit.ts';
import { openService, type Service } from '../in-memory-network.ts';
import { createTestStudy, study } from '../test-study.ts';

let service: Service;
beforeEach(() => {
  service = openService();
});
afterEach(() => service.close());

describe('ask', () => {
  it('gives out trials with numbers from 0, their params and a lease', async () => {
    await createTestStudy(service.client);
    const { trials, granted, reason } = await service.client.ask({ study, body: { count: 3, worker: 'w' } });
    expect(trials.map(({ number, state, attempt, worker }) => ({ number, state, attempt, worker }))).toEqual([
      { number: 0, state: 'running', attempt: 1, worker: 'w' },
      { number: 1, state: 'running', attempt: 1, worker: 'w' },
      { number: 2, state: 'running', attempt: 1, worker: 'w' },
    ]);
    expect(trials.map(({ lease }) => lease?.expires)).toEqual(Array(3).fill('2026-01-01T00:15:00.000Z'));
    expect({ granted, reason }).toEqual({ granted: 3, reason: undefined });
  });

  it('gives fewer and says why when the budget is spent', async () => {
    await createTestStudy(service.client, { budget: { trials: 5 } });
    const first = await service.client.ask({ study, body: { count: 4 } });
    const second = await service.client.ask({ study, body: { count: 4 } });
    const third = await service.client.ask({ study, body: { count: 4 } });
    expect([first, second, third].map(({ granted, reason }) => [granted, reason])).toEqual([
      [4, undefined],
      [1, 'budget_spent'],
      [0, 'budget_spent'],
    ]);
    expect(third.retryAfterSeconds).toBeGreaterThan(0);
    expect(await audit(service.client, study)).toEqual([]);
  });

  it('says finished without a time to retry once every trial has ended', async () => {
    await createTestStudy(service.client, { budget: { trials: 1 } });
    await service.client.ask({ study, body: {} });
    await service.client.tell({ study, number: 0, body: { attempt: 1, values: { loss: 1 } } });
    expect(await service.client.ask({ study, body: {} })).toEqual({ trials: [], granted: 0, reason: 'finished' });
    expect(await service.client.getStudy({ study })).toMatchObject({ state: 'finished', endReason: 'trials' });
  });

  it('holds the parallel limit and gives on as soon as a trial ends', async () => {
    await createTestStudy(service.client, { budget: { trials: 20, parallel: 3 } });
    expect((await service.client.ask({ study, body: { count: 2 } })).granted).toBe(2);
    expect(await service.client.ask({ study, body: { count: 2 } })).toMatchObject({
      granted: 1,
      reason: 'parallel_limit',
    });
    expect(await service.client.ask({ study, body: {} })).toMatchObject({ granted: 0, reason: 'parallel_limit' });
    await service.client.tell({ study, number: 1, body: { attempt: 1, values: { loss: 1 } } });
    expect(await service.client.ask({ study, body: { count: 5 } })).toMatchObject({
      granted: 1,
      reason: 'parallel_limit',
    });
    expect(await audit(service.client, study)).toEqual([]);
  });

  it('takes over an abandoned trial at the parallel limit, whatever waits', async () => {
    await createTestStudy(service.client, { budget: { trials: 9, parallel: 1 }, lease: { seconds: 60 } });
    const [abandoned] = (await service.client.ask({ study, body: {} })).trials;
    const trials = [0.1, 0.2, 0.3].map((x) => ({ params: { x } }));
    await service.client.enqueue({ study, body: { trials } });
    service.clock.nowMs += 61_000;
    expect((await service.client.ask({ study, body: {} })).trials).toMatchObject([
      { number: abandoned.number, attempt: 2 },
    ]);
  });

  it('gives out a waiting trial within the parallel limit only', async () => {
    await createTestStudy(service.client, { budget: { trials: 20, parallel: 1 } });
    await service.client.ask({ study, body: {} });
    await service.client.enqueue({ study, body: { trials: [{ params: { x: 0.25 } }] } });
    expect(await service.client.ask({ study, body: {} })).toMatchObject({ granted: 0, reason: 'parallel_limit' });
    await service.client.tell({ study, number: 0, body: { attempt: 1, values: { loss: 1 } } });
    expect((await service.client.ask({ study, body: {} })).trials[0]).toMatchObject({ number: 1, params: { x: 0.25 } });
  });

  it('gives an abandoned trial to the next worker with the same params', async () => {
    await createTestStudy(service.client, { lease: { seconds: 60 } });
    const [first] = (await service.client.ask({ study, body: { worker: 'a' } })).trials;
    service.clock.nowMs += 59_000;
    expect((await service.client.ask({ study, body: { worker: 'b' } })).trials[0].number).toBe(1);
    service.clock.nowMs += 1_000;
    const [again] = (await service.client.ask({ study, body: { worker: 'c' } })).trials;
    expect(again).toMatchObject({ number: 0, attempt: 2, failures: 1, worker: 'c', params: first.params });
  });

  it('ends a trial as failed when its lease has run out for the last attempt', async () => {
    await createTestStudy(service.client, { lease: { seconds: 60, attempts: 2 }, budget: { trials: 1 } });
    await service.client.ask({ study, body: {} });
    service.clock.nowMs += 61_000;
    expect((await service.client.ask({ study, body: {} })).trials[0].attempt).toBe(2);
    service.clock.nowMs += 61_000;
    expect(await service.client.ask({ study, body: {} })).toMatchObject({ granted: 0 });
    expect(await service.client.getTrial({ study, number: 0 })).toMatchObject({
      state: 'failed',
      failures: 2,
      message: 'the lease ran out',
    });
    expect((await service.client.getStudy({ study })).state).toBe('finished');
  });

  it('pins fixed params and answers what they cannot be', async () => {
    await createTestStudy(service.client, { space: { x: { type: 'float', low: 0, high: 1 }, y: { type: 'boolean' } } });
    const { trials, reason } = await service.client.ask({ study, body: { count: 3, fixed: { x: 0.5 } } });
    expect(trials.map(({ params }) => params.x)).toEqual([0.5, 0.5]);
    expect(reason).toBe('exhausted');
    await expect(service.client.ask({ study, body: { fixed: { x: 2 } } })).rejects.toThrow(
      'fixed.x must be a number from 0 to 1; got 2.',
    );
    await expect(service.client.ask({ study, body: { fixed: { xx: 1 } } })).rejects.toThrow(
      'the nearest parameter is x.',
    );
  });

  it('answers exhausted when fixed values leave nothing new, and loses no number by it', async () => {
    await createTestStudy(service.client, {
      space: { a: { type: 'int', low: 1, high: 3 }, b: { type: 'int', low: 1, high: 3 } },
      budget: { trials: 9 },
    });
    expect((await service.client.ask({ study, body: { count: 3, fixed: { a: 1 } } })).granted).toBe(3);
    expect(await service.client.ask({ study, body: { fixed: { a: 1 } } })).toMatchObject({
      granted: 0,
      reason: 'exhausted',
    });
    expect((await service.client.ask({ study, body: { count: 9 } })).granted).toBe(6);
    expect(await audit(service.client, study)).toEqual([]);
  });

  it.each(['random', 'quasiRandom', 'grid', 'auto'] as const)(
    'tries every configuration of a small space once (%s)',
    async (kind) => {
      await createTestStudy(service.client, {
        space: {
          optimizer: { type: 'categorical', choices: ['sgd', 'adam'] },
          momentum: { type: 'ordinal', values: [0.5, 0.9, 0.99], when: { optimizer: 'sgd' } },
          layers: { type: 'int', low: 1, high: 5 },
        },
        sampler: { kind },
        budget: { trials: 100 },
      });
      // 5 × (3 with momentum + 1 without).
      expect((await service.client.getStudy({ study })).configurations).toBe(20);
      const asks = await Promise.all(Array.from({ length: 25 }, () => service.client.ask({ study, body: {} })));
      const given = asks.flatMap(({ trials }) => trials.map(({ params }) => JSON.stringify(params)));
      expect(new Set(given).size).toBe(20);
      expect(given).toHaveLength(20);
      expect(await audit(service.client, study)).toEqual([]);
    },
  );

  it('refuses after the deadline and finishes the study', async () => {
    await createTestStudy(service.client, { budget: { trials: 10, deadline: '2026-01-01T01:00:00Z' } });
    expect((await service.client.ask({ study, body: {} })).granted).toBe(1);
    service.clock.nowMs += 3_600_000;
    expect(await service.client.ask({ study, body: {} })).toMatchObject({ granted: 0, reason: 'finished' });
    expect(await service.client.getStudy({ study })).toMatchObject({ state: 'finished', endReason: 'deadline' });
    const late = await service.client.tell({ study, number: 0, body: { attempt: 1, values: { loss: 2 } } });
    expect(late.state).toBe('complete');
  });
});
