import * as z from 'zod';

/**
 * How far the job of a managed trial's attempt has come:
 * `queued` it shall be started; `submitting` somebody is about to; `submitted` the runner has it; `training` it has said
 * that it trains; `ended` it is gone, and its place is free.
 */
export const JobPhase = z.enum(['queued', 'submitting', 'submitted', 'training', 'ended']);
export type JobPhase = z.infer<typeof JobPhase>;

export const TrialJob = z
  .strictObject({
    phase: JobPhase,
    id: z.string().nullable().meta({ description: "The runner's; null before it is submitted." }),
    slot: z.int().meta({ description: 'Which of the places that train at the same time it has, from 0.' }),
  })
  .meta({ id: 'TrialJob' });
export type TrialJob = z.infer<typeof TrialJob>;
