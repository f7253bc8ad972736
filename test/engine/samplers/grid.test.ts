import { describe, expect, it } from 'vitest';
import { paramsKey } from '../../../shared/domain/params.ts';
import type { Sampler } from '../../../shared/domain/sampler.ts';
import type { Space } from '../../../shared/domain/space.ts';
import { ontoGrid } from '../../../shared/engine/samplers/grid.ts';
import { gridOf } from '../../../shared/engine/listing.ts';
import { suggest } from '../../../shared/engine/suggest.ts';
import { samplerContract } from '../../contract/sampler.ts';
import { allConfigurations, type SpaceInput } from '../../domain/brute-force.ts';
import { spaceFrom } from '../../domain/space-from.ts';
import { samplerOf } from './sampler-of.ts';

samplerContract('grid', samplerOf({ kind: 'grid', points: 9 }));

const grid = { kind: 'grid' } as const;

describe('grid', () => {
  const conditional: SpaceInput = {
    leaf: { type: 'ordinal', values: [1, 2, 4], when: { node: true, kind: ['x', 'y'] } },
    node: { type: 'boolean', when: { depth: [2, 3] } },
    depth: { type: 'int', low: 1, high: 3, when: { on: true } },
    kind: { type: 'categorical', choices: ['x', 'y', 'z'] },
    on: { type: 'boolean' },
    drop: { type: 'float', low: 0.1, high: 0.5, step: 0.2 },
  };

  it.each([0, 1, 99])('gives every cell of a conditional space exactly once (seed %i)', (seed) => {
    const cells = allConfigurations(conditional).map(paramsKey);
    expect(cellsOf(spaceFrom(conditional), grid, seed).sort()).toEqual(cells.sort());
  });

  it('gives every cell that satisfies the constraints exactly once', () => {
    const input: SpaceInput = {
      a: { type: 'int', low: 1, high: 20 },
      b: { type: 'ordinal', values: [1, 2, 4, 8] },
      c: { type: 'boolean' },
    };
    const cells = allConfigurations(input).filter(({ a, b }) => (a as number) * (b as number) <= 16);
    const given = cellsOf(spaceFrom(input, ['a * b <= 16']), grid, 5);
    expect(given.sort()).toEqual(cells.map(paramsKey).sort());
  });

  it('gives every point of floats on all scales exactly once', () => {
    const space = spaceFrom({
      a: { type: 'float', low: 1e-4, high: 1, scale: 'log' },
      b: { type: 'float', low: 0, high: 0.99, scale: 'reverseLog' },
      c: { type: 'float', low: -1, high: 1 },
    });
    const points = { a: 5, b: 3, c: 5 };
    const given: Record<string, number>[] = cellsOf(space, { ...grid, points }, 2).map((key) =>
      Object.fromEntries(JSON.parse(key)),
    );
    const expected = [1e-4, 1e-3, 1e-2, 1e-1, 1].flatMap((a) =>
      [0, 0.9, 0.99].flatMap((b) => [-1, -0.5, 0, 0.5, 1].map((c) => ({ a, b, c }))),
    );
    given.sort((p, q) => placeOf(p) - placeOf(q));
    expected.sort((p, q) => placeOf(p) - placeOf(q));
    expect(given).toHaveLength(expected.length);
    given.forEach((params, i) => {
      for (const name of ['a', 'b', 'c'] as const)
        expect(params[name] / (expected[i][name] || 1)).toBeCloseTo(expected[i][name] && 1, 12);
    });
  });

  it('has another order for another seed', () => {
    const space = spaceFrom(conditional);
    expect(cellsOf(space, grid, 1)).not.toEqual(cellsOf(space, grid, 2));
  });

  it('ends after its last cell', () => {
    const space = spaceFrom({ n: { type: 'int', low: 0, high: 9 } });
    const request = { space, sampler: grid, seed: 1, fixed: {}, firstTry: 0 };
    expect(suggest({ ...request, number: 9 })).toBeDefined();
    expect(suggest({ ...request, number: 10 })).toBeUndefined();
    expect(suggest({ ...request, number: 1e6 })).toBeUndefined();
  });

  it('finds different cells among 10^60', () => {
    const space = spaceFrom(
      Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`p${i}`, { type: 'int', low: 0, high: 9 }])),
    );
    expect(gridOf(space, grid)!.count).toBe(10n ** 60n);
    const sample = samplerOf(grid)(space);
    const keys = Array.from({ length: 2000 }, (_, number) => paramsKey(sample({ seed: 4, number })!.params));
    expect(new Set(keys).size).toBe(2000);
  });

  it('is another grid for other points of the same space', () => {
    const space = spaceFrom({ x: { type: 'float', low: 0, high: 1 } });
    expect(cellsOf(space, { ...grid, points: 3 }, 0)).toHaveLength(3);
    expect(cellsOf(space, { ...grid, points: 4 }, 0)).toHaveLength(4);
  });
});

describe('ontoGrid', () => {
  const space = spaceFrom({
    rate: { type: 'float', low: 1e-4, high: 0.1, scale: 'log' },
    share: { type: 'float', low: -0.3, high: 0.6 },
    width: { type: 'int', low: 1, high: 9 },
    kind: { type: 'categorical', choices: ['a', 'b'] },
  });
  const sampler: Sampler = { kind: 'grid', points: 4 };
  const axis = { rate: [1e-4, 1e-3, 1e-2, 0.1], share: [-0.3, 0, 0.3, 0.6] };

  const at = (rate: number, share: number): unknown => ontoGrid(space, sampler, { rate, share, width: 3, kind: 'b' });

  it('moves what a person would write onto the value of the grid', () => {
    const cells = new Set(cellsOf(space, sampler, 0));
    for (const rate of axis.rate) {
      for (const share of axis.share) {
        const onto = ontoGrid(space, sampler, { rate, share, width: 3, kind: 'b' });
        expect(onto, `${rate} ${share}`).toBeDefined();
        expect(cells).toContain(paramsKey(onto!));
      }
    }
  });

  it('accepts decimal noise and refuses what lies between', () => {
    expect(at(1.0000000001e-3, 0.3)).toBeDefined();
    expect(at(1e-3, 0.1 + 0.2)).toBeDefined();
    expect(at(1.00000001e-3, 0.3)).toBeUndefined();
    expect(at(2e-3, 0.3)).toBeUndefined();
    expect(at(1e-3, 0.15)).toBeUndefined();
    expect(at(1e-3, 1e-9)).toBeUndefined();
  });

  it('leaves values with cells of their own, and other samplers, alone', () => {
    expect(ontoGrid(space, sampler, { width: 3, kind: 'b' })).toEqual({ width: 3, kind: 'b' });
    expect(ontoGrid(space, { kind: 'random' }, { rate: 0.012345 })).toEqual({ rate: 0.012345 });
  });
});

function cellsOf(space: Space, sampler: Sampler, seed: number): string[] {
  const sample = samplerOf(sampler)(space);
  const count = Number(gridOf(space, sampler)!.count);
  return Array.from({ length: count }, (_, number) => paramsKey(sample({ seed, number })!.params));
}

/** A number that orders the params of the test above. */
function placeOf(p: Record<string, number>): number {
  return Math.round(Math.log10(p.a)) * 100 + p.b * 10 + p.c;
}
