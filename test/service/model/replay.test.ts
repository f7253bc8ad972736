import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type * as z from 'zod';
import type { StudySpec } from '../../../shared/domain/study.ts';
import type { Trial } from '../../../shared/domain/trial.ts';
import { createGenerator, type Generator } from '../../../shared/numerics/random.ts';
import type { TrialRecord } from '../../../shared/service/ports/trials.ts';
import { trialAttributes } from '../../../shared/store/items.ts';
import { keyOf, keys } from '../../../shared/store/keys.ts';
import { allTrials } from '../../audit.ts';
import { localCaller } from '../../../local/wire.ts';
import { openService, type Service } from '../in-memory-network.ts';
import { persist } from '../persist.ts';
import { unlikeReplays } from '../replays.ts';
import { shakenTable } from '../shaken-table.ts';
import { createTestStudy, study } from '../test-study.ts';

let service: Service;
beforeEach(() => {
  service = openService();
});
afterEach(() => service.close());

const square = { space: { x: { type: 'float', low: 0, high: 1 }, y: { type: 'float', low: 0, high: 1 } } } as const;
const mixed: Partial<z.input<typeof StudySpec>> = {
  space: {
    rate: { type: 'float', low: 1e-4, high: 1, scale: 'log' },
    kind: { type: 'categorical', choices: ['a', 'b'] },
    depth: { type: 'int', low: 1, high: 6, when: { kind: 'b' } },
    size: { type: 'ordinal', values: [16, 32, 64] },
  },
  constraints: ['rate * size <= 32'],
};

const ask = async (count = 1, fixed: Trial['params'] = {}): Promise<Trial[]> =>
  (await service.client.ask({ study, body: { count, fixed } })).trials;
const tell = ({ number, attempt }: Trial, loss: number) =>
  service.client.tell({ study, number, body: { attempt, values: { loss } } });
const replayOf = (number: number) => service.client.replay({ study, number, body: {} });

/** Writes a trial over, as nothing in the service does. */
async function plant(number: number, change: Partial<TrialRecord>): Promise<void> {
  const found = (await service.ports.studies.find(localCaller.tenant, study))!;
  const trial = (await service.ports.trials.get(found, number))!;
  const s = keyOf(found);
  const attributes = trialAttributes(s, Object.keys(found.spec.space), { ...trial, ...change });
  await service.table.put(keys.trial(s, number), attributes);
}

