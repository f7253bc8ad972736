import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Trial } from '../../../shared/domain/trial.ts';
import { chooseAgain } from '../../../shared/service/trials/choose.ts';
import { suggest } from '../../../shared/engine/suggest.ts';
import { audit } from '../../audit.ts';
import { spaceFrom } from '../../domain/space-from.ts';
import { openService, type Service } from '../in-memory-network.ts';
import { unlikeReplays } from '../replays.ts';
import { createTestStudy, study } from '../test-study.ts';

let service: Service;
beforeEach(() => {
  service = openService();
});
afterEach(() => service.close());

const square = {
  space: { x: { type: 'float', low: -5, high: 10 }, y: { type: 'float', low: 0, high: 15 } },
  sampler: { kind: 'gp' },
  budget: { trials: 40 },
} as const;

/** Branin: three minima of 0.397887. */
function branin({ x, y }: Trial['params']): number {
  const [a, b] = [x as number, y as number];
  return (
    (b - (5.1 * a * a) / (4 * Math.PI ** 2) + (5 * a) / Math.PI - 6) ** 2 +
    10 * (1 - 1 / (8 * Math.PI)) * Math.cos(a) +
    10
  );
}

const tell = ({ number, attempt }: Trial, loss: number | 'NaN') =>
  service.client.tell({ study, number, body: { attempt, values: { loss } } });

/** Squared distances from two points that are 2 apart, on a scale of 7.5: the front is the way between them. */
function twoBowls({ x, y }: Trial['params']): { loss: number; speed: number } {
  const [a, b] = [((x as number) - 2.5) / 3.75, ((y as number) - 7.5) / 3.75];
  return { loss: (a + 1) ** 2 + b ** 2, speed: -((a - 1) ** 2 + b ** 2) };
}

function quasiRandomAt(number: number): Trial['params'] {
  const space = spaceFrom(square.space);
  return suggest({ space, sampler: { kind: 'quasiRandom' }, seed: 0, number, fixed: {}, firstTry: 0 })!.params;
}

/** The part of the square from 0 to 4 that points are better than in both values. */
function dominatedShare(points: number[][]): number {
  const steps = Array.from({ length: 200 }, (_, i) => (4 * (i + 0.5)) / 200);
  const cells = steps.flatMap((a) => steps.map((b) => points.some(([c, d]) => c <= a && d <= b)));
  return cells.filter(Boolean).length / cells.length;
}

