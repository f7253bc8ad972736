import * as z from 'zod';
import { expectedFields } from './expected.ts';
import { Params } from './parameter.ts';
import { TrialJob } from './trial-job.ts';

export const TrialState = z.enum(['waiting', 'running', 'complete', 'pruned', 'infeasible', 'failed', 'cancelled']);
export type TrialState = z.infer<typeof TrialState>;

const Time = z.iso.datetime();
const MetricValues = z.record(z.string(), z.number());

const Ranges = z.string().optional();

/** What the model knew of other trials, by their numbers, as ranges ("0-7,9"); the results are those of all others. */
export const Knowledge = z
  .strictObject({
    before: z.int().meta({ description: 'Numbers below this had been looked at.' }),
    pending: Ranges.meta({
      description:
        'Trials whose params were known and no result: those being tried, and pruned ones that never reported.',
    }),
    failed: Ranges.meta({ description: 'Trials that had failed for good: believed to be as bad as the worst.' }),
    inFlight: Ranges.meta({ description: 'Smaller numbers that other asks had taken: their params were imagined.' }),
    left: Ranges.meta({ description: 'Trials that were left out: cancelled ones, and those nobody saw.' }),
  })
  .meta({ id: 'Knowledge' });
export type Knowledge = z.infer<typeof Knowledge>;

/** How the params were chosen: enough to say why, and to compute them again. */
export const Suggestion = z
  .strictObject({
    sampler: z.string().meta({ description: 'The sampler that chose the point; "auto" has been resolved.' }),
    seed: z.int(),
    number: z
      .int()
      .meta({ description: 'The number that the sampler was given; for a grid, the one whose cell was free.' }),
    tries: z.int().meta({ description: 'How many draws were refused before this one (constraints, duplicates).' }),
    spaceVersion: z.int(),
    engineVersion: z.int().meta({ description: 'Engines of one version suggest the same for the same history.' }),
    fixed: z
      .array(z.string())
      .optional()
      .meta({ description: 'The parameters whose values the ask had fixed, where it had.' }),
    ...expectedFields,
    observations: z.int().optional().meta({ description: 'How many results the model knew.' }),
    knowledge: Knowledge.optional().meta({ description: 'What the model knew, unless that is too long to be kept.' }),
    isLeftOver: z
      .literal(true)
      .optional()
      .meta({ description: 'Taken out of the list of all configurations: the first that no other trial had.' }),
    fallback: z
      .enum([
        'in_flight',
        'no_model',
        'none_feasible',
        'all_taken',
        'duplicate',
        'deadline',
        'noise_raised',
        'prior_mode',
      ])
      .optional()
      .meta({
        description:
          'Why the model did not choose the point, where the sampler has one; or it was not asked to the end ("deadline"), or had to be mended first ("noise_raised", "prior_mode").',
      }),
  })
  .meta({ id: 'Suggestion' });
export type Suggestion = z.infer<typeof Suggestion>;

/** One evaluation of the objective at one configuration. */
export const Trial = z
  .strictObject({
    number: z.int(),
    state: TrialState,
    params: Params,
    seed: z
      .int()
      .meta({ description: 'For the training itself: differs from trial to trial, and stays with the trial.' }),
    values: MetricValues.nullable(),
    attempt: z
      .int()
      .meta({ description: 'How many times the trial has been given out; every tell names the attempt it is for.' }),
    failures: z.int().meta({ description: "Attempts that ended by a machine's fault or a lease that ran out." }),
    origin: z.enum(['suggested', 'enqueued', 'attached', 'confirmation']),
    confirms: z.int().nullable().meta({ description: 'The trial that a confirmation runs again.' }),
    suggestion: Suggestion.nullable(),
    worker: z.string().nullable(),
    lease: z.strictObject({ expires: Time }).nullable(),
    lastReport: z.strictObject({ step: z.int(), values: MetricValues }).nullable(),
    job: TrialJob.nullable().meta({ description: 'What trains it, where the service does that by itself.' }),
    message: z.string().nullable(),
    asked: Time.nullable(),
    finished: Time.nullable(),
  })
  .meta({ id: 'Trial' });
export type Trial = z.infer<typeof Trial>;

const terminal = new Set<TrialState>(['complete', 'pruned', 'infeasible', 'failed', 'cancelled']);

/** Whether nothing more will happen to a trial in this state by itself. */
export function isTerminal(state: TrialState): boolean {
  return terminal.has(state);
}
