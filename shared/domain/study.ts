import * as z from 'zod';
import { Budget, LeaseTerms, trialCountMaxOf } from './budget.ts';
import { Name } from './name.ts';
import { Objectives } from './objective.ts';
import { needsModel, Sampler } from './sampler.ts';
import { Constraints, SearchSpace } from './search-space.ts';
import { Training } from './training.ts';

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
    /** Whether the service trains the trials by itself, and how; without it, workers ask for them. */
    training: Training.optional(),
  })
  .superRefine(({ sampler, budget, training }, context) => {
    if (training && budget.parallel === undefined) {
      context.addIssue({
        code: 'custom',
        path: ['budget', 'parallel'],
        message: 'must be given, because training starts so many jobs at the same time',
        input: undefined,
      });
    }
    if (needsModel(sampler) && budget.trials > trialCountMaxOf(sampler)) {
      context.addIssue({
        code: 'custom',
        path: ['budget', 'trials'],
        message: `must be at most ${trialCountMaxOf(sampler)} unless sampler.kind is "random", "quasiRandom" or "grid"`,
        input: budget.trials,
      });
    }
  });
export type StudySpec = z.infer<typeof StudySpec>;

/** Whether asks use a model of the results, so that one is stored. */
export function keepsModel({ sampler }: Pick<StudySpec, 'sampler'>): boolean {
  return needsModel(sampler);
}

export const StudyState = z.enum(['active', 'paused', 'stopping', 'finished']);
export type StudyState = z.infer<typeof StudyState>;

/** Why a study ended or is ending. */
export const EndReason = z.enum(['trials', 'target', 'deadline', 'exhausted', 'stopped']);
export type EndReason = z.infer<typeof EndReason>;
