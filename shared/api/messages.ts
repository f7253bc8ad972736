import * as z from 'zod';
import { Deviation, expectedFields, Mean } from '../domain/expected.ts';
import { FiniteNumber } from '../domain/finite-number.ts';
import { Budget, LeaseTerms, parallelMax, trialCountMaxWithoutModel } from '../domain/budget.ts';
import { Name } from '../domain/name.ts';
import { Objective, Objectives } from '../domain/objective.ts';
import { Sampler } from '../domain/sampler.ts';
import { Params } from '../domain/parameter.ts';
import { Constraints, SearchSpace } from '../domain/search-space.ts';
import { EndReason, StudySpec, StudyState } from '../domain/study.ts';
import { Suggestion, Trial, TrialState } from '../domain/trial.ts';

/** The documents of the HTTP contract. What they hold is defined in `domain`; here is how it travels. */

export const askCountMax = 32;
export const enqueueCountMax = 100;
export const reportCountMax = 100;
export const pageLimitMax = 1000;
export const messageLengthMax = 1000;
export const specBytesMax = 200_000;
export const metricCountMax = 32;

const Time = z.iso.datetime();
const Step = z.int().min(0);
const Worker = z.string().min(1).max(128);
const Message = z.string().max(messageLengthMax);
const Attempt = z.int().min(1).meta({ description: 'The attempt that the trial was given out with.' });
const LeaseSeconds = z.int().min(1).max(604_800);

/** A told value. JSON has no NaN or infinity: bare tokens and these words mean them. */
const ToldValue = z.union([FiniteNumber, z.enum(['NaN', 'Infinity', '-Infinity'])]);
export const ToldValues = z.record(Name, ToldValue);
export type ToldValues = z.infer<typeof ToldValues>;

const metricsText = `A value for each objective, and of others too: at most ${metricCountMax} metrics.`;

/** The values of a trial. */
const TrialValues = ToldValues.meta({
  description: `${metricsText} An objective that is not finite makes a trial infeasible that would be complete. Another metric that is not finite is left out, and \`message\` says so unless one is given.`,
});

/** The values of one step of a trial. */
const StepValues = ToldValues.meta({ description: `${metricsText} What is not finite is left out.` });

export const CreateStudyRequest = StudySpec.meta({
  description: `A study has at most ${specBytesMax} bytes when it is written out.`,
});

export const Progress = z.strictObject({
  given: z.int().meta({ description: 'Trials that have a number: waiting, running and ended ones.' }),
  left: z.int().meta({ description: 'Trials that may still be started.' }),
  waiting: z.int(),
  running: z.int(),
  ended: z.int(),
});

export const Study = z
  .strictObject({
    id: z.string(),
    ...StudySpec.shape,
    objectives: z.array(Objective),
    budget: Budget,
    lease: LeaseTerms,
    state: StudyState,
    endReason: EndReason.nullable(),
    trouble: z
      .array(z.strictObject({ message: z.string(), count: z.int() }))
      .nullable()
      .meta({ description: 'Why the service paused the study: how its attempts failed, one after the other.' }),
    spaceVersion: z.int(),
    configurations: z
      .int()
      .nullable()
      .meta({ description: 'How many different configurations there are, where that limits the study.' }),
    progress: Progress,
    created: Time,
    ended: Time.nullable(),
  })
  .meta({ id: 'Study' });
export type Study = z.infer<typeof Study>;

export const UpdateStudyRequest = z.strictObject({
  state: z.enum(['active', 'paused', 'stopped']).optional(),
  budget: z
    .strictObject({
      trials: z.int().min(1).max(trialCountMaxWithoutModel).optional(),
      parallel: z.int().min(1).max(parallelMax).nullable().optional(),
      deadline: z.iso.datetime({ offset: true }).nullable().optional(),
    })
    .optional(),
  space: SearchSpace.optional(),
  constraints: Constraints.optional(),
});
export type UpdateStudyRequest = z.infer<typeof UpdateStudyRequest>;

export const AskRequest = z.strictObject({
  count: z.int().min(1).max(askCountMax).default(1),
  worker: Worker.optional(),
  fixed: Params.default({}),
  leaseSeconds: LeaseSeconds.optional(),
});
export type AskRequest = z.infer<typeof AskRequest>;

