import { afterEach, beforeEach, expect, it } from 'vitest';
import { openService, type Service } from './in-memory-network.ts';
import { createTestStudy, study } from './test-study.ts';

let service: Service;
beforeEach(() => {
  service = openService();
});
afterEach(() => service.close());

const objectives = [
  { metric: 'loss', direction: 'minimize' as const },
  { metric: 'size', direction: 'minimize' as const },
];

it('cannot be predicted or advised on, and the refusal says what there is instead', async () => {
  await createTestStudy(service.client, { objectives });
  const refusal = (what: string): object => ({
    problem: {
      code: 'value_invalid',
      detail: `Study test must have one objective ${what}; it has 2.`,
      hint: 'GET /v1/studies/test/best has the Pareto front, and GET /v1/studies/test/importance?metric=loss looks at one objective.',
    },
  });
  const predict = service.client.predict({ study, body: { params: [{ x: 0.5 }] } });
  await expect(predict).rejects.toMatchObject(refusal('to be predicted'));
  await expect(service.client.advice({ study })).rejects.toMatchObject(refusal('for advice'));
});

it('end the study when one trial reaches every target that there is', async () => {
  const [loss, size] = objectives;
  await createTestStudy(service.client, {
    objectives: [
      { ...loss, target: 1 },
      { ...size, target: 5 },
    ],
  });
  await service.client.ask({ study, body: { count: 3 } });
  const tell = (number: number, values: Record<string, number>) =>
    service.client.tell({ study, number, body: { attempt: 1, values } });
  const endReason = async () => (await service.client.getStudy({ study })).endReason;
  await tell(0, { loss: 0.5, size: 9 });
  await tell(1, { loss: 3, size: 2 });
  expect(await endReason()).toBeNull();
  await tell(2, { loss: 1, size: 5 });
  expect(await endReason()).toBe('target');
});
