import * as z from 'zod';
import * as m from './messages.ts';
import type { ProblemCode } from './problem.ts';
import { Trial } from '../domain/trial.ts';

/** One operation of the contract. Router, OpenAPI document, client and conformance tests are folded from this table. */
export interface Route {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Segments in braces are path parameters. */
  path: string;
  summary: string;
  /** What the credential must allow; null for a route that needs none. */
  scope: 'read' | 'write' | 'admin' | null;
  query: z.ZodType;
  body: z.ZodType | null;
  /** Whether the token of a job may use it, for its own trial and attempt. */
  isForJobs?: true;
  /** A POST that can be sent twice as it is: a client need not spend a receipt on it. */
  isRepeatable?: true;
  /**
   * Computes with the engine's model: served by the function that has the processor and the memory for it, so that it
   * never stands in the way of the others.
   */
  usesModel?: true;
  /** Status of success and its document; null for none, a media type for a stream. */
  success: { status: 200 | 201 | 204; schema: z.ZodType | null; stream?: readonly string[] };
  /** Refusals beyond those that every route has. */
  refusals: readonly ProblemCode[];
}

const study = ['study_not_found'] as const;
const trial = ['study_not_found', 'trial_not_found'] as const;
const keyed = ['idempotency_mismatch'] as const;

