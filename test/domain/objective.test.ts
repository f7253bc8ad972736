import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareOn, Objectives, paretoFront, reachesTarget, type Objective } from '../../shared/domain/objective.ts';
import { refusalsOf, refusedPaths } from './refusals-of.ts';

const loss: Objective = { metric: 'loss', direction: 'minimize' };
const accuracy: Objective = { metric: 'accuracy', direction: 'maximize' };

describe('Objectives', () => {
  it('refuses a metric that appears twice, at its second place', () => {
    expect(refusalsOf(Objectives, [loss, accuracy, { ...loss, direction: 'maximize' }])).toEqual([
      '2.metric: must not appear twice',
    ]);
  });

  it.each([
    [{ ...loss, direction: 'min' }, '0.direction'],
    [{ ...loss, target: 2e300 }, '0.target'],
    [{ ...loss, metric: 'a b' }, '0.metric'],
    [{ ...loss, weight: 1 }, '0'],
  ])('refuses %j', (objective, path) => {
    expect(refusedPaths(Objectives, [objective])).toEqual([path]);
  });
});

describe('reachesTarget', () => {
  it.each([
    ['below', 0.04, true],
    ['at', 0.05, true],
    ['above', 0.06, false],
  ])('minimising: a value %s the target', (_, value, reached) => {
    expect(reachesTarget([{ ...loss, target: 0.05 }], { loss: value })).toBe(reached);
  });

  it.each([
    ['below', 0.8, false],
    ['at', 0.9, true],
    ['above', 0.95, true],
  ])('maximising: a value %s the target', (_, value, reached) => {
    expect(reachesTarget([{ ...accuracy, target: 0.9 }], { accuracy: value })).toBe(reached);
  });

  it('knows a target of 0', () => {
    expect(reachesTarget([{ ...loss, target: 0 }], { loss: 0 })).toBe(true);
    expect(reachesTarget([{ ...loss, target: 0 }], { loss: 1 })).toBe(false);
  });

  it('is never reached without a target', () => {
    expect(reachesTarget([loss, accuracy], { loss: -1e300, accuracy: 1 })).toBe(false);
  });

  it('needs every objective that has a target, and no other', () => {
    const both = [
      { ...loss, target: 0.1 },
      { ...accuracy, target: 0.9 },
    ];
    expect(reachesTarget(both, { loss: 0.1, accuracy: 0.8 })).toBe(false);
    expect(reachesTarget(both, { loss: 0.1, accuracy: 0.9 })).toBe(true);
    expect(reachesTarget([{ ...loss, target: 0.1 }, accuracy], { loss: 0.1, accuracy: 0 })).toBe(true);
  });
});

describe('compareOn', () => {
  it('is negative for the better value', () => {
    expect(compareOn(loss, { loss: 1 }, { loss: 2 })).toBeLessThan(0);
    expect(compareOn(loss, { loss: 2 }, { loss: 1 })).toBeGreaterThan(0);
    expect(compareOn(accuracy, { accuracy: 2 }, { accuracy: 1 })).toBeLessThan(0);
    expect(compareOn(accuracy, { accuracy: 1 }, { accuracy: 1 })).toBe(0);
  });
});

describe('paretoFront', () => {
  const point = fc.record({ a: fc.integer({ min: 0, max: 6 }), b: fc.integer({ min: 0, max: 6 }), c: fc.nat(3) });
  const directions = fc.tuple(...[0, 1, 2].map(() => fc.constantFrom<Objective['direction']>('minimize', 'maximize')));

  it('keeps exactly the points that no other one dominates, in their order', () => {
    fc.assert(
      fc.property(
        fc.array(point, { maxLength: 40 }),
        directions,
        fc.integer({ min: 1, max: 3 }),
        (points, d, count) => {
          const metrics = (['a', 'b', 'c'] as const).slice(0, count);
          const objectives = metrics.map((metric, i) => ({ metric, direction: d[i] }));
          const signs = d.map((direction) => (direction === 'minimize' ? 1 : -1));
          const undominated = points.filter(
            (mine) =>
              !points.some(
                (other) =>
                  metrics.every((m, i) => signs[i] * other[m] <= signs[i] * mine[m]) &&
                  metrics.some((m, i) => signs[i] * other[m] < signs[i] * mine[m]),
              ),
          );
          expect(paretoFront(objectives, points, (p) => p)).toEqual(undominated);
        },
      ),
      { seed: 1, numRuns: 300 },
    );
  });
});
