import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { paramsKey } from '../../shared/domain/params.ts';
import type { Params } from '../../shared/domain/parameter.ts';
import { configurationsOf } from '../../shared/engine/configurations.ts';
import { narrowTo } from '../../shared/engine/narrow.ts';
import { arbitrarySpace } from '../domain/arbitrary-space.ts';
import { allConfigurations, valuesOf } from '../domain/brute-force.ts';
import { spaceFrom } from '../domain/space-from.ts';

describe('narrowTo', () => {
  it('keeps exactly the configurations that have the fixed values', () => {
    let emptyCount = 0;
    const picks = fc.array(fc.record({ name: fc.nat(), value: fc.nat() }), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(arbitrarySpace(6), picks, (input, picked) => {
        const names = Object.keys(input);
        const fixed: Params = {};
        for (const { name, value } of picked) {
          const values = valuesOf(input[names[name % names.length]]);
          fixed[names[name % names.length]] = values[value % values.length];
        }
        const expected = allConfigurations(input).filter((params) =>
          Object.entries(fixed).every(([name, value]) => params[name] === value),
        );
        const narrowed = narrowTo(spaceFrom(input), fixed);
        if (expected.length === 0) emptyCount++;
        expect(narrowed === undefined).toBe(expected.length === 0);
        if (!narrowed) return;
        const all = configurationsOf(narrowed, () => undefined)!;
        const listed = Array.from({ length: Number(all.count) }, (_, k) => all.at(BigInt(k)));
        expect(listed.map(paramsKey).sort()).toEqual(expected.map(paramsKey).sort());
      }),
      { seed: 16, numRuns: 500 },
    );
    expect(emptyCount).toBeGreaterThan(20);
    expect(emptyCount).toBeLessThan(400);
  });

  it('is the space itself when nothing is fixed', () => {
    const space = spaceFrom({ a: { type: 'boolean' } });
    expect(narrowTo(space, {})).toBe(space);
  });

  it('leaves a parent as it is when all of its values activate the child', () => {
    const n = { type: 'int', low: 1, high: 3, scale: 'log' };
    const space = spaceFrom({ n, a: { type: 'boolean', when: { n: [3, 1, 2] } } });
    expect(narrowTo(space, { a: true })!.parameters[0]).toBe(space.parameters[0]);
  });

  it('fixes a float without a step', () => {
    const space = spaceFrom({ x: { type: 'float', low: 0, high: 1 } });
    expect(narrowTo(space, { x: 0.3 })!.parameters).toEqual([{ type: 'categorical', choices: [0.3] }]);
  });
});