export const routes = {
  createStudy: {
    method: 'POST',
    path: '/v1/studies',
    summary: 'Create a study, or open the one with the same name and spec, which is answered with 200.',
    scope: 'write',
    query: m.EmptyQuery,
    body: m.CreateStudyRequest,
    success: { status: 201, schema: m.Study },
    refusals: ['study_exists', 'space_invalid', ...keyed],
  },
  listStudies: {
    method: 'GET',
    path: '/v1/studies',
    summary: 'List the studies, the oldest first.',
    scope: 'read',
    query: m.PageQuery,
    body: null,
    success: { status: 200, schema: m.StudyPage },
    refusals: [],
  },
  getStudy: {
    method: 'GET',
    path: '/v1/studies/{study}',
    summary: 'One study with its progress.',
    scope: 'read',
    query: m.EmptyQuery,
    body: null,
    success: { status: 200, schema: m.Study },
    refusals: [...study],
  },
  updateStudy: {
    method: 'PATCH',
    path: '/v1/studies/{study}',
    summary: 'Pause, resume or stop a study, raise its budget, widen its space.',
    scope: 'write',
    query: m.EmptyQuery,
    body: m.UpdateStudyRequest,
    success: { status: 200, schema: m.Study },
    refusals: [...study, 'study_closed', 'space_conflict', 'space_invalid'],
  },
  deleteStudy: {
    method: 'DELETE',
    path: '/v1/studies/{study}',
    summary: 'Delete a study with its trials; its jobs end, and their results and checkpoints go.',
    scope: 'write',
    query: m.EmptyQuery,
    body: null,
    success: { status: 204, schema: null },
    refusals: [...study],
  },
  ask: {
    method: 'POST',
    path: '/v1/studies/{study}/ask',
    summary: 'The next configurations to try. Having nothing to give is not an error.',
    scope: 'write',
    query: m.EmptyQuery,
    body: m.AskRequest,
    usesModel: true,
    success: { status: 200, schema: m.AskResponse },
    refusals: [...study, ...keyed],
  },
  enqueue: {
    method: 'POST',
    path: '/v1/studies/{study}/trials',
    summary: 'Configurations to try first, or finished results from elsewhere.',
    scope: 'write',
    query: m.EmptyQuery,
    body: m.EnqueueRequest,
    success: { status: 201, schema: m.EnqueueResponse },
    refusals: [...study, 'study_closed', ...keyed],
  },
  listTrials: {
    method: 'GET',
    path: '/v1/studies/{study}/trials',
    summary: 'List the trials by number.',
    scope: 'read',
    query: m.TrialsQuery,
    body: null,
    success: { status: 200, schema: m.TrialPage },
    refusals: [...study],
  },
  getTrial: {
    method: 'GET',
    path: '/v1/studies/{study}/trials/{number}',
    summary: 'One trial with its reported values, and with results that came too late to count.',
    scope: 'read',
    query: m.EmptyQuery,
    body: null,
    success: { status: 200, schema: m.TrialDetail },
    refusals: [...trial],
  },
  tell: {
    method: 'POST',
    path: '/v1/studies/{study}/trials/{number}/tell',
    summary: 'How a trial went. The first result counts; the same tell again is answered the same.',
    scope: 'write',
    query: m.EmptyQuery,
    body: m.TellRequest,
    isForJobs: true,
    success: { status: 200, schema: Trial },
    refusals: [...trial, 'trial_finished', 'result_conflict', 'lease_superseded', ...keyed],
  },
  report: {
    method: 'POST',
    path: '/v1/studies/{study}/trials/{number}/report',
    summary: 'Values at a step, and a sign of life: renews the lease. An empty body is only the latter.',
    scope: 'write',
    query: m.EmptyQuery,
    body: m.ReportRequest,
    isForJobs: true,
    isRepeatable: true,
    success: { status: 200, schema: m.ReportResponse },
    refusals: [...trial, 'trial_finished', 'result_conflict', 'lease_superseded', ...keyed],
  },
  startTrial: {
    method: 'POST',
    path: '/v1/studies/{study}/trials/{number}/start',
    summary: 'A job says that it begins to train. One job of an attempt is let in; one that is refused must not train.',
    scope: 'write',
    query: m.EmptyQuery,
    body: m.StartRequest,
    isForJobs: true,
    isRepeatable: true,
    success: { status: 200, schema: Trial },
    refusals: [...trial, 'trial_finished', 'lease_superseded', 'study_closed'],
  },
  trialLog: {
    method: 'GET',
    path: '/v1/studies/{study}/trials/{number}/log',
    summary: 'What the job of a managed trial wrote.',
    scope: 'read',
    query: m.LogQuery,
    body: null,
    success: { status: 200, schema: m.LogResponse },
    refusals: [...trial],
  },
  release: {
    method: 'POST',
    path: '/v1/studies/{study}/trials/{number}/release',
    summary: 'Give a running trial back, to be given out again.',
    scope: 'write',
    query: m.EmptyQuery,
    body: m.ReleaseRequest,
    success: { status: 200, schema: Trial },
    refusals: [...trial, 'trial_finished', 'lease_superseded', ...keyed],
  },
  cancel: {
    method: 'POST',
    path: '/v1/studies/{study}/trials/{number}/cancel',
    summary: 'End an open trial without a result.',
    scope: 'write',
    query: m.EmptyQuery,
    body: m.CancelRequest,
    success: { status: 200, schema: Trial },
    refusals: [...trial, 'trial_finished', ...keyed],
  },
  retry: {
    method: 'POST',
    path: '/v1/studies/{study}/trials/{number}/retry',
    summary: 'Open a failed or cancelled trial again, with the same params.',
    scope: 'write',
    query: m.EmptyQuery,
    body: m.RetryRequest,
    success: { status: 200, schema: Trial },
    refusals: [...trial, 'trial_finished', 'study_closed', ...keyed],
  },
  replay: {
    method: 'POST',
    path: '/v1/studies/{study}/trials/{number}/replay',
    summary: 'Work the params of a trial out again from the stored history, and say whether they are the same.',
    scope: 'read',
    query: m.EmptyQuery,
    body: m.ReplayRequest,
    isRepeatable: true,
    usesModel: true,
    success: { status: 200, schema: m.ReplayResponse },
    refusals: [...trial],
  },
  best: {
    method: 'GET',
    path: '/v1/studies/{study}/best',
    summary: 'The best trials, or the Pareto front of several objectives.',
    scope: 'read',
    query: m.BestQuery,
    body: null,
    success: { status: 200, schema: m.BestResponse },
    refusals: [...study],
  },
  exportTrials: {
    method: 'GET',
    path: '/v1/studies/{study}/export',
    summary: 'All trials as JSON lines or CSV, streamed.',
    scope: 'read',
    query: m.ExportQuery,
    body: null,
    success: { status: 200, schema: null, stream: ['application/jsonl', 'text/csv'] },
    refusals: [...study],
  },
  confirm: {
    method: 'POST',
    path: '/v1/studies/{study}/confirm',
    summary: 'Run the best trials again with new seeds, on top of the budget: whether a best value was luck.',
    scope: 'write',
    query: m.EmptyQuery,
    body: m.ConfirmRequest,
    success: { status: 201, schema: m.ConfirmResponse },
    refusals: [...study, 'study_closed', ...keyed],
  },
  advice: {
    method: 'GET',
    path: '/v1/studies/{study}/advice',
    summary:
      'What to do next in a study with one objective: repair what fails, widen or narrow the space, extend the study, stop, or go on.',
    scope: 'read',
    query: m.EmptyQuery,
    body: null,
    success: { status: 200, schema: m.AdviceResponse },
    refusals: [...study],
  },
  importance: {
    method: 'GET',
    path: '/v1/studies/{study}/importance',
    summary:
      'Which parameters matter, by the model and by the best trials, with intervals. Before there are ten values the list is empty and `reason` says so.',
    scope: 'read',
    query: m.ImportanceQuery,
    body: null,
    usesModel: true,
    success: { status: 200, schema: m.ImportanceResponse },
    refusals: [...study],
  },
  predict: {
    method: 'POST',
    path: '/v1/studies/{study}/predict',
    summary: 'What the model expects of configurations, tried or not, in a study with one objective.',
    scope: 'read',
    query: m.EmptyQuery,
    body: m.PredictRequest,
    isRepeatable: true,
    usesModel: true,
    success: { status: 200, schema: m.PredictResponse },
    refusals: [...study],
  },
  suggestStateless: {
    method: 'POST',
    path: '/v1/suggest',
    summary: 'Suggestions from a history that the caller keeps; nothing is stored.',
    scope: 'read',
    query: m.EmptyQuery,
    body: m.SuggestRequest,
    isRepeatable: true,
    usesModel: true,
    success: { status: 200, schema: m.SuggestResponse },
    refusals: ['space_invalid'],
  },
  lintSpace: {
    method: 'POST',
    path: '/v1/spaces/lint',
    summary: 'Check a space without making a study, and hear what an experienced person would remark on it.',
    scope: 'read',
    query: m.EmptyQuery,
    body: m.LintRequest,
    isRepeatable: true,
    success: { status: 200, schema: m.LintResponse },
    refusals: ['space_invalid'],
  },
  listPresets: {
    method: 'GET',
    path: '/v1/presets',
    summary: 'Ready-made spaces to start from, with the sources of their ranges.',
    scope: 'read',
    query: m.EmptyQuery,
    body: null,
    success: { status: 200, schema: m.PresetPage },
    refusals: [],
  },
  createApiKey: {
    method: 'POST',
    path: '/v1/keys',
    summary: 'Create an API key; the key itself is shown once.',
    scope: 'admin',
    query: m.EmptyQuery,
    body: m.CreateApiKeyRequest,
    success: { status: 201, schema: m.CreatedApiKey },
    refusals: [...keyed],
  },
  listApiKeys: {
    method: 'GET',
    path: '/v1/keys',
    summary: 'List the API keys, the oldest first.',
    scope: 'admin',
    query: m.PageQuery,
    body: null,
    success: { status: 200, schema: m.ApiKeyPage },
    refusals: [],
  },
  revokeApiKey: {
    method: 'DELETE',
    path: '/v1/keys/{key}',
    summary: 'Revoke an API key at once.',
    scope: 'admin',
    query: m.EmptyQuery,
    body: null,
    success: { status: 200, schema: m.ApiKey },
    refusals: ['key_not_found'],
  },
  health: {
    method: 'GET',
    path: '/v1/health',
    summary: 'Whether the service answers.',
    scope: null,
    query: m.EmptyQuery,
    body: null,
    success: { status: 200, schema: m.Health },
    refusals: [],
  },
  openapi: {
    method: 'GET',
    path: '/v1/openapi.json',
    summary: 'This contract as an OpenAPI 3.1 document.',
    scope: 'read',
    query: m.EmptyQuery,
    body: null,
    success: { status: 200, schema: z.record(z.string(), z.unknown()) },
    refusals: [],
  },
} as const satisfies Record<string, Route>;

export type Operation = keyof typeof routes;

/** The names of the path parameters of a route. */
export function pathParameters(path: string): string[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
}
