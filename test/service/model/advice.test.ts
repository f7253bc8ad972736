import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openService, type Service } from '../in-memory-network.ts';
import { createTestStudy, study } from '../test-study.ts';

let service: Service;
beforeEach(() => {
  service = openService();
});
afterEach(() => service.close());

/** Gives out trials and tells how they went. */
async function run(bodies: readonly object[]): Promise<void> {
  const { trials } = await service.client.ask({ study, body: { count: bodies.length } });
  for (const [i, { number, attempt }] of trials.entries()) {
    await service.client.tell({ study, number, body: { attempt, ...bodies[i] } });
  }
}

const times = <One>(count: number, one: (i: number) => One): One[] => Array.from({ length: count }, (_, i) => one(i));
const losing = (count: number): object[] => times(count, (i) => ({ values: { loss: (i * 7) % count } }));

describe('advice', () => {
  it('says of a study where nothing worked how often, why, and what to do', async () => {
    await createTestStudy(service.client, { budget: { trials: 15 } });
    await run(times(15, (i) => ({ state: 'infeasible', message: i % 5 === 0 ? `odd ${i}` : 'CUDA out of memory' })));
    expect((await service.client.getStudy({ study })).state).toBe('finished');
    expect(await service.client.advice({ study })).toEqual({
      advice: [
        {
          kind: 'repair',
          detail: '15 of 15 infeasible: 12 with "CUDA out of memory".',
          hint: 'Mend what trains, or create a study with a space in which it can run.',
        },
      ],
      trials: 0,
      states: { complete: 0, pruned: 0, infeasible: 15, failed: 0, cancelled: 0 },
      failure: { message: 'CUDA out of memory', count: 12, trial: 1 },
    });
  });

  it('says that failed trials can be tried again, also without messages', async () => {
    await createTestStudy(service.client, { budget: { trials: 6 }, lease: { attempts: 1 } });
    await run([...times(4, () => ({ state: 'failed' })), { state: 'infeasible' }, { values: { loss: 1 } }]);
    const { advice, failure } = await service.client.advice({ study });
    expect(advice).toMatchObject([
      {
        kind: 'repair',
        detail: '4 of 6 failed, 1 of 6 infeasible: trial 0 is the first.',
        hint: `Mend what trains; POST /v1/studies/${study}/trials/{number}/retry gives a failed trial out again.`,
      },
      { kind: 'extend' },
    ]);
    expect(failure).toEqual({ message: null, count: 5, trial: 0 });
  });

  it('never says to go on where a study has ended, but what opens it again', async () => {
    await createTestStudy(service.client, { budget: { trials: 12 } });
    await run(losing(11));
    const kinds = async () => (await service.client.advice({ study })).advice.map(({ kind }) => kind);
    expect((await kinds()).at(-1)).toBe('go_on');
    await run([{ values: { loss: -1 } }]);
    expect((await service.client.advice({ study })).advice.at(-1)).toEqual({
      kind: 'extend',
      detail: 'The best value, -1, is that of trial 11, the latest. The study is finished (trials).',
      hint: `PATCH /v1/studies/${study} with a larger budget.trials opens it again.`,
    });
  });

  it.each([
    ['target', { objectives: [{ metric: 'loss', direction: 'minimize' as const, target: 1 }] }, 'stays finished'],
    ['exhausted', { space: { x: { type: 'int' as const, low: 1, high: 2 } } }, 'a wider space opens it again'],
  ])('says that nothing is left where the end was %s', async (_, spec, hint) => {
    await createTestStudy(service.client, spec);
    await run([{ values: { loss: 2 } }, { values: { loss: 1 } }]);
    await service.client.ask({ study, body: {} });
    const { advice } = await service.client.advice({ study });
    expect(advice).toMatchObject([{ kind: 'stop', hint: expect.stringContaining(hint) as string }]);
  });

  it('does not take confirmations for trials of the search', async () => {
    await createTestStudy(service.client, { budget: { trials: 32 } });
    await run(losing(32));
    const before = await service.client.advice({ study });
    await service.client.confirm({ study, body: { top: 1, repeats: 9 } });
    await run(times(9, () => ({ values: { loss: -5 } })));
    const after = await service.client.advice({ study });
    expect(after.advice.map(({ detail }) => detail)).toEqual(before.advice.map(({ detail }) => detail));
    expect([after.trials, after.states.complete]).toEqual([32, 41]);
    expect(before.advice.at(-1)).toMatchObject({ kind: 'stop', hint: expect.stringContaining('Confirm') as string });
    expect(after.advice.at(-1)).toMatchObject({ kind: 'stop', hint: expect.stringContaining('means') as string });
  });
});