export const AskReason = z.enum(['budget_spent', 'parallel_limit', 'exhausted', 'paused', 'finished', 'managed']);
export type AskReason = z.infer<typeof AskReason>;

export const AskResponse = z.strictObject({
  trials: z.array(Trial),
  granted: z.int(),
  reason: AskReason.optional().meta({ description: 'Why fewer trials were granted than asked for.' }),
  retryAfterSeconds: z
    .int()
    .optional()
    .meta({ description: 'When asking again may bring something; absent when it will not.' }),
});
export type AskResponse = z.infer<typeof AskResponse>;

export const TellRequest = z.strictObject({
  attempt: Attempt,
  values: TrialValues.optional(),
  state: z
    .enum(['complete', 'infeasible', 'failed', 'pruned'])
    .optional()
    .meta({ description: '"complete" when left out; "infeasible" and "failed" have no values.' }),
  message: Message.optional(),
});
export type TellRequest = z.infer<typeof TellRequest>;

/** What a job leaves as its result, as an object or as the last line of its output. */
export const JobResult = TellRequest.omit({ attempt: true });
export type JobResult = z.infer<typeof JobResult>;

const StepReport = z.strictObject({ step: Step, values: StepValues });
export const ReportRequest = z.strictObject({
  attempt: Attempt.optional(),
  step: Step.optional(),
  values: StepValues.optional(),
  reports: z.array(StepReport).min(1).max(reportCountMax).optional(),
});
export type ReportRequest = z.infer<typeof ReportRequest>;

export const ReportResponse = z.strictObject({
  stop: z.boolean().meta({
    description:
      'Whether to end the trial, because the study was stopped, has reached its target or is past its deadline; no pruner says so. A result that is told all the same counts.',
  }),
  leaseExpires: Time,
});
export type ReportResponse = z.infer<typeof ReportResponse>;

export const ReleaseRequest = z.strictObject({ attempt: Attempt });
export const CancelRequest = z.strictObject({ message: Message.optional() });
export const RetryRequest = z.strictObject({});

export const EnqueuedTrial = z.strictObject({
  params: Params,
  values: TrialValues.optional(),
  state: z.enum(['complete', 'infeasible', 'failed', 'pruned']).optional(),
  message: Message.optional(),
});
export type EnqueuedTrial = z.infer<typeof EnqueuedTrial>;
export const EnqueueRequest = z.strictObject({ trials: z.array(EnqueuedTrial).min(1).max(enqueueCountMax) });
export type EnqueueRequest = z.infer<typeof EnqueueRequest>;

export const EnqueueResponse = z.strictObject({
  trials: z.array(Trial),
  duplicates: z
    .array(
      z.strictObject({
        index: z.int().meta({ description: 'The entry, counted from 0.' }),
        number: z.int().meta({ description: 'The trial that has its params.' }),
        hint: z
          .string()
          .optional()
          .meta({ description: 'What to do with the result of the entry, where that trial has none yet.' }),
      }),
    )
    .meta({
      description:
        'Entries that were left out, because a trial or an earlier entry has the same params, unless the study allows duplicates. Their results are not kept: a trial that has none gets one by tell alone.',
    }),
});
export type EnqueueResponse = z.infer<typeof EnqueueResponse>;

export const TrialDetail = Trial.extend({
  intermediate: z
    .array(z.strictObject({ attempt: z.int(), step: z.int(), values: z.record(z.string(), z.number()) }))
    .meta({ description: 'Reported values, the last 1,000 of them, by attempt and step.' }),
  superseded: z.array(z.strictObject({ attempt: z.int(), values: z.record(z.string(), z.number()) })).meta({
    description:
      'Results that were told after the trial had been given out again: they do not count. The first 100, by attempt.',
  }),
}).meta({ id: 'TrialDetail' });
export type TrialDetail = z.infer<typeof TrialDetail>;

