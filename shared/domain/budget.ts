import * as z from 'zod';
import { needsModel, type Sampler } from './sampler.ts';

export const trialCountMax = 10_000;
/** Samplers whose ask costs the same however long the history is may go further. */
export const trialCountMaxWithoutModel = 1_000_000;
export const parallelMax = 1_000;

/** How many trials a study may have in all: those of its budget, those brought in and confirmations. */
export function trialCountMaxOf(sampler: Sampler): number {
  return needsModel(sampler) ? trialCountMax : trialCountMaxWithoutModel;
}

/** How much may be spent, counted over all workers together. */
export const Budget = z
  .strictObject({
    /** How many trials in all. */
    trials: z
      .int()
      .min(1)
      .max(trialCountMaxWithoutModel)
      .default(100)
      .meta({
        description: `Results brought in and confirmations come on top; all together at most ${trialCountMax} with the samplers "auto" and "gp", and ${trialCountMaxWithoutModel} with the others.`,
      }),
    /** How many may be running at the same time. */
    parallel: z.int().min(1).max(parallelMax).optional(),
    /** After this moment no trial is given out. */
    deadline: z.iso.datetime({ offset: true }).optional(),
  })
  .meta({ id: 'Budget' });
export type Budget = z.infer<typeof Budget>;

/** How long a worker may be silent, and how often a trial that machines failed is tried. */
export const LeaseTerms = z
  .strictObject({
    seconds: z.int().min(1).max(604_800).default(900),
    attempts: z.int().min(1).max(10).default(3),
  })
  .meta({ id: 'LeaseTerms' });
export type LeaseTerms = z.infer<typeof LeaseTerms>;
