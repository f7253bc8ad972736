import type * as z from 'zod';
import type { UpdateStudyRequest } from '../../shared/api/messages.ts';
import type { StudySpec } from '../../shared/domain/study.ts';
import type { Dice } from './dice.ts';

/** What is asked of the service in a run. */
export interface Scenario {
  spec: Omit<z.input<typeof StudySpec>, 'name'>;
  /** How many workers there are at a time; none for a managed study. */
  workers: number;
  /** How many trials a worker asks for, at most. */
  countMax: number;
  deeds: Deed[];
}

/** What a person does to a study besides creating it and looking at it. */
export interface Deed {
  afterMs: number;
  what:
    | { update: UpdateStudyRequest }
    | { enqueue: Record<string, number | boolean>[] }
    | { cancel: number }
    | { delete: true };
  /** Refusals with which it is done as well. */
  refusals?: readonly string[];
}

export const scenarioNames = [
  'pull-random',
  'pull-100-workers',
  'pull-grid',
  'budget-raised',
  'managed-random',
  'managed-grid',
  'managed-stop',
  'pull-deleted',
  'managed-deleted',
] as const;
export type ScenarioName = (typeof scenarioNames)[number];

const lease = { seconds: 60, attempts: 3 };
const objectives = [{ metric: 'loss', direction: 'minimize' as const }];
const floats = { x: { type: 'float', low: 0, high: 1 } } as const;
/** So few configurations that two draws are often the same. */
const crowded = { x: { type: 'int', low: 1, high: 30 } } as const;
const cells = {
  a: { type: 'int', low: 1, high: 5 },
  b: { type: 'boolean' },
  c: { type: 'int', low: 1, high: 3, when: { b: true } },
} as const;
const cellCount = 20;
const training = { runner: 'batch' as const, command: ['train', '{x}'] };

/** @param seed of the study too, so that every run has other suggestions. */
export function scenarioOf(name: ScenarioName, seed: number, dice: Dice): Scenario {
  const base = { seed, lease, objectives };
  // A study with a model costs as much as many without, so only some have one, and those are short.
  const isModelled = dice.chance(0.2);
  const searched = (trials: number): Pick<Scenario['spec'], 'space' | 'sampler' | 'budget'> => ({
    space: isModelled || dice.chance(0.5) ? floats : crowded,
    sampler: { kind: isModelled ? 'gp' : 'random' },
    budget: { trials: isModelled ? 8 : trials },
  });
  const parallel = 2 + dice.below(3);
  const minutes = (most: number): number => dice.between(0, most * 60_000);
  const cancelling = (): Deed => ({
    afterMs: minutes(4),
    what: { cancel: dice.below(8) },
    refusals: ['trial_not_found', 'trial_finished'],
  });
  const enqueuing = (enqueue: Record<string, number | boolean>[]): Deed => ({
    afterMs: minutes(2),
    what: { enqueue },
    // There may be no budget left for it, or the study may have ended.
    refusals: ['value_invalid', 'study_closed'],
  });
  switch (name) {
    case 'pull-random': {
      const spec = { ...base, ...searched(24) };
      if (dice.chance(0.5)) spec.budget = { ...spec.budget, parallel };
      const deeds = dice.chance(0.4) ? [cancelling()] : [];
      const values = spec.space === floats ? [0.1, 0.3, 0.5, 0.7] : [3, 9, 15, 21];
      if (dice.chance(0.5)) deeds.push(enqueuing(values.map((x) => ({ x }))));
      return { spec, workers: 5, countMax: 3, deeds };
    }
    case 'pull-100-workers':
      return {
        spec: { ...base, space: floats, sampler: { kind: 'random' }, budget: { trials: 50 } },
        workers: 100,
        countMax: 1,
        deeds: [],
      };
    case 'pull-grid':
      return {
        spec: { ...base, space: cells, sampler: { kind: 'grid' }, budget: { trials: cellCount } },
        workers: 5,
        countMax: 3,
        deeds: [
          enqueuing([
            { a: 2, b: false },
            { a: 4, b: true, c: 3 },
          ]),
        ],
      };
    case 'budget-raised': {
      const spec = { ...base, ...searched(12) };
      const trials = 2 * spec.budget!.trials!;
      return {
        spec,
        workers: 4,
        countMax: 3,
        deeds: [{ afterMs: minutes(6), what: { update: { budget: { trials } } } }],
      };
    }
    case 'managed-random': {
      const spec = { ...base, ...searched(10), training };
      const deeds: Deed[] = [];
      if (dice.chance(0.4)) deeds.push(cancelling());
      if (dice.chance(0.4))
        deeds.push({ afterMs: minutes(5), what: { update: { state: 'paused' } }, refusals: ['study_closed'] });
      return { spec: { ...spec, budget: { ...spec.budget, parallel } }, workers: 0, countMax: 0, deeds };
    }
    case 'managed-grid':
      return {
        spec: {
          ...base,
          space: { x: { type: 'int', low: 1, high: 10 } },
          sampler: { kind: 'grid' },
          budget: { trials: 10, parallel },
          training,
        },
        workers: 0,
        countMax: 0,
        deeds: [],
      };
    case 'managed-stop':
      return {
        spec: {
          ...base,
          space: floats,
          sampler: { kind: 'random' },
          budget: { trials: 40, parallel },
          training: { ...training, environment: { LONG_SECONDS: '20000' } },
        },
        workers: 0,
        countMax: 0,
        deeds: [
          { afterMs: minutes(8), what: { update: { state: 'stopped' } } },
          // Somebody who does not know of the stop.
          { afterMs: minutes(8), what: { update: { state: 'paused' } }, refusals: ['study_closed'] },
          { afterMs: minutes(10), what: { update: { state: 'active' } }, refusals: ['study_closed'] },
          { afterMs: minutes(10), what: { update: { budget: { trials: 50 } } }, refusals: ['study_closed'] },
        ],
      };
    case 'pull-deleted':
      return {
        spec: { ...base, ...searched(200) },
        workers: 5,
        countMax: 3,
        deeds: [{ afterMs: minutes(6), what: { delete: true }, refusals: ['study_not_found'] }],
      };
    case 'managed-deleted':
      return {
        spec: {
          ...base,
          ...searched(40),
          budget: { trials: isModelled ? 8 : 40, parallel },
          training: { ...training, environment: { LONG_SECONDS: '2000' } },
        },
        workers: 0,
        countMax: 0,
        deeds: [{ afterMs: minutes(8), what: { delete: true }, refusals: ['study_not_found'] }],
      };
  }
}
