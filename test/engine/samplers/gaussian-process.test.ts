import { describe, expect, it } from 'vitest';
import type { Params } from '../../../shared/domain/parameter.ts';
import type { Observation } from '../../../shared/engine/observations.ts';
import { createGenerator } from '../../../shared/numerics/random.ts';
import { samplerContract, type Ask, type MakeSampler } from '../../contract/sampler.ts';
import { spaceFrom } from '../../domain/space-from.ts';
import { askBatch, askModel, historyOf } from '../model-asks.ts';

/** Each number is asked for with all smaller ones pending, after a dozen results. */
const modelSampler: MakeSampler = (space) => {
  const observations = historyOf(space, 12, [3, 1, 4, undefined, 5, 9, 2, 6, 5, 3, 5, 8]);
  const batches = new Map<string, Params[]>();
  return ({ seed, number, fixed = {} }: Ask) => {
    const key = `${seed} ${JSON.stringify(fixed)}`;
    const batch = batches.get(key) ?? [];
    batches.set(key, batch);
    while (batch.length <= number) {
      const pending = new Map(batch.map((params, k) => [observations.length + k, params]));
      batch.push(askModel(space, { observations, pending }, { seed, fixed })!.params);
    }
    return { params: batch[number], tries: 0 };
  };
};

samplerContract('gp', modelSampler);

const space = spaceFrom({ x: { type: 'float', low: 0, high: 1 }, y: { type: 'float', low: 0, high: 1 } });

/** A bowl around (0.3, 0.6) with noise of a fifth of its height. */
function observed(count: number, noise: number): Observation[] {
  const random = createGenerator(5, 0);
  return Array.from({ length: count }, () => {
    const [x, y] = [random.nextUnit(), random.nextUnit()];
    return { params: { x, y }, value: (x - 0.3) ** 2 + (y - 0.6) ** 2 + noise * (random.nextUnit() - 0.5) };
  });
}

describe('the gp sampler', () => {
  it.each([
    { is: 'closes in on what is certain', noise: 0, nearestMin: 1e-6, usualMin: 1e-5 },
    { is: 'spreads over what is not', noise: 0.3, nearestMin: 0.005, usualMin: 0.05 },
  ])('gives a batch of sixteen different points that $is', ({ noise, nearestMin, usualMin }) => {
    const points = askBatch(space, observed(30, noise), 16, { seed: 3 }).map(({ params: { x, y } }) => [
      x as number,
      y as number,
    ]);
    const nearest = points.map(([a, b], i) =>
      Math.min(...points.flatMap(([c, d], j) => (i === j ? [] : [Math.hypot(a - c, b - d)]))),
    );
    expect(Math.min(...nearest)).toBeGreaterThan(nearestMin);
    expect(nearest.sort((a, b) => a - b)[8]).toBeGreaterThan(usualMin);
  });
});
