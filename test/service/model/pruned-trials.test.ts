import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Trial } from '../../../shared/domain/trial.ts';
import { openService, type Service } from '../in-memory-network.ts';
import { unlikeReplays } from '../replays.ts';
import { createTestStudy, study } from '../test-study.ts';

let service: Service;
beforeEach(async () => {
  service = openService();
  await createTestStudy(service.client, { sampler: { kind: 'gp' } });
  const trials = [0.05, 0.2, 0.35, 0.65, 0.8, 0.95].map((x) => ({ params: { x }, values: { loss: (x - 0.3) ** 2 } }));
  await service.client.enqueue({ study, body: { trials: [...trials, { params: { x: 0.5 } }] } });
});
afterEach(() => service.close());

const ask = async (): Promise<Trial> => (await service.client.ask({ study, body: {} })).trials[0];
const report = ({ number, attempt }: Trial, step: number, loss: number | 'NaN') =>
  service.client.report({ study, number, body: { attempt, step, values: { loss } } });
const prune = ({ number, attempt }: Trial, loss?: number) =>
  service.client.tell({
    study,
    number,
    body: { attempt, state: 'pruned', ...(loss !== undefined && { values: { loss } }) },
  });
/** What the model expects where the trial was that is pruned. */
async function expected(): Promise<{ mean: number; observations: number }> {
  const { data, observations } = await service.client.predict({ study, body: { params: [{ x: 0.5 }] } });
  return { mean: data[0].mean, observations };
}

it.each([
  ['the value that it was told with', 0.3],
  ['the last value that it reported', undefined],
])('a pruned trial counts with %s', async (_, told) => {
  const trial = await ask();
  expect(trial.params).toEqual({ x: 0.5 });
  await report(trial, 1, 0.9);
  await report(trial, 2, told === undefined ? 0.3 : 0.6);
  await prune(trial, told);
  const { mean, observations } = await expected();
  expect(observations).toBe(7);
  expect(mean).toBeGreaterThan(0.2);
  expect(mean).toBeLessThan(0.4);
});

it('a pruned trial whose last report was not a number counts as the worst', async () => {
  const trial = await ask();
  await report(trial, 1, 0.01);
  await report(trial, 2, 'NaN');
  await prune(trial);
  const { mean, observations } = await expected();
  expect(observations).toBe(7);
  // The worst of the others has 0.4225.
  expect(mean).toBeGreaterThan(0.3);
});

it('a pruned trial that never reported says nothing but that it has been tried', async () => {
  const before = await expected();
  await prune(await ask());
  expect(await expected()).toEqual(before);
  const next = await ask();
  expect(next.suggestion).toMatchObject({ sampler: 'gp', observations: 6, knowledge: { before: 7, pending: '6' } });
  await service.client.tell({ study, number: next.number, body: { attempt: 1, values: { loss: 0.1 } } });
  const last = await ask();
  expect(last.suggestion).toMatchObject({ observations: 7, knowledge: { before: 8, pending: '6' } });
  expect(await unlikeReplays(service.client, study)).toEqual([]);
});
