import { describe, expect, it } from 'vitest';
import { Budget, LeaseTerms } from '../../shared/domain/budget.ts';
import { Sampler } from '../../shared/domain/sampler.ts';
import { StudySpec } from '../../shared/domain/study.ts';
import { refusalsOf, refusedPaths } from './refusals-of.ts';

const spec = {
  name: 'digits',
  space: { x: { type: 'float', low: 0, high: 1 } },
  objectives: [{ metric: 'loss', direction: 'minimize' }],
};
const labels = (count: number): object =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`l${i}`, 'value']));
const objectives = (count: number): object[] =>
  Array.from({ length: count }, (_, i) => ({ metric: `m${i}`, direction: 'minimize' }));

describe('StudySpec', () => {
  it('fills in what was not said', () => {
    expect(StudySpec.parse(spec)).toEqual({
      name: 'digits',
      space: { x: { type: 'float', low: 0, high: 1, scale: 'linear' } },
      constraints: [],
      objectives: [{ metric: 'loss', direction: 'minimize' }],
      sampler: { kind: 'auto' },
      pruner: { kind: 'none' },
      budget: { trials: 100 },
      lease: { seconds: 900, attempts: 3 },
      allowDuplicates: false,
      seed: 0,
      labels: {},
    });
  });

  it.each([
    ['4 objectives', { objectives: objectives(4) }],
    ['32 labels', { labels: labels(32) }],
    ['labels of 256 characters', { labels: { l: 'x'.repeat(256) } }],
    ['32 constraints', { constraints: Array.from({ length: 32 }, () => 'x <= 1') }],
    ['10,000 trials for auto', { budget: { trials: 10_000 } }],
    ['1,000,000 trials for random', { sampler: { kind: 'random' }, budget: { trials: 1_000_000 } }],
    ['1,000,000 trials for quasiRandom', { sampler: { kind: 'quasiRandom' }, budget: { trials: 1_000_000 } }],
    ['1,000,000 trials for grid', { sampler: { kind: 'grid', points: 2 }, budget: { trials: 1_000_000 } }],
    ['the largest seed', { seed: 2 ** 53 - 1 }],
    ['a name of 64 characters', { name: 'n'.repeat(64) }],
  ])('accepts %s', (_, change) => {
    expect(refusalsOf(StudySpec, { ...spec, ...change })).toEqual([]);
  });

  it.each([
    ['no objective', { objectives: [] }, 'objectives'],
    ['5 objectives', { objectives: objectives(5) }, 'objectives'],
    ['33 labels', { labels: labels(33) }, 'labels'],
    ['labels of 257 characters', { labels: { l: 'x'.repeat(257) } }, 'labels.l'],
    ['33 constraints', { constraints: Array.from({ length: 33 }, () => 'x <= 1') }, 'constraints'],
    ['10,001 trials for auto', { budget: { trials: 10_001 } }, 'budget.trials'],
    ['1,000,001 trials for random', { sampler: { kind: 'random' }, budget: { trials: 1_000_001 } }, 'budget.trials'],
    ['a seed below 0', { seed: -1 }, 'seed'],
    ['a seed of 2^53', { seed: 2 ** 53 }, 'seed'],
    ['a seed with a fraction', { seed: 0.5 }, 'seed'],
    ['a name of 65 characters', { name: 'n'.repeat(65) }, 'name'],
    ['a reserved name', { name: 'constructor' }, 'name'],
    ['an unknown field', { spcae: {} }, ''],
    ['another pruner', { pruner: { kind: 'median' } }, 'pruner.kind'],
  ])('refuses %s', (_, change, path) => {
    expect(refusedPaths(StudySpec, { ...spec, ...change })).toEqual([path]);
  });

  it('says which samplers may have more than 10,000 trials', () => {
    expect(refusalsOf(StudySpec, { ...spec, budget: { trials: 10_001 } })).toEqual([
      'budget.trials: must be at most 10000 unless sampler.kind is "random", "quasiRandom" or "grid"',
    ]);
  });
});

describe('Budget', () => {
  it.each([
    { trials: 1 },
    { trials: 1_000_000 },
    { parallel: 1 },
    { parallel: 1000 },
    { deadline: '2026-12-01T00:00:00Z' },
    { deadline: '2026-12-01T00:00:00+02:00' },
  ])('accepts %j', (budget) => {
    expect(refusalsOf(Budget, budget)).toEqual([]);
  });

  it.each([
    { trials: 0 },
    { trials: 1.5 },
    { trials: 1_000_001 },
    { parallel: 0 },
    { parallel: 1001 },
    { deadline: '2026-12-01' },
    { deadline: '2026-12-01T00:00:00' },
    { deadline: 'soon' },
  ])('refuses %j', (budget) => {
    expect(refusedPaths(Budget, budget)).toEqual(Object.keys(budget));
  });
});

describe('LeaseTerms', () => {
  it.each([
    { seconds: 1, attempts: 1 },
    { seconds: 604_800, attempts: 10 },
  ])('accepts %j', (terms) => {
    expect(LeaseTerms.parse(terms)).toEqual(terms);
  });

  it.each([
    { seconds: 0, attempts: 0 },
    { seconds: 604_801, attempts: 11 },
  ])('refuses %j', (terms) => {
    expect(refusedPaths(LeaseTerms, terms)).toEqual(['seconds', 'attempts']);
  });
});

describe('Sampler', () => {
  it.each([
    { kind: 'auto' },
    { kind: 'random' },
    { kind: 'quasiRandom' },
    { kind: 'grid' },
    { kind: 'grid', points: 2 },
    { kind: 'grid', points: 1_000_000 },
    { kind: 'grid', points: { x: 5 } },
  ])('accepts %j', (sampler) => {
    expect(Sampler.parse(sampler)).toEqual(sampler);
  });

  it.each([
    { kind: 'tpe' },
    { kind: 'random', points: 3 },
    { kind: 'grid', points: 1 },
    { kind: 'grid', points: 1_000_001 },
    { kind: 'grid', points: 2.5 },
    { kind: 'grid', points: { x: 1 } },
    { kind: 'grid', points: { '9': 3 } },
    {},
  ])('refuses %j', (sampler) => {
    expect(Sampler.safeParse(sampler).success).toBe(false);
  });
});
