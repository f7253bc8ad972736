import * as z from 'zod';
import { Budget, LeaseTerms, trialCountMax } from './budget.ts';
import { Name } from './name.ts';
import { Objectives } from './objective.ts';
import { needsModel, Sampler } from './sampler.ts';
import { Constraints, SearchSpace } from './search-space.ts';

export const labelCountMax = 32;

/** What a person asks for when creating a study. */
export const StudySpec = z
  .strictObject({
    name: Name,
    space: SearchSpace,
    constraints: Constraints.default([]),
    objectives: Objectives,
    sampler: Sampler.default({ kind: 'auto' }),
    pruner: z.strictObject({ kind: z.literal('none') }).default({ kind: 'none' }),
    budget: Budget.prefault({}),
    lease: LeaseTerms.prefault({}),
    /** Whether two trials may have the same params. */
    allowDuplicates: z.boolean().default(false),
    seed: z.int().min(0).default(0),
    labels: z
      .record(Name, z.string().max(256))
      .refine((labels) => Object.keys(labels).length <= labelCountMax, {
        error: `must have at most ${labelCountMax} labels`,
      })
      .default({}),
  })
  .superRefine(({ sampler, budget }, context) => {
    if (needsModel(sampler) && budget.trials > trialCountMax) {
      context.addIssue({
        code: 'custom',
        path: ['budget', 'trials'],
        message: `must be at most ${trialCountMax} unless sampler.kind is "random", "quasiRandom" or "grid"`,
        input: budget.trials,
      });
    }
  });
export type StudySpec = z.infer<typeof StudySpec>;

/** Whether what a model needs is worked out ahead of the asks. Of several objectives each trial has a mixture of its own. */
export function isFittedAhead({ sampler, objectives }: Pick<StudySpec, 'sampler' | 'objectives'>): boolean {
  return needsModel(sampler) && objectives.length === 1;
}

export const StudyState = z.enum(['active', 'paused', 'stopping', 'finished']);
export type StudyState = z.infer<typeof StudyState>;

/** Why a study ended or is ending. */
export const EndReason = z.enum(['trials', 'target', 'deadline', 'exhausted', 'stopped']);
export type EndReason = z.infer<typeof EndReason>;
