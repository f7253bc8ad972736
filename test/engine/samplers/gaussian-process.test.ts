import { describe, expect, it } from 'vitest';
import type { Params } from '../../../shared/domain/parameter.ts';
import { expectedAt } from '../../../shared/engine/gp/expected.ts';
import type { Observation } from '../../../shared/engine/observations.ts';
import { kernels } from '../../../shared/engine/gp/kernels.ts';
import { fitModel } from '../../../shared/engine/gp/model.ts';
import { suggestByModel, type ModelSuggestion } from '../../../shared/engine/samplers/gaussian-process.ts';
import { createGenerator } from '../../../shared/numerics/random.ts';
import { samplerContract, type Ask, type MakeSampler } from '../../contract/sampler.ts';
import { spaceFrom } from '../../domain/space-from.ts';
import { askBatch, askModel, historyOf, minimize } from '../model-asks.ts';

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

  it('looks around the best results where a space is too large to come near them by chance', () => {
    const names = Array.from({ length: 30 }, (_, i) => `c${i}`);
    const choices = Array.from({ length: 40 }, (_, k) => k);
    const large = spaceFrom(Object.fromEntries(names.map((name) => [name, { type: 'categorical', choices }])));
    const random = createGenerator(9, 0);
    /** So many choices are not 0. */
    const wrongIn = (count: number): Observation => ({
      params: Object.fromEntries(names.map((name, i) => [name, i < count ? 1 + random.nextBelow(39) : 0])),
      value: count,
    });
    const observations = [30, 30, 30, 6, 5, 30, 30, 4, 3, 30, 30, 2].map(wrongIn);
    const [{ params, sampler }] = askBatch(large, observations, 1);
    const zeros = names.filter((name) => params[name] === 0).length;
    expect(sampler).toBe('gp');
    // By chance it is one; a search that begins there has ten exchanges.
    expect(zeros).toBeGreaterThan(15);
  });

  it('keeps away from where trials are infeasible, also when it gets better towards there', () => {
    const random = createGenerator(6, 0);
    const observations = Array.from({ length: 24 }, () => {
      const [x, y] = [random.nextUnit(), random.nextUnit()];
      return { params: { x, y }, value: x > 0.5 ? undefined : (x - 0.6) ** 2 + (y - 0.5) ** 2 };
    });
    for (const { params, sampler } of askBatch(space, observations, 8)) {
      expect(sampler).toBe('gp');
      expect(params.x).toBeLessThan(0.5);
    }
  });

  describe('after one bad value of 5, with 1 expected elsewhere, give or take 1', () => {
    const line = spaceFrom({ x: { type: 'float', low: 0, high: 1 } });
    const data = { n: 1, d: 1, x: Float64Array.of(0.5), y: Float64Array.of(5), isCategory: [false] };
    // Lengthscale 0.01, signal 1, no noise: of the value nothing is left elsewhere but the mean, 5 / (4 + 1).
    const posterior = kernels.condition(data, Float64Array.of(Math.log(1e4), 0, -20))!;
    const standard = { unit: 10, origin: 3, scale: 2, bend: Infinity };
    const warping = { ...standard, sign: -1, lambda: 1, center: 0, spread: 1 } as const;
    const fitted = fitModel(line, minimize, [{ params: { x: 0.5 }, value: 5 }])!;
    const suggestedWith = (best: number, pending: Params[]): ModelSuggestion => {
      const asked = { space: line, seed: 1, number: 2, fixed: {}, pending, failed: [], isOverdue: () => false };
      const suggested = suggestByModel(asked, { ...fitted, warping, posterior, best });
      if (typeof suggested === 'string') throw new Error(suggested);
      return suggested;
    };

    it.each([
      [-1, 0.022750131948179195],
      [0, 0.15865525393145707],
      [1, 0.5],
      [2.5, 0.9331927987311419],
    ])('says how likely a point is to be better than %f', (best, improvement) => {
      const suggested = suggestedWith(best, []);
      expect(suggested.improvement).toBeCloseTo(improvement, 6);
      // y 1 is z 1, and the value -1 · (2 · 1 + 3) · 10; a y that is 1 more is 2 · 10 away.
      expect(suggested.mean).toBeCloseTo(-50, 4);
      expect(suggested.deviation).toBeCloseTo(20, 4);
    });

    it('believes that a pending point comes out half a deviation worse, at 1.5, and wants to be better than that', () => {
      expect(suggestedWith(2.5, [{ x: 0.1 }]).improvement).toBeCloseTo(0.6914624612740131, 6);
      expect(suggestedWith(1, [{ x: 0.1 }]).improvement).toBeCloseTo(0.5, 6);
    });

    it('expects by results alone, whatever is pending nearby', () => {
      const pending = [0.1, 0.102, 0.104, 0.106].map((x) => ({ x }));
      const { params, mean, deviation } = suggestedWith(2.5, pending);
      const expected = expectedAt(line, posterior, [params]);
      expect(mean).toBeCloseTo(-10 * (2 * expected.mean[0] + 3), 9);
      expect(deviation).toBeCloseTo(20 * Math.sqrt(expected.variance[0]), 9);
    });
  });
});
