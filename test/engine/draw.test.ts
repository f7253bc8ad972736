import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { drawCost, drawFeasible, feasibleCount, type Point } from '../../shared/engine/draw.ts';
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

  it('draws parents from the values that activate a fixed child, each as often', () => {
    const space = spaceFrom({
      kind: { type: 'categorical', choices: ['a', 'b', 'c', 'd', 'e'] },
      size: { type: 'int', low: 1, high: 1000, when: { kind: ['e', 'b', 'c'] } },
      deep: { type: 'boolean', when: { size: [7, 3, 7, 999], kind: ['c', 'b', 'a'] } },
      leaf: { type: 'int', low: 1, high: 1000, when: { deep: true } },
    });
    const drawn = Array.from({ length: 60 }, (_, k) => {
      // Coordinate 0 in steps of 1/6, coordinate 1 in steps of 1/10.
      const point: Point = (i) => [(k % 6) / 6, Math.floor(k / 6) / 10, 0, 0][i];
      return drawFeasible(space, { leaf: 500 }, () => point, 0)!;
    });
    expect(new Set(drawn.map(({ tries }) => tries))).toEqual(new Set([0]));
    const count = (name: string, value: unknown): number => drawn.filter(({ params }) => params[name] === value).length;
    expect(['a', 'b', 'c', 'd', 'e'].map((kind) => count('kind', kind))).toEqual([0, 30, 30, 0, 0]);
    expect([3, 7, 999].map((size) => count('size', size))).toEqual([24, 18, 18]);
    expect(count('deep', true)).toBe(60);
    expect(count('leaf', 500)).toBe(60);
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

  it('makes fewer draws when each costs more, but never fewer than 20,000', () => {
    const input = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`x${i}`, unitFloat]));
    const sum = Object.keys(input).join('+');
    const askedOf = (constraints: string[]): number => {
      let asked = 0;
      const counted = (): Point => {
        asked++;
        return () => 0.5;
      };
      expect(drawFeasible(spaceFrom(input, constraints), { x3: 0.5 }, counted, 0)).toBeUndefined();
      return asked;
    };
    // 100 parameters and 201 terms, four of which count as one.
    expect(askedOf([`${sum} < 0`])).toBe(Math.floor(4_000_000 / 150.25));
    expect(askedOf(['x0 < 0', ...Array.from({ length: 31 }, () => `${sum} > 0`)])).toBe(20_000);
  });

  it('stops a draw at the first constraint that fails', () => {
    const space = spaceFrom({ x: unitFloat, y: unitFloat, z: unitFloat }, ['x > 2', 'y + z > 0', 'x + y < 2']);
    const looked = new Set<number>();
    const point: Point = (i) => {
      looked.add(i);
      return 0.5;
    };
    expect(drawFeasible(space, {}, () => point, 0)).toBeUndefined();
    expect([...looked]).toEqual([0]);
  });

  it('makes no draw when fixed values exclude each other', () => {
    const space = spaceFrom({
      a: { type: 'categorical', choices: ['x', 'y', 'z'] },
      b: { type: 'boolean', when: { a: ['x', 'y'] } },
      c: { type: 'boolean', when: { b: true } },
      d: { type: 'boolean', when: { a: ['z'] } },
      e: { type: 'boolean', when: { b: false } },
    });
    const never = (): never => {
      throw new Error('drawn');
    };
    for (const fixed of [
      { a: 'z', b: true },
      { a: 'z', c: true },
      { c: true, d: true },
      { c: true, e: true },
    ]) {
      expect(drawFeasible(space, fixed, never, 0)).toBeUndefined();
    }
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

describe('drawCost', () => {
  it('counts the parameters of constraints and their parents once, and four terms as one', () => {
    const input = {
      a: { type: 'boolean' },
      b: { type: 'boolean', when: { a: true } },
      c: { type: 'int', low: 0, high: 9, when: { b: true } },
      d: unitFloat,
      e: unitFloat,
    };
    expect(drawCost(spaceFrom(input))).toBe(0);
    expect(drawCost(spaceFrom(input, ['c + d <= 3']))).toBe(4 + 5 / 4);
    expect(drawCost(spaceFrom(input, ['c + d <= 3', 'd < 1']))).toBe(4 + 8 / 4);
  });
});
