import * as fc from 'fast-check';
import { valuesOf, type ParameterInput, type SpaceInput } from './brute-force.ts';

const parameter: fc.Arbitrary<ParameterInput> = fc.oneof(
  fc.constant({ type: 'boolean' }),
  fc
    .record({ low: fc.integer({ min: -2, max: 2 }), span: fc.nat(4), step: fc.integer({ min: 1, max: 3 }) })
    .map(({ low, span, step }) => ({ type: 'int', low, high: low + span, step })),
  fc.nat(4).map((span) => ({ type: 'float', low: 0.1, high: (1 + span) / 10, step: 0.2 })),
  fc.integer({ min: 1, max: 4 }).map((n) => ({ type: 'ordinal', values: [1, 2, 4, 8].slice(0, n) })),
  fc.integer({ min: 1, max: 4 }).map((n) => ({ type: 'categorical', choices: ['a', 'b', true, 1].slice(0, n) })),
);

const condition = fc.record({ parent: fc.nat(), mask: fc.nat(14) });

/**
 * Finite spaces of up to `parameterCount` parameters with conditions on up to three parents, also over several
 * generations; children may stand before their parents.
 */
export function arbitrarySpace(parameterCount: number): fc.Arbitrary<SpaceInput> {
  const drafts = fc.array(fc.record({ parameter, conditions: fc.array(condition, { maxLength: 3 }) }), {
    minLength: 1,
    maxLength: parameterCount,
  });
  return fc.record({ drafts, isReversed: fc.boolean() }).map(({ drafts, isReversed }) => {
    const entries = drafts.map(({ parameter, conditions }, i): [string, ParameterInput] => {
      const when: Record<string, (string | number | boolean)[]> = {};
      for (const { parent, mask } of i === 0 ? [] : conditions) {
        const chosen = drafts[parent % i].parameter;
        if (chosen.type === 'float') continue;
        const wanted = valuesOf(chosen).filter((_, k) => (mask >> k) & 1);
        if (wanted.length > 0) when[`p${parent % i}`] = wanted;
      }
      return [`p${i}`, Object.keys(when).length > 0 ? { ...parameter, when } : parameter];
    });
    return Object.fromEntries(isReversed ? entries.toReversed() : entries);
  });
}
