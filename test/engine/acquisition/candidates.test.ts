import { describe, expect, it } from 'vitest';
import { cellCount, cellValue } from '../../../shared/domain/cells.ts';
import { exchanges, mutants, spreadPoints, unitsOf } from '../../../shared/engine/acquisition/candidates.ts';
import { valueAt } from '../../../shared/engine/encoding.ts';
import { spaceFrom } from '../../domain/space-from.ts';

const space = spaceFrom({
  few: { type: 'ordinal', values: Array.from({ length: 32 }, (_, k) => k) },
  more: { type: 'int', low: 0, high: 32 },
  many: { type: 'int', low: 1, high: 1000 },
  one: { type: 'categorical', choices: ['only'] },
  endless: { type: 'float', low: 0, high: 1 },
  on: { type: 'boolean' },
});

/** The cells that an exchange of parameter i leads to, from one of its cells. */
function reached(i: number, count: number, from: number): number[] {
  const u = new Float64Array(space.names.length).fill(0.5);
  u[i] = (from + 0.5) / count;
  return exchanges(space, u, i)
    .map((place) => place * count - 0.5)
    .sort((a, b) => a - b);
}

/** All cells but one. */
const others = (count: number, cell: number): number[] =>
  Array.from({ length: count }, (_, k) => k).filter((k) => k !== cell);

describe('exchanges', () => {
  it.each([
    ['log', { type: 'int', low: 1, high: 32, scale: 'log' }],
    ['log with steps', { type: 'int', low: 16, high: 512, step: 16, scale: 'log' }],
    ['log of steps with fractions', { type: 'float', low: 0.1, high: 3.1, step: 0.1, scale: 'log' }],
    ['reverseLog', { type: 'float', low: 0, high: 0.96, step: 0.04, scale: 'reverseLog' }],
  ] as const)('reach every other value from every value on a scale that is %s', (_, input) => {
    const scaled = spaceFrom({ k: input });
    const [parameter] = scaled.parameters;
    const values = Array.from({ length: cellCount(parameter)! }, (_k, k) => cellValue(parameter, k));
    for (const from of values) {
      const places = exchanges(scaled, unitsOf(scaled, { k: from }), 0);
      expect([from, new Set(places.map((u) => valueAt(parameter, u)))]).toEqual([
        from,
        new Set(values.filter((value) => value !== from)),
      ]);
    }
  });

  it('reach the neighbours of a long range on a log scale', () => {
    const widths = spaceFrom({ k: { type: 'int', low: 8, high: 1024, scale: 'log' } });
    const reach = (k: number): unknown[] =>
      exchanges(widths, unitsOf(widths, { k }), 0)
        .map((u) => valueAt(widths.parameters[0], u) as number)
        .sort((a, b) => a - b);
    expect(reach(8)).toEqual([9, 10, 12]);
    expect(reach(100)).toEqual([96, 98, 99, 101, 102, 104]);
    expect(reach(1024)).toEqual([1020, 1022, 1023]);
  });

  it.each([
    ['to all 31 others of 32 cells', 0, 32, 9, others(32, 9)],
    ['to all others from the first of 32', 0, 32, 0, others(32, 0)],
    ['to all others from the last of 32', 0, 32, 31, others(32, 31)],
    ['to the other of two', 5, 2, 1, [0]],
    ['one, two and four steps away in 33 cells', 1, 33, 9, [5, 7, 8, 10, 11, 13]],
    ['up from the first of 33', 1, 33, 0, [1, 2, 4]],
    ['down from the last of 33', 1, 33, 32, [28, 30, 31]],
    ['one, two and four steps away in 1,000 cells', 2, 1000, 500, [496, 498, 499, 501, 502, 504]],
    ['up and to the first from the third of 1,000', 2, 1000, 2, [0, 1, 3, 4, 6]],
    ['down from the last of 1,000', 2, 1000, 999, [995, 997, 998]],
    ['nowhere from an only value', 3, 1, 0, []],
  ])('lead %s', (_, i, count, from, cells) => {
    const places = reached(i, count, from);
    expect(places).toHaveLength(cells.length);
    places.forEach((place, k) => expect(place).toBeCloseTo(cells[k], 9));
  });

  it('lead to 32 others of 100 categories from one end of the list to the other, and to those next to them from the next', () => {
    const input = { c: { type: 'categorical', choices: Array.from({ length: 100 }, (_, k) => k) } };
    const from = (cell: number): number[] =>
      exchanges(spaceFrom(input), Float64Array.of((cell + 0.5) / 100), 0)
        .map((place) => Math.floor(place * 100))
        .sort((a, b) => a - b);
    const cells = from(50);
    expect(new Set([...cells, 50]).size).toBe(33);
    const gaps = [...cells, 50].sort((a, b) => a - b).map((cell, i, all) => (i === 0 ? cell : cell - all[i - 1]));
    expect(Math.max(...gaps)).toBeLessThanOrEqual(4);
    expect(from(51)).toEqual(cells.map((cell) => (cell + 1) % 100).sort((a, b) => a - b));
  });

  it.each([33, 64, 96, 100, 128, 1000])('lead to each of %i categories in the end', (count) => {
    const space = spaceFrom({ c: { type: 'categorical', choices: Array.from({ length: count }, (_, k) => k) } });
    const reachable = new Set([0]);
    for (const cell of reachable) {
      const places = exchanges(space, Float64Array.of((cell + 0.5) / count), 0);
      for (const place of places) reachable.add(Math.floor(place * count));
    }
    expect(reachable.size).toBe(count);
  });

  it('lead nowhere in a float without a step', () => {
    expect(exchanges(space, new Float64Array(6), 4)).toEqual([]);
  });

  it('take the end of the interval for the last cell', () => {
    expect(exchanges(space, new Float64Array(6).fill(1), 5)).toEqual([0.25]);
  });
});

