import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openService, type Service } from '../in-memory-network.ts';
import { createTestStudy, study } from '../test-study.ts';

let service: Service;
beforeEach(async () => {
  service = openService();
  await createTestStudy(service.client, { lease: { seconds: 60 } });
  await service.client.ask({ study, body: {} });
});
afterEach(() => service.close());

const report = (body: Parameters<typeof service.client.report>[0]['body']) =>
  service.client.report({ study, number: 0, body });

it('renews the lease, also without values', async () => {
  service.clock.nowMs += 50_000;
  expect(await report({})).toEqual({ stop: false, leaseExpires: '2026-01-01T00:01:50.000Z' });
  service.clock.nowMs += 50_000;
  expect((await service.client.ask({ study, body: {} })).trials[0].number).toBe(1);
});

it('renews by what the worker asked for', async () => {
  await service.client.ask({ study, body: { leaseSeconds: 600 } });
  service.clock.nowMs += 1_000;
  const { leaseExpires } = await service.client.report({ study, number: 1, body: { attempt: 1 } });
  expect(leaseExpires).toBe('2026-01-01T00:10:01.000Z');
});

it('keeps the values of every step and shows the furthest', async () => {
  await report({ attempt: 1, step: 2, values: { loss: 0.5 } });
  await report({ attempt: 1, step: 1, values: { loss: 0.7 } });
  await report({
    attempt: 1,
    reports: [
      { step: 4, values: { loss: 0.3 } },
      { step: 3, values: { loss: 0.4 } },
    ],
  });
  const trial = await service.client.getTrial({ study, number: 0 });
  expect(trial.intermediate.map(({ step, values }) => [step, values.loss])).toEqual([
    [1, 0.7],
    [2, 0.5],
    [3, 0.4],
    [4, 0.3],
  ]);
  expect(trial.lastReport).toEqual({ step: 4, values: { loss: 0.3 } });
});

it('takes the same step again and refuses other values for it', async () => {
  await report({ attempt: 1, step: 1, values: { loss: 0.5 } });
  await report({ attempt: 1, step: 1, values: { loss: 0.5 } });
  await expect(report({ attempt: 1, step: 1, values: { loss: 0.6 } })).rejects.toThrow('at step 1');
});

it('takes a step that is not a number without losing the trial', async () => {
  expect(await report({ attempt: 1, step: 1, values: { loss: 'NaN' } })).toMatchObject({ stop: false });
});

it('tells a worker that no longer holds the trial', async () => {
  service.clock.nowMs += 61_000;
  await service.client.ask({ study, body: {} });
  await expect(report({ attempt: 1, step: 1, values: { loss: 1 } })).rejects.toThrow('no longer holds it');
  await service.client.cancel({ study, number: 0, body: {} });
  await expect(report({ attempt: 2 })).rejects.toThrow('Trial 0 is cancelled.');
});

it('wants step and values together', async () => {
  await expect(report({ attempt: 1, step: 1 })).rejects.toThrow('values must be given');
  await expect(report({ attempt: 1, values: { loss: 1 } })).rejects.toThrow('step must be given');
});

describe('stop', () => {
  const stop = async (number = 0) => (await service.client.report({ study, number, body: { attempt: 1 } })).stop;
  const update = (body: Parameters<typeof service.client.updateStudy>[0]['body']) =>
    service.client.updateStudy({ study, body });

  it('is said when somebody has stopped the study', async () => {
    await update({ state: 'stopped' });
    expect(await stop()).toBe(true);
    expect(await stop()).toBe(true);
  });

  it('is said when another trial has reached the target', async () => {
    await service.close();
    service = openService();
    await createTestStudy(service.client, { objectives: [{ metric: 'loss', direction: 'minimize', target: 0.1 }] });
    await service.client.ask({ study, body: { count: 2 } });
    await service.client.tell({ study, number: 1, body: { attempt: 1, values: { loss: 0.2 } } });
    expect(await stop()).toBe(false);
    await service.client.ask({ study, body: {} });
    await service.client.tell({ study, number: 2, body: { attempt: 1, values: { loss: 0.1 } } });
    expect(await stop()).toBe(true);
  });

  it('is said from the deadline on, before anybody has looked at the study, and not taken back by a later one', async () => {
    await service.client.ask({ study, body: { leaseSeconds: 7_200 } });
    await service.client.ask({ study, body: { leaseSeconds: 7_200 } });
    await update({ budget: { deadline: '2026-01-01T01:00:00Z' } });
    service.clock.nowMs += 3_599_000;
    expect(await stop(1)).toBe(false);
    service.clock.nowMs += 1_000;
    expect(await stop(1)).toBe(true);
    expect((await update({ budget: { deadline: '2026-01-01T03:00:00Z' } })).state).toBe('active');
    expect(await stop(1)).toBe(true);
    expect(await stop(2)).toBe(false);
  });

  it('is not said by a study that is paused or has nothing more to give out', async () => {
    await update({ state: 'paused' });
    expect(await stop()).toBe(false);
    await update({ state: 'active' });
    await service.client.ask({ study, body: { count: 32 } });
    await update({ budget: { parallel: 1 } });
    expect(await stop()).toBe(false);
    await service.close();
    service = openService();
    await createTestStudy(service.client, { budget: { trials: 1 } });
    await service.client.ask({ study, body: {} });
    await service.client.ask({ study, body: {} });
    expect(await stop()).toBe(false);
  });
});