const ByObjective = z.record(z.string(), z.number());
export const RankedTrial = Trial.extend({
  confirmed: z
    .strictObject({
      count: z
        .int()
        .meta({ description: 'How many values: its own, for which it was chosen, and those of its confirmations.' }),
      mean: ByObjective.meta({ description: 'Their mean, by objective.' }),
      standardError: ByObjective.nullable().meta({
        description: 'Of the mean, by objective; null with one value.',
      }),
      by: z.array(z.int()).meta({ description: 'The confirmations with a value, by number.' }),
      failures: z.int().meta({ description: 'How many confirmations failed or were infeasible.' }),
    })
    .nullable()
    .meta({ description: 'What running it again has shown; null before a confirmation of it has ended.' }),
}).meta({ id: 'RankedTrial' });
export type RankedTrial = z.infer<typeof RankedTrial>;

export const BestResponse = z.strictObject({
  kind: z
    .enum(['top', 'front'])
    .meta({ description: '"top": the best first; "front": the Pareto front of several objectives.' }),
  best: RankedTrial.nullable().meta({
    description: 'The incumbent; null for several objectives or before the first result.',
  }),
  trials: z.array(RankedTrial).meta({
    description:
      'Without confirmations, which count for the trial that they run again. Confirmed ones are in the order of their means, after newer trials that look better than each of them did, and before all others.',
  }),
});
export type BestResponse = z.infer<typeof BestResponse>;

const Limit = z.coerce.number().pipe(z.int().min(1).max(pageLimitMax));
export const PageQuery = z.strictObject({ after: z.string().optional(), limit: Limit.default(100) });
export type PageQuery = z.infer<typeof PageQuery>;
export const TrialsQuery = z.strictObject({
  state: TrialState.optional(),
  after: z.coerce.number().pipe(z.int().min(0)).optional(),
  limit: Limit.default(100),
});
export type TrialsQuery = z.infer<typeof TrialsQuery>;
export const BestQuery = z.strictObject({ top: z.coerce.number().pipe(z.int().min(1).max(100)).default(10) });
export type BestQuery = z.infer<typeof BestQuery>;
export const ExportQuery = z.strictObject({ format: z.enum(['jsonl', 'csv']).default('jsonl') });
export type ExportQuery = z.infer<typeof ExportQuery>;
export const ImportanceQuery = z.strictObject({
  metric: z.string().optional().meta({ description: 'Which objective; the first one when left out.' }),
});
export type ImportanceQuery = z.infer<typeof ImportanceQuery>;
export const EmptyQuery = z.strictObject({});

export const StudyPage = z.strictObject({ data: z.array(Study), nextCursor: z.string().nullable() });
export type StudyPage = z.infer<typeof StudyPage>;
export const TrialPage = z.strictObject({ data: z.array(Trial), nextCursor: z.string().nullable() });
export type TrialPage = z.infer<typeof TrialPage>;

export const Scope = z.enum(['read', 'write', 'admin']);
export const CreateApiKeyRequest = z.strictObject({
  name: Name,
  scopes: z.array(Scope).min(1).max(3).default(['read', 'write']),
  expires: z.iso.datetime({ offset: true }).optional(),
});
export type CreateApiKeyRequest = z.infer<typeof CreateApiKeyRequest>;

export const ApiKey = z
  .strictObject({
    id: z.string(),
    name: z.string(),
    scopes: z.array(Scope),
    created: Time,
    expires: Time.nullable(),
    revoked: Time.nullable(),
  })
  .meta({ id: 'ApiKey' });
export type ApiKey = z.infer<typeof ApiKey>;
export const CreatedApiKey = ApiKey.extend({
  key: z
    .string()
    .nullable()
    .meta({ description: 'The key itself, shown once; null when the request is a repetition.' }),
});
export type CreatedApiKey = z.infer<typeof CreatedApiKey>;
export const ApiKeyPage = z.strictObject({ data: z.array(ApiKey), nextCursor: z.string().nullable() });
export type ApiKeyPage = z.infer<typeof ApiKeyPage>;

export const LintRequest = z.strictObject({
  space: SearchSpace,
  constraints: Constraints.default([]),
  sampler: Sampler.default({ kind: 'auto' }),
  budget: z.strictObject({ trials: z.int().min(1).max(trialCountMaxWithoutModel) }).optional(),
});
export type LintRequest = z.infer<typeof LintRequest>;
export const LintResponse = z.strictObject({
  warnings: z.array(z.strictObject({ param: z.string(), detail: z.string(), hint: z.string() })),
  configurations: z
    .int()
    .nullable()
    .meta({ description: 'How many different configurations there are; null when there is no end of them.' }),
  feasibleShare: z
    .number()
    .meta({ description: 'The share of the space that satisfies the constraints, 0 to 1, by random points.' }),
});
export type LintResponse = z.infer<typeof LintResponse>;