describe('the gp sampler', () => {
  it('comes within 0.01 of the best of Branin in 30 trials, and says what it expected', async () => {
    await createTestStudy(service.client, square);
    for (let i = 0; i < 30; i++) {
      const [trial] = (await service.client.ask({ study, body: {} })).trials;
      await tell(trial, branin(trial.params));
    }
    const { best } = await service.client.best({ study });
    expect(best!.values!.loss).toBeLessThan(0.3979 + 0.01);
    const { suggestion } = await service.client.getTrial({ study, number: 29 });
    expect(suggestion).toMatchObject({ sampler: 'gp', observations: 29, tries: 0 });
    expect(Number.isFinite(suggestion!.mean)).toBe(true);
    expect(suggestion!.deviation).toBeGreaterThan(0);
  });

  it('maximises as well', async () => {
    await createTestStudy(service.client, { ...square, objectives: [{ metric: 'loss', direction: 'maximize' }] });
    for (let i = 0; i < 25; i++) {
      const [trial] = (await service.client.ask({ study, body: {} })).trials;
      await tell(trial, -branin(trial.params));
    }
    expect((await service.client.best({ study })).best!.values!.loss).toBeGreaterThan(-0.5);
  });

  it('begins with the defaults', async () => {
    await createTestStudy(service.client, {
      ...square,
      space: {
        x: { type: 'float', low: 1e-5, high: 1, scale: 'log', default: 0.001 },
        y: { type: 'int', low: 1, high: 9, default: 2 },
      },
    });
    const [first] = (await service.client.ask({ study, body: {} })).trials;
    expect(first.params.y).toBe(2);
    expect(first.params.x).toBeCloseTo(0.001, 12);
  });

  it('sends those who ask at once to different places', async () => {
    await createTestStudy(service.client, { ...square, budget: { trials: 40 } });
    const first = await service.client.ask({ study, body: { count: 6 } });
    for (const trial of first.trials) await tell(trial, branin(trial.params));
    const asks = await Promise.all(Array.from({ length: 4 }, () => service.client.ask({ study, body: { count: 4 } })));
    const points = asks.flatMap(({ trials }) =>
      trials.map(({ params }) => [(params.x as number) / 15, (params.y as number) / 15]),
    );
    expect(points).toHaveLength(16);
    const distances = points.flatMap(([a, b], i) => points.slice(i + 1).map(([c, d]) => Math.hypot(a - c, b - d)));
    expect(Math.min(...distances)).toBeGreaterThan(1e-4);
    expect(Math.max(...distances)).toBeGreaterThan(0.5);
    // Who comes ninth and later does not wait for all the others to be worked out.
    expect(asks[3].trials.every(({ suggestion }) => suggestion!.fallback === 'in_flight')).toBe(true);
    expect(await audit(service.client, study)).toEqual([]);
  });

  it('learns to keep away from what is infeasible, and lives with nothing else', async () => {
    await createTestStudy(service.client, square);
    for (let i = 0; i < 12; i++) {
      const [trial] = (await service.client.ask({ study, body: {} })).trials;
      await tell(trial, 'NaN');
    }
    const last = await service.client.getTrial({ study, number: 11 });
    expect(last.suggestion).toMatchObject({ sampler: 'quasiRandom', fallback: 'no_model' });
    for (let i = 0; i < 18; i++) {
      const [trial] = (await service.client.ask({ study, body: {} })).trials;
      await tell(trial, (trial.params.x as number) < 0 ? 'NaN' : branin(trial.params));
    }
    const { data } = await service.client.listTrials({ study, query: { state: 'infeasible' } });
    expect(data.filter(({ number }) => number >= 20).length).toBeLessThanOrEqual(4);
  });

  it.each([
    ['the ends of what is allowed', [1e300, -1e300, 5, 0]],
    ['equal values', [1, 1, 1, 1]],
    ['tiny values', [1e-300, 2e-300, 5e-324, 0]],
  ])('goes on after %s', async (_, values) => {
    await createTestStudy(service.client, square);
    for (let i = 0; i < 12; i++) {
      const [trial] = (await service.client.ask({ study, body: {} })).trials;
      await tell(trial, values[i % values.length]);
    }
    expect((await service.client.ask({ study, body: { count: 4 } })).granted).toBe(4);
  });

  it('searches mixed, conditional and constrained spaces, and holds what is fixed', async () => {
    await createTestStudy(service.client, {
      space: {
        rate: { type: 'float', low: 1e-5, high: 1, scale: 'log' },
        optimizer: { type: 'categorical', choices: ['sgd', 'adam'] },
        momentum: { type: 'float', low: 0, high: 0.99, scale: 'reverseLog', when: { optimizer: 'sgd' } },
        width: { type: 'int', low: 8, high: 256, scale: 'log' },
        batch: { type: 'ordinal', values: [16, 32, 64] },
        bias: { type: 'boolean' },
      },
      constraints: ['width * batch <= 4096'],
      sampler: { kind: 'gp' },
      budget: { trials: 60 },
    });
    for (let i = 0; i < 30; i++) {
      const fixed: Trial['params'] = i % 3 === 2 ? { momentum: 0.5 } : {};
      const [trial] = (await service.client.ask({ study, body: { fixed } })).trials;
      const { rate, optimizer, momentum, width, batch } = trial.params;
      expect((width as number) * (batch as number)).toBeLessThanOrEqual(4096);
      expect(momentum === undefined).toBe(optimizer === 'adam');
      expect(momentum).toBe(fixed.momentum ?? momentum);
      await tell(
        trial,
        (Math.log10(rate as number) + 3) ** 2 + Math.abs((width as number) - 60) / 60 + (optimizer === 'sgd' ? 0 : 0.5),
      );
    }
    expect((await service.client.best({ study })).best!.values!.loss).toBeLessThan(0.2);
  });

  it('uses up a small space without repeating itself', async () => {
    await createTestStudy(service.client, {
      space: { a: { type: 'int', low: 1, high: 4 }, b: { type: 'boolean' } },
      sampler: { kind: 'gp' },
    });
    for (let i = 0; i < 8; i++) {
      const [trial] = (await service.client.ask({ study, body: {} })).trials;
      await tell(trial, trial.params.a as number);
    }
    expect(await service.client.getStudy({ study })).toMatchObject({ state: 'finished', endReason: 'exhausted' });
    expect(await audit(service.client, study)).toEqual([]);
  });

  it('sees the history in the wider space as soon as the space is widened', async () => {
    const narrow = { x: { type: 'float' as const, low: 0, high: 1 } };
    const wide = { x: { type: 'float' as const, low: -3, high: 3 } };
    await createTestStudy(service.client, { ...square, space: narrow });
    for (let i = 0; i < 6; i++) {
      const [trial] = (await service.client.ask({ study, body: {} })).trials;
      await tell(trial, ((trial.params.x as number) - 0.3) ** 2);
    }
    const history = (await service.client.listTrials({ study })).data;
    const ask = async (name: string) => (await service.client.ask({ study: name, body: {} })).trials[0].params;
    // The model of the narrow space is known when the space changes.
    const [pending] = [await ask(study)];
    await service.client.updateStudy({ study, body: { space: wide } });
    await service.client.createStudy({
      body: { ...square, name: 'wide', space: wide, objectives: [{ metric: 'loss', direction: 'minimize' }] },
    });
    const trials = [...history.map(({ params, values }) => ({ params, values: values! })), { params: pending }];
    await service.client.enqueue({ study: 'wide', body: { trials } });
    expect(await ask('wide')).toEqual(pending);
    expect(await ask(study)).toEqual(await ask('wide'));
  });

  it('says when another trial has the point of the model', async () => {
    await createTestStudy(service.client, { ...square, space: { a: { type: 'int', low: 1, high: 6 } } });
    const middle = 4;
    await service.client.ask({ study, body: { fixed: { a: middle } } });
    const found = await service.ports.studies.find('00000000000000000000000000', study);
    const last = {
      params: { a: middle },
      suggestion: { sampler: 'gp', seed: 0, number: 1, tries: 0, spaceVersion: 1, engineVersion: 1 },
    };
    const again = await chooseAgain(service.ports, found!, 1, {}, last, 1);
    expect(again!.suggestion).toMatchObject({ sampler: 'quasiRandom', fallback: 'duplicate' });
  });

  it('spreads trials along the Pareto front of two objectives, as auto does', async () => {
    const objectives = [
      { metric: 'loss', direction: 'minimize' as const },
      { metric: 'speed', direction: 'maximize' as const },
    ];
    await createTestStudy(service.client, { ...square, sampler: { kind: 'auto' }, objectives });
    for (let i = 0; i < 40; i++) {
      const [{ number, attempt, params }] = (await service.client.ask({ study, body: {} })).trials;
      await service.client.tell({ study, number, body: { attempt, values: twoBowls(params) } });
    }
    const { trials: front } = await service.client.best({ study, query: { top: 100 } });
    const found = front.map(({ values }) => [values!.loss, -values!.speed]);
    const evenly = Array.from({ length: 40 }, (_, number) => quasiRandomAt(number)).map(twoBowls);
    const drawn = evenly.map(({ loss, speed }) => [loss, -speed]);
    // The whole front, √a + √b = 2, is better than 83 % of the square.
    expect(dominatedShare(found)).toBeGreaterThan(0.79);
    expect(dominatedShare(drawn)).toBeLessThan(0.7);
    const { suggestion } = await service.client.getTrial({ study, number: 39 });
    expect(suggestion).toMatchObject({ sampler: 'gp', observations: 39 });
    expect(suggestion!.mean).toBeUndefined();
    expect(await unlikeReplays(service.client, study)).toEqual([]);
  });

  it('suggests the same in a process that has just started', async () => {
    await createTestStudy(service.client, square);
    for (let i = 0; i < 10; i++) {
      const [trial] = (await service.client.ask({ study, body: {} })).trials;
      service.clock.nowMs += 1000;
      await tell(trial, branin(trial.params));
    }
    const warm = (await service.client.ask({ study, body: {} })).trials[0];
    // Another study with the same seed and history: nothing of the first one is remembered for it.
    const history = (await service.client.listTrials({ study, query: { limit: 10 } })).data;
    await service.client.createStudy({
      body: { ...square, name: 'again', objectives: [{ metric: 'loss', direction: 'minimize' }] },
    });
    const trials = history.map(({ params, values }) => ({ params, values: values! }));
    await service.client.enqueue({ study: 'again', body: { trials } });
    const cold = (await service.client.ask({ study: 'again', body: {} })).trials[0];
    expect(cold.params).toEqual(warm.params);
  });
});
