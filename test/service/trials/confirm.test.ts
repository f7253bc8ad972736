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

it('says by the means whether the best value was luck', async () => {
  for (const number of [0, 1, 2, 3]) await tell(number, [9.1, 9, 12, 9.5][number]);
  await service.client.confirm({ study, body: { top: 2, repeats: 3 } });
  await service.client.ask({ study, body: { count: 9 } });
  for (const [number, loss] of Object.entries({ 4: 11, 5: 10, 6: 12, 7: 9.2, 8: 9.1 }))
    await tell(Number(number), loss);
  await service.client.tell({ study, number: 9, body: { attempt: 1, state: 'infeasible' } });
  const { best, trials } = await service.client.best({ study });
  expect(trials.map(({ number, confirmed }) => [number, confirmed?.mean.loss])).toEqual([
    [0, expect.closeTo(27.4 / 3, 12)],
    [1, expect.closeTo(10.5, 12)],
    [3, undefined],
    [2, undefined],
  ]);
  // By hand: deviations -1.5, 0.5, -0.5, 1.5 have squares of 5 in all; √(5 / 3 / 4).
  expect(trials[1].confirmed).toEqual({
    count: 4,
    mean: { loss: 10.5 },
    standardError: { loss: expect.closeTo(0.6454972243679028, 12) as number },
    by: [4, 5, 6],
    failures: 0,
  });
  expect(best).toMatchObject({ number: 0, values: { loss: 9.1 }, confirmed: { count: 3, by: [7, 8], failures: 1 } });
});

it('leaves a newer trial that looks better than all that are confirmed in front', async () => {
  for (const number of [0, 1, 2]) await tell(number, number);
  await service.client.confirm({ study, body: { repeats: 1 } });
  await service.client.ask({ study, body: { count: 1 } });
  await tell(4, 1.5);
  await tell(3, -1);
  const { trials } = await service.client.best({ study });
  expect(trials.map(({ number }) => number)).toEqual([3, 0, 1, 2]);
});

it('has means of values of any size', async () => {
  await tell(0, -1e300);
  await service.client.confirm({ study, body: { repeats: 9 } });
  await service.client.ask({ study, body: { count: 9 } });
  for (let number = 4; number < 13; number++) await tell(number, 1e300);
  const { best } = await service.client.best({ study });
  expect(best!.confirmed!.mean.loss / 1e300).toBeCloseTo(0.8, 12);
  expect(best!.confirmed!.standardError!.loss / 1e300).toBeCloseTo(0.2, 12);
});

it('shows confirmations of a Pareto front beside it', async () => {
  const objectives = [
    { metric: 'loss', direction: 'minimize' as const },
    { metric: 'speed', direction: 'maximize' as const },
  ];
  await createTestStudy(service.client, { name: 'two', objectives });
  const told = (number: number, values: Record<string, number>) =>
    service.client.tell({ study: 'two', number, body: { attempt: 1, values } });
  await service.client.ask({ study: 'two', body: { count: 1 } });
  await told(0, { loss: 1, speed: 4 });
  await service.client.confirm({ study: 'two', body: { repeats: 1 } });
  await service.client.ask({ study: 'two', body: { count: 1 } });
  await told(1, { loss: 0, speed: 6 });
  const { best, trials } = await service.client.best({ study: 'two' });
  expect(best).toBeNull();
  expect(trials).toMatchObject([{ number: 0, confirmed: { count: 2, mean: { loss: 0.5, speed: 5 } } }]);
});

it('wants a complete trial first', async () => {
  await expect(service.client.confirm({ study, body: {} })).rejects.toThrow('must have a complete trial');
});
