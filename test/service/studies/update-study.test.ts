import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { audit } from '../../audit.ts';
import { openService, type Service } from '../in-memory-network.ts';
import { createTestStudy, study } from '../test-study.ts';

let service: Service;
beforeEach(() => {
  service = openService();
});
afterEach(() => service.close());

const update = (body: Parameters<typeof service.client.updateStudy>[0]['body']) =>
  service.client.updateStudy({ study, body });
const tell = (number: number) => service.client.tell({ study, number, body: { attempt: 1, values: { loss: number } } });

describe('create or open', () => {
  it('opens the study that has the same name and spec, also after its budget was raised', async () => {
    const created = await createTestStudy(service.client, { budget: { trials: 3 } });
    expect((await createTestStudy(service.client, { budget: { trials: 3 } })).id).toBe(created.id);
    await update({ budget: { trials: 5 } });
    expect((await createTestStudy(service.client, { budget: { trials: 3 } })).budget.trials).toBe(5);
    expect((await createTestStudy(service.client, { budget: { trials: 5 } })).id).toBe(created.id);
  });

  it('lists the fields in which another spec differs', async () => {
    await createTestStudy(service.client, { seed: 1 });
    await expect(createTestStudy(service.client, { seed: 2, budget: { trials: 7 } })).rejects.toMatchObject({
      problem: {
        code: 'study_exists',
        errors: [
          { param: 'budget.trials', detail: 'stored 100, sent 7' },
          { param: 'seed', detail: 'stored 1, sent 2' },
        ],
      },
    });
  });

  it('has a deadline that is still to come, and opens a study whose deadline has passed', async () => {
    await expect(
      createTestStudy(service.client, { budget: { deadline: '2026-01-01T00:00:00Z' } }),
    ).rejects.toMatchObject({
      problem: {
        code: 'value_invalid',
        detail: 'budget.deadline must be later than now, 2026-01-01T00:00:00.000Z; got "2026-01-01T00:00:00Z".',
      },
    });
    const body = {
      name: study,
      space: { x: { type: 'float' as const, low: 0, high: 1 } },
      objectives: [{ metric: 'loss', direction: 'minimize' as const }],
      budget: { deadline: '2026-01-01T01:00:00Z' },
    };
    const { id } = await service.client.createStudy({ body, idempotencyKey: 'once' });
    service.clock.nowMs += 3_600_000;
    const over = { id, state: 'finished', endReason: 'deadline' };
    expect(await service.client.createStudy({ body, idempotencyKey: 'once' })).toMatchObject(over);
    expect(await service.client.createStudy({ body })).toMatchObject(over);
  });

  it('says what is wrong with a spec before it says that the name is taken', async () => {
    await createTestStudy(service.client);
    const constraints = ['y < 1'];
    await expect(createTestStudy(service.client, { constraints })).rejects.toMatchObject({
      problem: { code: 'space_invalid' },
    });
    await expect(createTestStudy(service.client, { constraints: ['x < 0.5'] })).rejects.toMatchObject({
      problem: { code: 'study_exists' },
    });
  });

  it('makes one study of many requests at once', async () => {
    const made = await Promise.all(Array.from({ length: 20 }, () => createTestStudy(service.client)));
    expect(new Set(made.map(({ id }) => id)).size).toBe(1);
    expect((await service.client.listStudies()).data).toHaveLength(1);
  });

  it('gives the name free when the study is deleted', async () => {
    const old = await createTestStudy(service.client);
    await service.client.ask({ study, body: { count: 5 } });
    await service.client.deleteStudy({ study });
    await expect(service.client.getStudy({ study })).rejects.toThrow('There is no study "test".');
    await expect(service.client.getStudy({ study: old.id })).rejects.toThrow('There is no study');
    const fresh = await createTestStudy(service.client);
    expect(fresh.id).not.toBe(old.id);
    expect((await service.client.listTrials({ study })).data).toEqual([]);
  });
});

describe('the list of studies', () => {
  const listed = async () =>
    (await service.client.listStudies()).data.map(({ state, endReason }) => [state, endReason]);

  it('has the states that they are in, though nobody has looked at them since', async () => {
    await createTestStudy(service.client, { budget: { deadline: '2026-01-01T01:00:00Z' }, lease: { seconds: 7_200 } });
    await createTestStudy(service.client, { name: 'idle', budget: { deadline: '2026-01-01T01:00:00Z' } });
    await service.client.ask({ study, body: {} });
    expect(await listed()).toEqual([
      ['active', null],
      ['active', null],
    ]);
    service.clock.nowMs += 3_600_000;
    expect(await listed()).toEqual([
      ['stopping', 'deadline'],
      ['finished', 'deadline'],
    ]);
    service.clock.nowMs += 3_600_000;
    expect(await listed()).toEqual([
      ['finished', 'deadline'],
      ['finished', 'deadline'],
    ]);
  });
});

