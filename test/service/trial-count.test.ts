import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ProblemError } from '../../shared/api/client.ts';
import { openService, type Service } from './in-memory-network.ts';
import { createTestStudy, study } from './test-study.ts';

let service: Service;
beforeEach(() => {
  service = openService();
});
afterEach(() => service.close());

const attach = (first: number, count: number) =>
  service.client.enqueue({
    study,
    body: {
      trials: Array.from({ length: count }, (_, i) => ({ params: { x: (first + i) / 100 }, values: { loss: i } })),
    },
  });

async function refusalOf(promise: Promise<unknown>): Promise<unknown> {
  const error: unknown = await promise.catch((caught: unknown) => caught);
  return error instanceof ProblemError ? error.problem : error;
}

const refusal = {
  code: 'value_invalid',
  detail:
    'A study with the sampler "gp" must have at most 10000 trials, those of its budget and others together; these would make 10001.',
  hint: 'Create a study with a smaller budget.trials, which leaves room for others, or with the sampler "random", "quasiRandom" or "grid", which may have 1000000 trials.',
};

describe('a study whose sampler keeps a model', () => {
  beforeEach(() => createTestStudy(service.client, { sampler: { kind: 'gp' }, budget: { trials: 9_990 } }));

  it('takes no more results from elsewhere than it may have trials', async () => {
    await attach(0, 9);
    expect(await refusalOf(attach(10, 2))).toMatchObject(refusal);
    expect((await attach(10, 1)).trials[0].number).toBe(9);
    expect((await service.client.getStudy({ study })).progress).toMatchObject({ given: 10, left: 9_990 });
  });

  it('confirms no more than it may have trials', async () => {
    await attach(0, 8);
    expect(await refusalOf(service.client.confirm({ study, body: { repeats: 3 } }))).toMatchObject(refusal);
    expect((await service.client.confirm({ study, body: { repeats: 2 } })).trials).toHaveLength(2);
  });

  it('counts what was brought in when its budget is raised', async () => {
    await attach(0, 5);
    const raised = (trials: number) => service.client.updateStudy({ study, body: { budget: { trials } } });
    expect(await refusalOf(raised(9_996))).toMatchObject({ ...refusal, param: 'budget.trials' });
    expect((await raised(9_995)).progress.left).toBe(9_995);
  });
});

it('lets a study without a model have more', async () => {
  await createTestStudy(service.client, { sampler: { kind: 'random' }, budget: { trials: 10_000 } });
  await attach(0, 1);
  expect((await service.client.confirm({ study, body: { repeats: 1 } })).trials).toHaveLength(1);
  await createTestStudy(service.client, { name: 'full', sampler: { kind: 'random' }, budget: { trials: 1_000_000 } });
  const body = { trials: [{ params: { x: 0.5 }, values: { loss: 1 } }] };
  expect(await refusalOf(service.client.enqueue({ study: 'full', body }))).toMatchObject({
    detail:
      'A study with the sampler "random" must have at most 1000000 trials, those of its budget and others together; these would make 1000001.',
    hint: 'Create a study with a smaller budget.trials, which leaves room for others.',
  });
});
