import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ProblemError } from '../../../shared/api/client.ts';
import { openService, type Service } from '../in-memory-network.ts';
import { createTestStudy, study } from '../test-study.ts';

let service: Service;
beforeEach(() => {
  service = openService();
});
afterEach(() => service.close());

const told = (loss: number, attempt = 1, number = 0) =>
  service.client.tell({ study, number, body: { attempt, values: { loss } } });

async function codeOf(promise: Promise<unknown>): Promise<string> {
  const error: unknown = await promise.catch((caught: unknown) => caught);
  return error instanceof ProblemError ? error.problem.code : 'no problem';
}

describe('tell', () => {
  beforeEach(async () => {
    await createTestStudy(service.client, { lease: { seconds: 60, attempts: 3 } });
    await service.client.ask({ study, body: { count: 2 } });
  });

  it('keeps the first result, answers it again and refuses another one', async () => {
    const first = await told(0.5);
    expect(first).toMatchObject({ state: 'complete', values: { loss: 0.5 }, finished: '2026-01-01T00:00:00.000Z' });
    service.clock.nowMs += 1000;
    expect(await told(0.5)).toEqual(first);
    expect(await codeOf(told(0.6))).toBe('result_conflict');
    expect((await service.client.getTrial({ study, number: 0 })).values).toEqual({ loss: 0.5 });
  });

  it('accepts a late result while nobody else holds the trial', async () => {
    service.clock.nowMs += 3_600_000;
    expect((await told(0.5)).state).toBe('complete');
  });

  it('accepts a late result of a trial that failed because its lease ran out', async () => {
    for (let attempt = 1; attempt <= 3; attempt++) {
      service.clock.nowMs += 61_000;
      await service.client.ask({ study, body: { count: 2 } });
    }
    expect((await service.client.getTrial({ study, number: 0 })).state).toBe('failed');
    expect((await told(0.5, 3)).state).toBe('complete');
  });

  it('accepts the late result of a failed trial that is opened again at that moment', async () => {
    let meanwhile: (() => Promise<unknown>) | undefined;
    const { client, clock, close } = openService((table) => ({
      ...table,
      transact: async (writes) => {
        const act = meanwhile;
        meanwhile = undefined;
        await act?.();
        return table.transact(writes);
      },
    }));
    await createTestStudy(client, { lease: { seconds: 60, attempts: 1 } });
    await client.ask({ study, body: {} });
    clock.nowMs += 61_000;
    await client.ask({ study, body: {} });
    meanwhile = () => client.retry({ study, number: 0, body: {} });
    const late = await client.tell({ study, number: 0, body: { attempt: 1, values: { loss: 0.5 } } });
    expect(meanwhile).toBeUndefined();
    expect(late).toMatchObject({ state: 'complete', values: { loss: 0.5 } });
    expect(await client.getTrial({ study, number: 0 })).toMatchObject(late);
    await close();
  });

  it('refuses the result of a worker that lost the trial, and shows it with the trial', async () => {
    const detail = () => service.client.getTrial({ study, number: 0 });
    await service.client.report({ study, number: 0, body: { attempt: 1, step: 1, values: { loss: 0.9 } } });
    expect((await detail()).superseded).toEqual([]);
    for (const attempt of [1, 2]) {
      service.clock.nowMs += 61_000;
      await service.client.ask({ study, body: { count: 2 } });
      await expect(told(attempt / 2, attempt)).rejects.toMatchObject({
        problem: {
          code: 'lease_superseded',
          detail: `Trial 0 was given out again as attempt ${attempt + 1}; the result of attempt ${attempt} does not count.`,
          hint: 'GET /v1/studies/test/trials/0 shows it under superseded.',
        },
      });
    }
    expect((await told(0.7, 3)).values).toEqual({ loss: 0.7 });
    const { superseded, intermediate } = await detail();
    expect(superseded).toEqual([
      { attempt: 1, values: { loss: 0.5 } },
      { attempt: 2, values: { loss: 1 } },
    ]);
    expect(intermediate).toEqual([{ attempt: 1, step: 1, values: { loss: 0.9 } }]);
  });

  it('promises nothing of a late result without values', async () => {
    service.clock.nowMs += 61_000;
    await service.client.ask({ study, body: { count: 2 } });
    const late = await service.client
      .tell({ study, number: 0, body: { attempt: 1, state: 'infeasible' } })
      .catch((error: unknown) => (error as ProblemError).problem);
    expect(late).toMatchObject({ code: 'lease_superseded' });
    expect(late).not.toHaveProperty('hint');
    expect((await service.client.getTrial({ study, number: 0 })).superseded).toEqual([]);
  });

  it('refuses an attempt that was never given out', async () => {
    expect(await codeOf(told(0.5, 2))).toBe('value_invalid');
  });

  it.each([NaN, Infinity, -Infinity])('takes %s for an infeasible configuration', async (loss) => {
    expect(await told(loss)).toMatchObject({ state: 'infeasible', values: null, message: `loss is ${loss}` });
  });

  it('leaves a metric out that is no objective and not finite, and keeps the others', async () => {
    const send = (values: Record<string, number>, message?: string) =>
      service.client.tell({ study, number: 0, body: { attempt: 1, values, ...(message && { message }) } });
    const first = await send({ loss: 0.6, f1: NaN, seconds: 3, auc: -Infinity });
    expect(first).toMatchObject({
      state: 'complete',
      values: { loss: 0.6, seconds: 3 },
      message: 'auc is -Infinity, f1 is NaN; not kept',
    });
    service.clock.nowMs += 1000;
    expect(await send({ auc: -Infinity, f1: NaN, seconds: 3, loss: 0.6 })).toEqual(first);
    expect((await service.client.getTrial({ study, number: 0 })).values).toEqual({ loss: 0.6, seconds: 3 });
    expect(await codeOf(send({ loss: 0.7, f1: NaN, seconds: 3, auc: -Infinity }))).toBe('result_conflict');
  });

  it('keeps the finite values of a pruned trial, and what its worker says of it', async () => {
    const body = { attempt: 1, state: 'pruned' as const, values: { loss: 0.6, f1: NaN }, message: 'too slow' };
    expect(await service.client.tell({ study, number: 0, body })).toMatchObject({
      state: 'pruned',
      values: { loss: 0.6 },
      message: 'too slow',
    });
  });

  it('reaches a target with a metric that is not finite beside it', async () => {
    const name = 'target';
    await createTestStudy(service.client, {
      name,
      objectives: [{ metric: 'loss', direction: 'minimize', target: 0.1 }],
    });
    await service.client.ask({ study: name, body: {} });
    await service.client.tell({ study: name, number: 0, body: { attempt: 1, values: { loss: 0.1, f1: NaN } } });
    expect((await service.client.getStudy({ study: name })).endReason).toBe('target');
  });

  it.each(['failed', 'infeasible'] as const)('refuses values of a trial that is %s, which has none', async (state) => {
    const tell = (values: Record<string, number>) =>
      service.client.tell({ study, number: 0, body: { attempt: 1, state, values } });
    await expect(tell({ loss: 0.5 })).rejects.toMatchObject({
      problem: {
        code: 'value_invalid',
        param: 'values',
        detail: `values must be left out when state is "${state}"; got {"loss":0.5}.`,
        hint: 'State "pruned" keeps the values of a trial that was ended early.',
      },
    });
    expect((await service.client.getTrial({ study, number: 0 })).state).toBe('running');
    expect((await tell({ loss: NaN })).values).toBeNull();
  });

  it('keeps numbers exactly, the largest and the smallest', async () => {
    expect((await told(-1e300)).values).toEqual({ loss: -1e300 });
    expect((await told(5e-324, 1, 1)).values).toEqual({ loss: 5e-324 });
  });

  it('lets a failed attempt be tried again until the attempts are used up', async () => {
    const fail = (attempt: number) =>
      service.client.tell({ study, number: 0, body: { attempt, state: 'failed', message: 'CUDA error' } });
    const again = async () => (await service.client.ask({ study, body: {} })).trials[0];
    expect(await fail(1)).toMatchObject({ state: 'waiting', failures: 1, message: 'CUDA error' });
    expect(await again()).toMatchObject({ number: 0, attempt: 2 });
    expect(await fail(2)).toMatchObject({ state: 'waiting', failures: 2 });
    expect(await again()).toMatchObject({ number: 0, attempt: 3 });
    expect(await fail(3)).toMatchObject({ state: 'failed', failures: 3 });
  });

  it('counts a failure once, however often it is told', async () => {
    const body = { attempt: 1, state: 'failed' as const };
    await service.client.tell({ study, number: 0, body });
    expect(await service.client.tell({ study, number: 0, body })).toMatchObject({ state: 'waiting', failures: 1 });
    await service.client.ask({ study, body: {} });
    expect(await service.client.tell({ study, number: 0, body })).toMatchObject({
      state: 'running',
      failures: 1,
      attempt: 2,
    });
  });

  it('keeps the last report of a pruned trial', async () => {
    await service.client.report({ study, number: 0, body: { attempt: 1, step: 3, values: { loss: 0.9 } } });
    const pruned = await service.client.tell({ study, number: 0, body: { attempt: 1, state: 'pruned' } });
    expect(pruned).toMatchObject({ state: 'pruned', lastReport: { step: 3, values: { loss: 0.9 } } });
  });

  it('wants every objective, and says which one is missing', async () => {
    await expect(service.client.tell({ study, number: 0, body: { attempt: 1, values: { los: 1 } } })).rejects.toThrow(
      'values.loss must be given, because it is an objective of the study. los is not an objective; the nearest objective is loss.',
    );
    expect(
      (await service.client.tell({ study, number: 0, body: { attempt: 1, values: { loss: 1, seconds: 3 } } })).values,
    ).toEqual({ loss: 1, seconds: 3 });
  });

  it('takes one of many results that come at once', async () => {
    const outcomes = await Promise.allSettled(Array.from({ length: 20 }, (_, i) => told(i)));
    const accepted = outcomes.filter(({ status }) => status === 'fulfilled');
    expect(accepted).toHaveLength(1);
  });

  it('refuses results of a cancelled trial', async () => {
    await service.client.cancel({ study, number: 0, body: {} });
    expect(await codeOf(told(1))).toBe('trial_finished');
  });

  it('does not know trials and studies that are not there', async () => {
    expect(await codeOf(told(1, 1, 99))).toBe('trial_not_found');
    expect(
      await codeOf(service.client.tell({ study: 'other', number: 0, body: { attempt: 1, values: { loss: 1 } } })),
    ).toBe('study_not_found');
    expect(await codeOf(service.client.tell({ study, number: '0x1', body: { attempt: 1, values: { loss: 1 } } }))).toBe(
      'trial_not_found',
    );
  });
});

describe('a target', () => {
  it('ends the study when it is reached, and lets the running trials tell', async () => {
    await createTestStudy(service.client, { objectives: [{ metric: 'loss', direction: 'minimize', target: 0.1 }] });
    await service.client.ask({ study, body: { count: 3 } });
    await told(0.5, 1, 0);
    expect((await service.client.getStudy({ study })).state).toBe('active');
    await told(0.1, 1, 1);
    expect(await service.client.getStudy({ study })).toMatchObject({ state: 'stopping', endReason: 'target' });
    expect(await service.client.ask({ study, body: {} })).toMatchObject({ granted: 0, reason: 'finished' });
    await told(0.05, 1, 2);
    expect(await service.client.getStudy({ study })).toMatchObject({ state: 'finished', endReason: 'target' });
    expect((await service.client.best({ study })).best?.number).toBe(2);
  });
});