describe('mutants', () => {
  const parent = { few: 16, more: 16, many: 500, one: 'only', endless: 0.5, on: true };
  const units = [16.5 / 32, 0.5, 499.5 / 1000, 0.5, 0.5, 0.75];

  it('are forty of each parent, with one to four coordinates moved a little, on three scales', () => {
    const all = mutants(space, [parent, parent], 1, 2);
    expect(all).toHaveLength(80);
    const scales = [0.2, 0.05, 0.01].map((scale) => 3 * scale);
    const farthest = [0, 0, 0];
    all.forEach((u, k) => {
      const moves = units.map((at, i) => Math.abs(u[i] - at));
      const moved = moves.filter((move) => move > 1e-12).length;
      expect(moved).toBeGreaterThanOrEqual(1);
      expect(moved).toBeLessThanOrEqual(4);
      const scale = (k % 40) % 3;
      // A coordinate may move several times; categories move anywhere.
      const far = Math.max(...[0, 1, 2, 4].map((i) => moves[i]));
      expect(far).toBeLessThanOrEqual(Math.min(4 * scales[scale], 1));
      farthest[scale] = Math.max(farthest[scale], far);
    });
    expect(farthest[0]).toBeGreaterThan(farthest[1]);
    expect(farthest[1]).toBeGreaterThan(farthest[2]);
  });

  it('stay inside of a parent at the end, and are others for other trials', () => {
    const corner = { few: 31, more: 0, many: 1, one: 'only', endless: 1, on: false };
    for (const u of mutants(space, [corner], 1, 2)) for (const one of u) expect(one >= 0 && one <= 1).toBe(true);
    expect(mutants(space, [corner], 1, 2)).toEqual(mutants(space, [corner], 1, 2));
    expect(mutants(space, [corner], 1, 3)).not.toEqual(mutants(space, [corner], 1, 2));
  });
});

describe('spreadPoints', () => {
  it('are 1,024 with one in each of 1,024 equal shares of every parameter, others for every trial', () => {
    const points = spreadPoints(space, 3, 4);
    space.names.forEach((_, i) => {
      expect(new Set(points.map((u) => Math.floor(u[i] * 1024))).size).toBe(1024);
    });
    expect(spreadPoints(space, 3, 5)).not.toEqual(points);
  });
});
