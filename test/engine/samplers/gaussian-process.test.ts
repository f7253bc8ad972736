import { describe, expect, it } from 'vitest';
import type { Params } from '../../../shared/domain/parameter.ts';
import { suggestWithModel } from '../../../shared/engine/suggest-with-model.ts';
import { createGenerator } from '../../../shared/numerics/random.ts';
import { spaceFrom } from '../../domain/space-from.ts';

const space = spaceFrom({ x: { type: 'float', low: 0, high: 1 }, y: { type: 'float', low: 0, high: 1 } });

/** A bowl around (0.3, 0.6) with noise of a fifth of its height. */
function observed(count: number, noise: number): { params: Params; value: number }[] {
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
    const observations = observed(30, noise);
    const pending = new Map<number, Params>();
    for (let number = 30; number < 46; number++) {
      const suggested = suggestWithModel(
        { space, sampler: { kind: 'gp' }, seed: 3, number, fixed: {}, firstTry: 0 },
        [{ metric: 'loss', direction: 'minimize' }],
        { observations, pending, failed: new Map(), inFlight: [] },
      );
      pending.set(number, suggested!.params);
    }
    const points = [...pending.values()].map(({ x, y }) => [x as number, y as number]);
    const nearest = points.map(([a, b], i) =>
      Math.min(...points.flatMap(([c, d], j) => (i === j ? [] : [Math.hypot(a - c, b - d)]))),
    );
    expect(Math.min(...nearest)).toBeGreaterThan(nearestMin);
    expect(nearest.sort((a, b) => a - b)[8]).toBeGreaterThan(usualMin);
  });
});
