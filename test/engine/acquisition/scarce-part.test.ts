import { describe, expect, it } from 'vitest';
import { paramsKey } from '../../../shared/domain/params.ts';
import { satisfiesConstraints } from '../../../shared/domain/space.ts';
import { admitStudy } from '../../../shared/engine/admit.ts';
import type { Observation } from '../../../shared/engine/observations.ts';
import { faultsIn, type SpaceInput } from '../../domain/brute-force.ts';
import { spaceFrom } from '../../domain/space-from.ts';
import { askModel, historyOf } from '../model-asks.ts';

const floats = (count: number): SpaceInput =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`x${i}`, { type: 'float', low: 0, high: 1 }]));
/** Two parallelograms, a ten thousandth of the space together. */
const islands = ['abs(x0 - 0.2) <= 0.0036 || abs(x0 - 0.8) <= 0.0036', 'abs(x1 - x0) <= 0.0036'];
const whole = { type: 'int', low: 1, high: 840 };

describe('the model is asked where constraints leave', () => {
  it.each<[string, SpaceInput, string[]]>([
    ['a small square', floats(2), ['abs(x0 - 0.6) <= 0.005', 'abs(x1 - 0.3) <= 0.005']],
    ['a small slanting square', floats(2), ['abs(x0 + x1 - 1) <= 0.01', 'abs(x0 - x1) <= 0.005']],
    ['a narrow band', floats(2), ['abs(x0 - x1) <= 0.00005']],
    ['a narrow curve', floats(2), ['abs(x0 * x0 + x1 * x1 - 0.5) <= 0.0001']],
    ['two islands', floats(2), islands],
    ['fifty products that are 5040', { a: whole, b: whole }, ['a * b == 5040']],
    ['six numbers in their order', floats(6), ['x0 <= x1', 'x1 <= x2', 'x2 <= x3', 'x3 <= x4', 'x4 <= x5']],
    [
      'a small square, whatever else there is',
      { ...floats(4), on: { type: 'boolean' } },
      ['abs(x0 - 0.6) <= 0.005', 'abs(x3 - 0.3) <= 0.005'],
    ],
  ])('%s', (_, input, constraints) => {
    const space = spaceFrom(input, constraints);
    expect(admitStudy(space, { kind: 'gp' })).not.toHaveProperty('faults');
    let observations: Observation[] = historyOf(space, 3, [3, 1, 2]);
    const outcomes: string[] = [];
    for (let k = 0; k < 10; k++) {
      const { params, sampler, fallback } = askModel(space, { observations })!;
      expect(faultsIn(input, params)).toEqual([]);
      expect(satisfiesConstraints(space, params)).toBe(true);
      const known = observations.map((one) => paramsKey(one.params));
      expect(sampler === 'gp' && known.includes(paramsKey(params))).toBe(false);
      outcomes.push(sampler === 'gp' ? sampler : (fallback ?? sampler));
      const value = Object.values(params).reduce((sum: number, one) => sum + Math.cos(7 * Number(one)), 0);
      observations = [...observations, { params, value }];
    }
    // One of ten may be another's.
    expect(outcomes.filter((one) => one !== 'gp').slice(1)).toEqual([]);
  });

  it('another island than the one that all results are from, where it is better', () => {
    const space = spaceFrom(floats(2), islands);
    const observations = [0.199, 0.2, 0.201].map((x0) => ({ params: { x0, x1: 0.2 }, value: 1 - x0 }));
    expect(askModel(space, { observations })!.params.x0).toBeGreaterThan(0.5);
  });
});