export const Preset = z.strictObject({
  name: z.string(),
  title: z.string(),
  space: z.record(z.string(), z.record(z.string(), z.unknown())).meta({ description: 'As the space of a study.' }),
  constraints: z.array(z.string()),
  source: z.string().meta({ description: 'Where the ranges come from.' }),
});
export const PresetPage = z.strictObject({ data: z.array(Preset), nextCursor: z.string().nullable() });
export type PresetPage = z.infer<typeof PresetPage>;

export const ConfirmRequest = z.strictObject({
  top: z.int().min(1).max(10).default(1).meta({ description: 'How many of the best trials to run again.' }),
  repeats: z.int().min(1).max(9).default(3).meta({ description: 'How often each of them.' }),
});
export type ConfirmRequest = z.infer<typeof ConfirmRequest>;
export const ConfirmResponse = z.strictObject({ trials: z.array(Trial) });
export type ConfirmResponse = z.infer<typeof ConfirmResponse>;

export const predictCountMax = 100;
export const PredictRequest = z.strictObject({
  params: z.array(Params).min(1).max(predictCountMax).meta({
    description:
      'Defaults fill what is left out. The constraints of the study are not looked at: params that break them are predicted as any others.',
  }),
});
export type PredictRequest = z.infer<typeof PredictRequest>;
export const PredictResponse = z.strictObject({
  data: z.array(z.strictObject({ params: Params, mean: Mean, deviation: Deviation })),
  observations: z.int().meta({ description: 'How many results the model knew.' }),
});
export type PredictResponse = z.infer<typeof PredictResponse>;

export const AdviceResponse = z.strictObject({
  advice: z.array(
    z.strictObject({
      kind: z.enum(['repair', 'widen', 'narrow', 'extend', 'stop', 'go_on']).meta({
        description: 'A study that has ended is never told to go on: "extend" says what opens it again.',
      }),
      parameter: z.string().optional().meta({ description: 'The parameter that it is about.' }),
      detail: z.string(),
      hint: z.string(),
    }),
  ),
  trials: z.int().meta({ description: 'How many complete trials it is based on; confirmations are not among them.' }),
  states: z
    .strictObject({
      complete: z.int(),
      pruned: z.int(),
      infeasible: z.int(),
      failed: z.int(),
      cancelled: z.int(),
    })
    .meta({ description: 'How many trials have ended, by state.' }),
  failure: z
    .strictObject({
      message: z.string().nullable().meta({ description: 'null where the most have none.' }),
      count: z.int(),
      trial: z.int().meta({ description: 'The number of the first trial that has it.' }),
    })
    .nullable()
    .meta({ description: 'The most frequent message of trials that failed or were infeasible; null without any.' }),
});
export type AdviceResponse = z.infer<typeof AdviceResponse>;

const ShareBounds = {
  low: z.number().meta({ description: 'The low end of its 90 % interval.' }),
  high: z.number().meta({ description: 'The high end of its 90 % interval.' }),
};
export const ReplayRequest = z.strictObject({});
export const ReplayResponse = z.strictObject({
  equal: z
    .boolean()
    .nullable()
    .meta({ description: 'Whether the params come out the same again; null when that cannot be said, see `reason`.' }),
  reason: z.string().optional().meta({ description: 'Why they cannot be worked out again.' }),
  params: Params.meta({ description: 'The params of the trial.' }),
  recomputed: Params.nullable().meta({ description: 'What comes out now.' }),
  suggestion: Suggestion.nullable(),
});
export type ReplayResponse = z.infer<typeof ReplayResponse>;