describe('pause, resume and stop', () => {
  it('gives nothing out while paused', async () => {
    await createTestStudy(service.client);
    await update({ state: 'paused' });
    expect(await service.client.ask({ study, body: {} })).toEqual({ trials: [], granted: 0, reason: 'paused' });
    await update({ state: 'active' });
    expect((await service.client.ask({ study, body: {} })).granted).toBe(1);
  });

  it('finishes once the running trials have told, and cancels the waiting ones', async () => {
    await createTestStudy(service.client);
    await service.client.ask({ study, body: {} });
    await service.client.enqueue({ study, body: { trials: [{ params: { x: 0.3 } }] } });
    expect(await update({ state: 'stopped' })).toMatchObject({ state: 'stopping', endReason: 'stopped' });
    await tell(0);
    expect(await service.client.getStudy({ study })).toMatchObject({ state: 'finished', endReason: 'stopped' });
    expect((await service.client.getTrial({ study, number: 1 })).state).toBe('cancelled');
    await expect(update({ state: 'active' })).rejects.toThrow('is finished (stopped) and cannot become active');
  });

  it('finishes at once when nothing is running, and when the leases of a stopped study run out', async () => {
    await createTestStudy(service.client, { lease: { seconds: 60 } });
    await service.client.ask({ study, body: {} });
    await update({ state: 'stopped' });
    service.clock.nowMs += 61_000;
    expect((await service.client.getStudy({ study })).state).toBe('finished');
    expect((await service.client.getTrial({ study, number: 0 })).state).toBe('failed');
    expect((await tell(0)).state).toBe('complete');
  });
});

describe('budget', () => {
  it('goes on after it was raised', async () => {
    await createTestStudy(service.client, { budget: { trials: 2 } });
    await service.client.ask({ study, body: { count: 2 } });
    await tell(0);
    await tell(1);
    expect((await service.client.getStudy({ study })).state).toBe('finished');
    expect(await update({ budget: { trials: 5 } })).toMatchObject({
      state: 'active',
      endReason: null,
      progress: { left: 3, given: 2 },
    });
    expect((await service.client.ask({ study, body: { count: 9 } })).granted).toBe(3);
    expect(await audit(service.client, study)).toEqual([]);
  });

  it('of a study that was stopped is not raised, and the study is not resumed', async () => {
    await createTestStudy(service.client, { budget: { trials: 2 } });
    await update({ state: 'stopped' });
    const refusal = {
      code: 'study_closed',
      hint: 'A stopped study stays stopped: create another one. Its trials are at GET /v1/studies/test/export, and POST …/trials takes them.',
    };
    await expect(update({ budget: { trials: 50 } })).rejects.toMatchObject({
      problem: { ...refusal, detail: 'Study test is finished (stopped) and gives out no more trials.' },
    });
    await expect(update({ budget: { deadline: '2026-02-01T00:00:00Z' } })).rejects.toMatchObject({ problem: refusal });
    await expect(update({ state: 'active' })).rejects.toMatchObject({ problem: refusal });
    await expect(service.client.enqueue({ study, body: { trials: [{ params: { x: 0.5 } }] } })).rejects.toMatchObject({
      problem: refusal,
    });
    expect((await update({ budget: { trials: 2 } })).state).toBe('finished');
  });

  it('of a study that has reached its target is not raised', async () => {
    await createTestStudy(service.client, {
      objectives: [{ metric: 'loss', direction: 'minimize', target: 0 }],
    });
    await service.client.ask({ study, body: {} });
    await tell(0);
    await expect(update({ budget: { trials: 200 } })).rejects.toMatchObject({
      problem: {
        detail: 'Study test is finished (target) and gives out no more trials.',
        hint: 'A study that has reached its target stays finished: create another one. Its trials are at GET /v1/studies/test/export, and POST …/trials takes them.',
      },
    });
  });

  it('of a study that is past its deadline is raised together with a later deadline', async () => {
    await createTestStudy(service.client, { budget: { trials: 9, deadline: '2026-01-01T01:00:00Z' } });
    await service.client.ask({ study, body: {} });
    await tell(0);
    service.clock.nowMs += 3_600_000;
    const refusal = {
      code: 'study_closed',
      hint: 'PATCH /v1/studies/test with a later budget.deadline, or null for none, opens it again.',
    };
    const expectRefusals = async () => {
      await expect(update({ budget: { trials: 50 } })).rejects.toMatchObject({ problem: refusal });
      await expect(update({ budget: { deadline: '2026-01-01T00:59:00Z' } })).rejects.toMatchObject({
        problem: refusal,
      });
      await expect(update({ state: 'active' })).rejects.toMatchObject({ problem: refusal });
      const trials = [{ params: { x: 0.5 } }];
      await expect(service.client.enqueue({ study, body: { trials } })).rejects.toMatchObject({ problem: refusal });
    };
    await expectRefusals();
    expect((await service.client.getStudy({ study })).state).toBe('finished');
    await expectRefusals();
    expect(await update({ budget: { trials: 50, deadline: null } })).toMatchObject({
      state: 'active',
      progress: { left: 49 },
    });
  });

  it('of a study that has tried everything is raised together with a wider space', async () => {
    await createTestStudy(service.client, { space: { x: { type: 'int', low: 0, high: 1 } }, budget: { trials: 2 } });
    await service.client.ask({ study, body: { count: 2 } });
    await tell(0);
    await tell(1);
    await expect(update({ state: 'active' })).rejects.toMatchObject({
      problem: { hint: 'PATCH /v1/studies/test with a larger budget.trials opens it again.' },
    });
    await expect(update({ budget: { trials: 9 } })).rejects.toMatchObject({
      problem: {
        code: 'study_closed',
        hint: 'Each of its 2 configurations has a trial: PATCH /v1/studies/test with a wider space opens it again.',
      },
    });
    const wider = { x: { type: 'int' as const, low: 0, high: 4 } };
    expect(await update({ space: wider, budget: { trials: 9 } })).toMatchObject({
      state: 'active',
      progress: { left: 3 },
    });
  });

  it('is never lowered', async () => {
    await createTestStudy(service.client, { budget: { trials: 5 } });
    await expect(update({ budget: { trials: 4 } })).rejects.toThrow('budget.trials must be ≥ 5');
  });

  it('is limited by the number of configurations, and says exhausted at the end', async () => {
    await createTestStudy(service.client, { space: { x: { type: 'int', low: 1, high: 3 } }, budget: { trials: 2 } });
    await update({ budget: { trials: 10 } });
    await service.client.ask({ study, body: { count: 9 } });
    for (const number of [0, 1, 2]) await tell(number);
    expect(await service.client.getStudy({ study })).toMatchObject({ state: 'finished', endReason: 'exhausted' });
    expect(await audit(service.client, study)).toEqual([]);
  });

  it('takes a new parallel limit and a later deadline at once', async () => {
    await createTestStudy(service.client, { budget: { trials: 9, parallel: 1, deadline: '2026-01-01T01:00:00Z' } });
    await service.client.ask({ study, body: {} });
    await update({ budget: { parallel: 2 } });
    expect((await service.client.ask({ study, body: { count: 5 } })).granted).toBe(1);
    await update({ budget: { parallel: null } });
    expect((await service.client.ask({ study, body: { count: 5 } })).granted).toBe(5);
    service.clock.nowMs += 3_600_000;
    expect((await service.client.ask({ study, body: {} })).reason).toBe('finished');
    expect((await update({ budget: { deadline: '2026-01-01T03:00:00Z' } })).state).toBe('active');
    expect((await service.client.ask({ study, body: {} })).granted).toBe(1);
  });
});

