import { describe, expect, it } from 'vitest';
import type { Params } from '../../../shared/domain/parameter.ts';
import { paramsKey } from '../../../shared/domain/params.ts';
import { withBelieved } from '../../../shared/engine/gp/believe.ts';
import { expectedAt } from '../../../shared/engine/gp/expected.ts';
import { fitModel, type Model } from '../../../shared/engine/gp/model.ts';
import { suggestWithModel } from '../../../shared/engine/suggest-with-model.ts';
import { createGenerator } from '../../../shared/numerics/random.ts';
import { spaceFrom } from '../../domain/space-from.ts';

const space = spaceFrom({ x: { type: 'float', low: 0, high: 1 }, y: { type: 'float', low: 0, high: 1 } });
const objective = { metric: 'loss', direction: 'minimize' } as const;

function pointsOf(seed: number, count: number): Params[] {
  const random = createGenerator(seed, 0);
  return Array.from({ length: count }, () => ({ x: random.nextUnit(), y: random.nextUnit() }));
}

/** A bowl around (0.3, 0.6). */
function lossAt({ x, y }: Params): number {
  return ((x as number) - 0.3) ** 2 + ((y as number) - 0.6) ** 2;
}

const observations = pointsOf(5, 25).map((params) => ({ params, value: lossAt(params) }));
const model: Model = fitModel(space, objective, observations)!;

function meanAt(posterior: Model['posterior'], params: Params): number {
  return expectedAt(space, posterior, [params]).mean[0];
}

describe('what is believed of points without a result', () => {
  const optimum = { x: 0.3, y: 0.6 };

  it('is nothing where there are none', () => {
    expect(withBelieved(space, model, { pending: [], failed: [] })).toEqual({
      posterior: model.posterior,
      best: model.best,
    });
  });

  it('of a pending one is half a deviation more than expected, and may be the best', () => {
    const { mean, variance } = expectedAt(space, model.posterior, [optimum]);
    const { posterior, best } = withBelieved(space, model, { pending: [optimum], failed: [] });
    expect(meanAt(posterior, optimum)).toBeCloseTo(mean[0] + 0.5 * Math.sqrt(variance[0]), 4);
    expect(best).toBeCloseTo(Math.min(model.best, mean[0] + 0.5 * Math.sqrt(variance[0])), 8);
  });

  it('of a failed one is the worst that came out, and never the best', () => {
    const { posterior, best } = withBelieved(space, model, { pending: [], failed: [optimum] });
    expect(best).toBe(model.best);
    expect(meanAt(posterior, optimum)).toBeGreaterThan(meanAt(model.posterior, optimum) + 1);
    expect(posterior.observations.y.at(-1)).toBe(Math.max(...model.posterior.observations.y));
  });

  it('of more than can be taken in is believed of the most promising', () => {
    const pending = [...pointsOf(7, 400), optimum];
    const { posterior } = withBelieved(space, model, { pending, failed: [] });
    expect(posterior.observations.n).toBe(25 + 256);
    expect(posterior.observations.x.slice(-2)).toEqual(Float64Array.of(0.3, 0.6));
  });
});

describe('suggestions', () => {
  const suggested = (pending: readonly Params[], failed: readonly Params[]): Params => {
    const byNumber = (all: readonly Params[], from: number): Map<number, Params> =>
      new Map(all.map((params, i) => [from + i, params]));
    const history = { observations, pending: byNumber(pending, 1000), failed: byNumber(failed, 100), inFlight: [] };
    const request = { space, sampler: { kind: 'gp' } as const, seed: 3, number: 9000, fixed: {}, firstTry: 0 };
    const found = suggestWithModel(request, [objective], history)!;
    expect(found).toMatchObject({ sampler: 'gp' });
    expect(found.fallback).toBeUndefined();
    return found.params;
  };

  it.each([0, 1, 100, 1000, 3000])('are made with %i pending points', (count) => {
    const pending = pointsOf(8, count);
    expect(pending.map(paramsKey)).not.toContain(paramsKey(suggested(pending, [])));
  });

  it('keep away from what has failed again and again', () => {
    const failed: Params[] = [];
    for (let i = 0; i < 12; i++) failed.push(suggested([], failed));
    const points = failed.map(({ x, y }) => [x as number, y as number]);
    const toOptimum = points.map(([x, y]) => Math.hypot(x - 0.3, y - 0.6));
    expect(Math.min(...toOptimum.slice(4))).toBeGreaterThan(0.02);
    const apart = points.flatMap(([x, y], i) => points.slice(0, i).map(([a, b]) => Math.hypot(x - a, y - b)));
    expect(Math.min(...apart)).toBeGreaterThan(1e-3);
  });
});