describe('replay', () => {
  it('works out the same params, and shows how they were chosen', async () => {
    await createTestStudy(service.client, square);
    for (let i = 0; i < 8; i++) {
      const [trial] = await ask();
      await tell(trial, ((trial.params.x as number) - 0.3) ** 2);
    }
    const open = await ask(3);
    expect(open[2].suggestion).toMatchObject({
      sampler: 'gp',
      engineVersion: 3,
      observations: 8,
      knowledge: { before: 8, pending: '8-9' },
    });
    const { equal, params, recomputed, suggestion, reason } = await replayOf(10);
    expect({ equal, reason }).toEqual({ equal: true });
    expect(recomputed).toEqual(params);
    expect(suggestion).toEqual(open[2].suggestion);
    expect(await unlikeReplays(service.client, study)).toEqual([]);
  });

  it('knows the history as it was, whatever has become of its trials', async () => {
    await createTestStudy(service.client, { ...square, lease: { seconds: 60, attempts: 1 } });
    for (const trial of await ask(6)) await tell(trial, trial.params.x as number);
    const [failing, slow, cancelled] = await ask(3);
    await service.client.tell({ study, number: failing.number, body: { attempt: 1, state: 'failed' } });
    await service.client.cancel({ study, number: cancelled.number, body: {} });
    const [next] = await ask();
    expect(next.suggestion!.knowledge).toEqual({ before: 9, pending: `${slow.number}`, failed: '6', left: '8' });
    await service.client.retry({ study, number: failing.number, body: {} });
    const [again] = await ask();
    expect(again.number).toBe(failing.number);
    await tell(again, 0.1);
    await tell(slow, 0.2);
    await tell(next, 0.3);
    expect(await replayOf(next.number)).toMatchObject({ equal: true });
    expect(await unlikeReplays(service.client, study)).toEqual([]);
  });

  it.each([
    ['random', {}],
    ['quasiRandom', {}],
    ['gp', {}],
    ['auto', {}],
    ['grid', { points: 8 }],
  ] as const)('works out what %s chose', async (kind, more) => {
    await createTestStudy(service.client, { ...mixed, sampler: { kind, ...more } as never, budget: { trials: 24 } });
    const fixed = kind === 'grid' ? [{}] : [{}, { kind: 'b' }, { depth: 3, size: 64 }];
    for (let i = 0; i < 12; i++) {
      for (const trial of await ask(2, fixed[i % fixed.length]))
        await tell(trial, Math.log10(trial.params.rate as number));
    }
    const trials = await allTrials(service.client, study);
    expect(trials).toHaveLength(24);
    expect(trials[3].suggestion!.fixed).toEqual(kind === 'grid' ? undefined : ['kind']);
    expect(await unlikeReplays(service.client, study)).toEqual([]);
  });

  it('works out cells of a grid that others had first', async () => {
    const space = { a: { type: 'int', low: 1, high: 4 }, b: { type: 'boolean' } } as const;
    await createTestStudy(service.client, { space, sampler: { kind: 'grid' } });
    const trials = [{ params: { a: 2, b: true } }, { params: { a: 3, b: false } }];
    await service.client.enqueue({ study, body: { trials } });
    expect(await ask(8)).toHaveLength(8);
    const displaced = (await allTrials(service.client, study)).filter(
      ({ number, suggestion }) => suggestion && suggestion.number !== number,
    );
    expect(displaced.length).toBeGreaterThan(0);
    expect(await unlikeReplays(service.client, study)).toEqual([]);
  });

  it.each(['random', 'gp'] as const)('works out what %s had left of a small space', async (kind) => {
    await createTestStudy(service.client, { space: { a: { type: 'int', low: 1, high: 60 } }, sampler: { kind } });
    const trials: Trial[] = [];
    for (let i = 0; i < 6; i++) trials.push(...(await ask(10)));
    expect(trials.filter(({ suggestion }) => suggestion!.isLeftOver).length).toBeGreaterThan(0);
    expect(await unlikeReplays(service.client, study)).toEqual([]);
  });

  it('says what was not suggested', async () => {
    await createTestStudy(service.client, square);
    const trials = [{ params: { x: 0.5, y: 0.5 } }, { params: { x: 0.1, y: 0.5 }, values: { loss: 1 } }];
    await service.client.enqueue({ study, body: { trials } });
    await service.client.confirm({ study, body: { repeats: 1 } });
    const reasons = await Promise.all([0, 1, 2].map(async (number) => (await replayOf(number)).reason));
    expect(reasons).toEqual([
      'The params of trial 0 were enqueued, not suggested.',
      'The params of trial 1 came with its result, and were not suggested.',
      'Trial 2 runs the params of trial 1 again.',
    ]);
    expect(await replayOf(0)).toMatchObject({ equal: null, recomputed: null, suggestion: null, params: { x: 0.5 } });
    await expect(replayOf(3)).rejects.toThrow('Study test has no trial "3".');
  });

  it('says that the space was widened, or that another engine chose', async () => {
    await createTestStudy(service.client, square);
    await ask(2);
    await service.client.updateStudy({
      study,
      body: { space: { ...square.space, x: { type: 'float', low: -1, high: 1 } } },
    });
    expect(await replayOf(0)).toMatchObject({
      equal: null,
      reason: 'The space was widened since: from version 1 to 2.',
    });
    const [newer] = await ask();
    await plant(newer.number, { suggestion: { ...newer.suggestion!, engineVersion: 0 } });
    expect(await replayOf(newer.number)).toMatchObject({
      equal: null,
      reason: 'The engine 0 chose these params; this is engine 3.',
    });
  });

  it('notices a history that is not what it was', async () => {
    await createTestStudy(service.client, square);
    for (const trial of await ask(6)) await tell(trial, (trial.params.x as number) ** 2);
    const [trial] = await ask();
    await plant(0, { values: { loss: -5 } });
    expect(await replayOf(trial.number)).toMatchObject({ equal: false, params: trial.params });
    await plant(0, { state: 'cancelled', values: undefined });
    expect(await replayOf(trial.number)).toMatchObject({
      equal: null,
      reason: 'The history has changed: the model knew 6 results, of which 5 are there.',
    });
  });

  it('notices params that are not what was suggested', async () => {
    await createTestStudy(service.client, { ...square, sampler: { kind: 'random' } });
    const [trial] = await ask();
    await plant(0, { params: { x: 0.25, y: 0.75 } });
    expect(await replayOf(0)).toMatchObject({ equal: false, params: { x: 0.25, y: 0.75 }, recomputed: trial.params });
  });

  it('leaves the answer open where too many trials were known to be listed', async () => {
    await createTestStudy(service.client, square);
    for (const trial of await ask(6)) await tell(trial, (trial.params.x as number) ** 2);
    const [trial] = await ask();
    await plant(trial.number, { suggestion: { ...trial.suggestion!, knowledge: undefined } });
    expect(await replayOf(trial.number)).toMatchObject({
      equal: null,
      reason: 'The model knew of more trials than a list of is kept.',
    });
  });
});