describe('space', () => {
  it('is widened with the history kept', async () => {
    await createTestStudy(service.client, {
      space: { x: { type: 'float', low: 0, high: 1 }, kind: { type: 'categorical', choices: ['a', 'b'] } },
      constraints: ['x <= 0.5'],
    });
    const [old] = (await service.client.ask({ study, body: {} })).trials;
    const widened = await update({
      space: { kind: { type: 'categorical', choices: ['c', 'a', 'b'] }, x: { type: 'float', low: -1, high: 2 } },
      constraints: [],
    });
    expect(widened).toMatchObject({ spaceVersion: 2, constraints: [] });
    expect(Object.keys(widened.space)).toEqual(['x', 'kind']);
    expect((await service.client.getTrial({ study, number: 0 })).params).toEqual(old.params);
    const { trials } = await service.client.ask({ study, body: { count: 30 } });
    expect(trials.some(({ params }) => (params.x as number) > 1)).toBe(true);
    expect(new Set(trials.map(({ params }) => params.kind))).toEqual(new Set(['a', 'b', 'c']));
    expect(trials[0].suggestion?.spaceVersion).toBe(2);
  });

  it('is never narrowed', async () => {
    await createTestStudy(service.client);
    await expect(update({ space: { x: { type: 'float', low: 0.5, high: 1 } } })).rejects.toMatchObject({
      problem: { code: 'space_conflict', param: 'space.x.low' },
    });
  });

  it('of a grid grows, and every cell is still visited once', async () => {
    await createTestStudy(service.client, {
      space: { a: { type: 'int', low: 1, high: 4 } },
      sampler: { kind: 'grid' },
    });
    await service.client.ask({ study, body: { count: 3 } });
    await update({ space: { a: { type: 'int', low: -5, high: 8 } } });
    await service.client.ask({ study, body: { count: 32 } });
    expect((await service.client.getStudy({ study })).progress).toMatchObject({ given: 14, left: 0 });
    expect(await audit(service.client, study)).toEqual([]);
  });
});
