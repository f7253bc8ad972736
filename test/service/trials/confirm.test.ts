import { afterEach, beforeEach, expect, it } from 'vitest';
import { audit } from '../../audit.ts';
import { openService, type Service } from '../in-memory-network.ts';
import { createTestStudy, study } from '../test-study.ts';

let service: Service;
beforeEach(async () => {
  service = openService();
  await createTestStudy(service.client, { space: { x: { type: 'int', low: 1, high: 4 } }, budget: { trials: 4 } });
  await service.client.ask({ study, body: { count: 4 } });
});
afterEach(() => service.close());

const tell = (number: number, loss: number) =>
  service.client.tell({ study, number, body: { attempt: 1, values: { loss } } });

it('runs the best trials again with other seeds, on top of the budget and of the configurations', async () => {
  for (const number of [0, 1, 2, 3]) await tell(number, Math.abs(number - 2));
  expect((await service.client.getStudy({ study })).state).toBe('finished');
  const { trials } = await service.client.confirm({ study, body: { top: 2, repeats: 2 } });
  expect(trials.map(({ number, confirms, origin }) => [number, confirms, origin])).toEqual([
    [4, 2, 'confirmation'],
    [5, 2, 'confirmation'],
    [6, 1, 'confirmation'],
    [7, 1, 'confirmation'],
  ]);
  const { trials: asked } = await service.client.ask({ study, body: { count: 9 } });
  const best = await service.client.getTrial({ study, number: 2 });
  expect(asked.map(({ number }) => number)).toEqual([4, 5, 6, 7]);
  expect(asked[0].params).toEqual(best.params);
  expect(new Set([best.seed, ...asked.map(({ seed }) => seed)]).size).toBe(5);
  for (const { number } of asked) await tell(number, 0.5);
  expect(await service.client.getStudy({ study })).toMatchObject({
    state: 'finished',
    progress: { left: 0, given: 8 },
  });
  expect(await audit(service.client, study)).toEqual([]);
});

it('wants a complete trial first', async () => {
  await expect(service.client.confirm({ study, body: {} })).rejects.toThrow('must have a complete trial');
});