const crowds: Record<string, Partial<z.input<typeof StudySpec>>> = {
  'a mixed space': { ...mixed, budget: { trials: 60 } },
  'a space with few configurations': {
    space: { a: { type: 'int', low: 1, high: 7 }, b: { type: 'categorical', choices: ['p', 'q', 'r'] } },
    budget: { trials: 60 },
  },
};

describe.each(Object.entries(crowds))('a crowd that searches %s', (_, spec) => {
  it.each([
    ['a quiet network', 1, 0],
    ['a quiet network', 2, 0],
    ['lost requests and replies', 3, 0.03],
    ['lost requests and replies', 4, 0.03],
  ])('leaves only trials that can be replayed (%s, seed %i)', async (_name, seed, lost) => {
    const shaking = { lostRequests: lost, lostReplies: lost };
    const crowded = openService((table) => shakenTable(table, seed, shaking));
    try {
      await persist(() => createTestStudy(crowded.client, { lease: { seconds: 60, attempts: 3 }, ...spec }));
      await Promise.all(Array.from({ length: 8 }, (_w, w) => work(crowded, createGenerator(seed, 2, w))));
      Object.assign(shaking, { lostRequests: 0, lostReplies: 0 });
      expect(await unlikeReplays(crowded.client, study)).toEqual([]);
      const trials = await allTrials(crowded.client, study);
      expect(trials.filter(({ suggestion }) => suggestion?.sampler === 'gp').length).toBeGreaterThan(0);
    } finally {
      await crowded.close();
    }
  });
});

/** Asks for one to three trials a few times, some with fixed values; tells all kinds of results, late, or never. */
async function work({ client, clock }: Service, random: Generator): Promise<void> {
  const [name, value] = random.nextUnit() < 0.5 ? ['kind', 'b'] : ['b', 'q'];
  const space = (await persist(() => client.getStudy({ study }))).space;
  for (let i = 0; i < 6; i++) {
    const fixed = random.nextUnit() < 0.2 && Object.hasOwn(space, name) ? { [name]: value } : {};
    const body = { count: 1 + random.nextBelow(3), fixed };
    const { trials } = await persist(() => client.ask({ study, body }));
    for (const { number, attempt } of trials) {
      const fate = random.nextUnit();
      if (fate < 0.1) continue;
      if (fate < 0.2) clock.nowMs += 20_000;
      const result =
        fate < 0.3
          ? { state: 'failed' as const }
          : { values: { loss: fate < 0.4 ? ('NaN' as const) : Math.round(100 * random.nextUnit()) } };
      await persist(() => client.tell({ study, number, body: { attempt, ...result } })).catch(unlessSuperseded);
    }
    clock.nowMs += random.nextBelow(2) * 1000;
  }
}

function unlessSuperseded(error: unknown): void {
  const code = (error as { problem?: { code: string } }).problem?.code;
  if (code !== 'lease_superseded' && code !== 'trial_finished' && code !== 'result_conflict') throw error;
}
