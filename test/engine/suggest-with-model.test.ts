import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkParams, paramsKey } from '../../shared/domain/params.ts';
import { satisfiesConstraints } from '../../shared/domain/space.ts';
import { faultsIn } from '../domain/brute-force.ts';
import { arbitrarySituation } from './arbitrary-situation.ts';
import { askModel } from './model-asks.ts';

describe('suggestWithModel', () => {
  it('suggests what is allowed, and by the model what is new, in whatever situation', () => {
    fc.assert(
      fc.property(arbitrarySituation, ({ input, space, history, fixed, ...options }) => {
        const { params, sampler, expected } = askModel(space, history, { ...options, fixed })!;
        expect(faultsIn(input, params)).toEqual([]);
        expect(checkParams(space, params, 'refuse')).toEqual({ params });
        expect(satisfiesConstraints(space, params)).toBe(true);
        expect(params).toMatchObject(fixed);
        const taken = [...history.observations.map((one) => one.params), ...history.pending.values()].map(paramsKey);
        if (sampler === 'gp') expect(taken).not.toContain(paramsKey(params));
        for (const one of Object.values(expected ?? {})) expect(one).toSatisfy(Number.isFinite);
        expect(expected?.deviation ?? 0).toBeGreaterThanOrEqual(0);
        expect(Math.abs((expected?.improvement ?? 0.5) - 0.5)).toBeLessThanOrEqual(0.5);
      }),
      { seed: 1, numRuns: 200 },
    );
  });
});