export const ImportanceResponse = z.strictObject({
  metric: z.string(),
  trials: z.int().meta({ description: 'How many ended trials it is based on.' }),
  method: z.enum(['sensitivity', 'pedAnova']).nullable().meta({
    description:
      'What the importances are. "sensitivity": the total Sobol indices of the model, when it tells a parameter from noise. "pedAnova": where the best trials lie. null when there is nothing to say, see `reason`.',
  }),
  sampled: z.int().nullable().meta({
    description:
      'How many of the trials, drawn at random, PED-ANOVA and above 10,000 trials also the model are made from; null when it is all of them.',
  }),
  quantile: z.number().nullable().meta({
    description: 'The share of the trials that PED-ANOVA takes for the best: a tenth, and at least 20 trials.',
  }),
  explained: z.number().nullable().meta({
    description:
      'How much of the spread of the values the model foretells, each trial in turn not being shown to it; below 0 when it has learnt from noise.',
  }),
  reason: z.string().optional().meta({ description: 'Why `data` is empty.' }),
  data: z
    .array(
      z.strictObject({
        name: z.string(),
        importance: z.number().meta({ description: 'Its share: all of them sum to 1, or are 0.' }),
        ...ShareBounds,
        isDistinguishable: z
          .boolean()
          .meta({ description: 'Whether it is more than noise; its interval then does not reach down to 0.' }),
        trials: z
          .strictObject({
            importance: z.number(),
            ...ShareBounds,
            isAboveChance: z.boolean().meta({
              description:
                'Whether the best lie elsewhere by more than 19 of 20 random choices; the share may be unsure.',
            }),
          })
          .meta({
            description:
              'PED-ANOVA: how differently the best trials lie, above what as many trials chosen at random show; intervals by bootstrap over the trials.',
          }),
        sensitivity: z
          .strictObject({ first: z.number(), total: z.number(), ...ShareBounds })
          .nullable()
          .meta({
            description:
              'Sobol indices of the model: the share of the variance over the space that the parameter causes alone (`first`) and with all others (`total`, `low`, `high`); intervals by replicated estimates.',
          }),
      }),
    )
    .meta({ description: 'The most important parameter first.' }),
});
export type ImportanceResponse = z.infer<typeof ImportanceResponse>;

export const historyCountMax = 1000;
export const SuggestRequest = z.strictObject({
  space: SearchSpace,
  constraints: Constraints.default([]),
  objective: Objective.default({ metric: 'value', direction: 'minimize' }),
  objectives: Objectives.optional().meta({
    description:
      'Several objectives in place of `objective`; results then have `values` by metric in place of `value`.',
  }),
  sampler: Sampler.default({ kind: 'auto' }),
  seed: z.int().min(0).default(0),
  count: z.int().min(1).max(askCountMax).default(1),
  fixed: Params.default({}),
  history: z
    .array(
      z.strictObject({
        params: Params,
        value: ToldValue.nullable().optional(),
        values: ToldValues.nullable().optional(),
      }),
    )
    .max(historyCountMax)
    .default([])
    .meta({
      description: 'Results so far, in the order in which they came; null or NaN for an infeasible configuration.',
    }),
  pending: z
    .array(Params)
    .max(historyCountMax)
    .default([])
    .meta({ description: 'Configurations that are being tried.' }),
});
export type SuggestRequest = z.infer<typeof SuggestRequest>;
export const Suggested = z.strictObject({
  params: Params,
  sampler: z.string(),
  tries: z.int(),
  ...expectedFields,
  fallback: z.string().optional(),
});
export type Suggested = z.infer<typeof Suggested>;
export const SuggestResponse = z.strictObject({
  suggestions: z.array(Suggested),
  reason: z.literal('exhausted').optional(),
});
export type SuggestResponse = z.infer<typeof SuggestResponse>;

export const StartRequest = z.strictObject({ attempt: Attempt, jobId: z.string().min(1).max(256) });
export type StartRequest = z.infer<typeof StartRequest>;

export const LogQuery = z.strictObject({
  attempt: z.coerce.number().pipe(z.int().min(1)).optional().meta({ description: 'The last one when left out.' }),
});
export type LogQuery = z.infer<typeof LogQuery>;
export const LogResponse = z.strictObject({
  attempt: z.int(),
  jobId: z.string().nullable(),
  log: z.string().nullable().meta({ description: 'The last 64 KB of what the job wrote; null before that.' }),
});
export type LogResponse = z.infer<typeof LogResponse>;

export const Health = z.strictObject({ status: z.literal('ok'), version: z.string() });
export type Health = z.infer<typeof Health>;
