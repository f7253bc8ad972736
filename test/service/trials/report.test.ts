import { afterEach, beforeEach, expect, it } from 'vitest';
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
