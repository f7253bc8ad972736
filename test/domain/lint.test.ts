import { describe, expect, it } from 'vitest';
import { lintSpace } from '../../shared/domain/lint.ts';
import { presets } from '../../shared/domain/presets.ts';
import { SearchSpace } from '../../shared/domain/search-space.ts';
import { spaceOf } from '../../shared/domain/space.ts';

function remarksOn(space: unknown, trials?: number): string[] {
  return lintSpace(SearchSpace.parse(space), trials).map(({ param, hint }) => `${param}: ${hint}`);
}

describe('lintSpace', () => {
  it('recommends a log scale for bounds that are orders of magnitude apart', () => {
    expect(remarksOn({ lr: { type: 'float', low: 1e-4, high: 0.1 } })).toEqual(['space.lr.scale: Use scale "log".']);
    expect(remarksOn({ width: { type: 'int', low: 8, high: 1024 } })).toEqual(['space.width.scale: Use scale "log".']);
    expect(remarksOn({ lr: { type: 'float', low: 1e-4, high: 0.1, scale: 'log' } })).toEqual([]);
  });

  it('recommends the distance from 1 for a momentum', () => {
    expect(remarksOn({ momentum: { type: 'float', low: 0.5, high: 0.999 } })).toEqual([
      'space.momentum.scale: Use scale "reverseLog".',
    ]);
    expect(remarksOn({ dropout: { type: 'float', low: 0, high: 0.6 } })).toEqual([]);
  });

  it('warns of a rate that starts at 0', () => {
    expect(remarksOn({ weightDecay: { type: 'float', low: 0, high: 0.1 } })).toEqual([
      'space.weightDecay.low: Give it a small positive low and scale "log".',
    ]);
  });

  it('warns of numbers as choices, of a parameter with one value and of a small budget', () => {
    expect(remarksOn({ batch: { type: 'categorical', choices: [16, 32, 64] } })).toEqual([
      'space.batch.type: Use type "ordinal" with values in rising order.',
    ]);
    expect(remarksOn({ a: { type: 'float', low: 1, high: 1 } })).toEqual(['space.a: Leave it out, or widen it.']);
    expect(remarksOn({ a: { type: 'boolean' }, b: { type: 'boolean' } }, 3)).toEqual([
      'budget.trials: Leave out the parameters that matter least, or allow at least 20 trials.',
    ]);
  });
});

describe('the presets', () => {
  it.each(presets)(
    '$name is a valid space with defaults, and nothing to remark on',
    ({ space, constraints, source }) => {
      const parsed = SearchSpace.parse(space);
      expect(spaceOf(parsed, constraints)).not.toHaveProperty('faults');
      expect(Object.values(parsed).every((parameter) => parameter.default !== undefined)).toBe(true);
      expect(lintSpace(parsed, undefined)).toEqual([]);
      expect(source).toMatch(/\d{4}/);
    },
  );

  it('have names of their own', () => {
    expect(new Set(presets.map(({ name }) => name)).size).toBe(presets.length);
  });
});
