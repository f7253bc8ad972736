import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decidingCount, drawFeasible, feasibleCount, type Point } from '../../shared/engine/draw.ts';
import { unitAt } from '../../shared/numerics/random.ts';
import { arbitrarySpace } from '../domain/arbitrary-space.ts';
import { faultsIn } from '../domain/brute-force.ts';
import { spaceFrom } from '../domain/space-from.ts';

const points =
  (stream: number) =>
  (attempt: number): Point =>
  (i) =>
    unitAt(99, 77, stream, attempt, i);
const unitFloat = { type: 'float', low: 0, high: 1 };

describe('drawFeasible', () => {
  it('gives values to the active parameters only', () => {
    fc.assert(
      fc.property(arbitrarySpace(6), fc.nat(1000), (input, stream) => {
        const drawn = drawFeasible(spaceFrom(input), {}, points(stream), 0)!;
        expect(faultsIn(input, drawn.params)).toEqual([]);
        expect(drawn.tries).toBe(0);
      }),
      { seed: 14, numRuns: 300 },
    );
  });

  it('skips the draws that miss the constraints, and says how many', () => {
    const space = spaceFrom({ x: unitFloat, y: unitFloat, z: unitFloat }, ['x + y <= 0.5', 'x > y']);
    for (let stream = 0; stream < 50; stream++) {
      const allowed = (attempt: number): boolean => {
        const [x, y] = [0, 1].map(points(stream)(attempt));
        return x + y <= 0.5 && x > y;
      };
      let first = 0;
      while (!allowed(first)) first++;
      const [x, y, z] = [0, 1, 2].map(points(stream)(first));
      expect(drawFeasible(space, {}, points(stream), 0)).toEqual({ params: { x, y, z }, tries: first });
      const later = drawFeasible(space, {}, points(stream), first + 1)!;
      expect(later.tries).toBeGreaterThan(first);
      expect(allowed(later.tries)).toBe(true);
    }
  });

  it('holds fixed values, and everything that they need', () => {
    const input = {
      kind: { type: 'categorical', choices: ['a', 'b', 'c', 'd'] },
      mode: { type: 'boolean', when: { kind: ['a', 'b'] } },
      depth: { type: 'int', low: 1, high: 9, when: { mode: true } },
      rate: unitFloat,
    };
    const space = spaceFrom(input, ['depth * rate <= 3']);
    for (let stream = 0; stream < 50; stream++) {
      const { params } = drawFeasible(space, { depth: 7 }, points(stream), 0)!;
      expect(params).toMatchObject({ depth: 7, mode: true });
      expect(['a', 'b']).toContain(params.kind);
      expect(params.rate as number).toBeLessThanOrEqual(3 / 7);
      expect(faultsIn(input, params)).toEqual([]);
    }
  });

  it('leaves the other values as they were drawn', () => {
    const space = spaceFrom({ x: unitFloat, y: unitFloat });
    const free = drawFeasible(space, {}, points(0), 0)!;
    expect(drawFeasible(space, { x: 0.25 }, points(0), 0)).toEqual({ params: { ...free.params, x: 0.25 }, tries: 0 });
  });

  it('finds a feasible part of 1e-4', () => {
    const space = spaceFrom({ x: unitFloat, y: unitFloat }, ['x < 0.01', 'y > 0.99']);
    for (let stream = 0; stream < 3; stream++) {
      const { params } = drawFeasible(space, {}, points(stream), 0)!;
      expect(params.x as number).toBeLessThan(0.01);
      expect(params.y as number).toBeGreaterThan(0.99);
    }
  });

  it('gives up after 200,000 draws', () => {
    let asked = 0;
    const counted = (): Point => {
      asked++;
      return () => 0.5;
    };
    expect(drawFeasible(spaceFrom({ x: unitFloat }, ['x > 2']), {}, counted, 5)).toBeUndefined();
    expect(asked).toBe(200_000);
  });

  it('gives up when fixed values exclude each other', () => {
    const space = spaceFrom({ a: { type: 'boolean' }, b: { type: 'boolean', when: { a: true } } });
    expect(drawFeasible(space, { a: false, b: true }, () => () => 0.5, 0)).toBeUndefined();
  });

  it('looks only at coordinates that decide, until a draw is allowed', () => {
    const input = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`x${i}`, unitFloat]));
    let lookCount = 0;
    const counted =
      (attempt: number): Point =>
      (i) => {
        lookCount++;
        return i === 7 && attempt < 50 ? 0.9 : 0.1;
      };
    expect(drawFeasible(spaceFrom(input, ['x7 < 0.5']), {}, counted, 0)!.tries).toBe(50);
    expect(lookCount).toBe(51 + 100);
  });
});

describe('feasibleCount', () => {
  it('counts the allowed among the first points', () => {
    const space = spaceFrom({ x: unitFloat }, ['x < 0.25']);
    expect(feasibleCount(space, (attempt) => () => attempt / 100, 100)).toBe(25);
    expect(feasibleCount(space, (attempt) => () => attempt / 100, 10)).toBe(10);
  });
});

describe('decidingCount', () => {
  it('counts the parameters of constraints and their parents', () => {
    const input = {
      a: { type: 'boolean' },
      b: { type: 'boolean', when: { a: true } },
      c: { type: 'int', low: 0, high: 9, when: { b: true } },
      d: unitFloat,
      e: unitFloat,
    };
    expect(decidingCount(spaceFrom(input))).toBe(0);
    expect(decidingCount(spaceFrom(input, ['c + d <= 3']))).toBe(4);
  });
});
