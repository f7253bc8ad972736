import type { ReplayResponse } from '../../api/messages.ts';
import type { Params } from '../../domain/parameter.ts';
import { paramsKey } from '../../domain/params.ts';
import type { Suggestion } from '../../domain/trial.ts';
import { engineVersion } from '../../engine/engine-version.ts';
import { suggestWithModel } from '../../engine/suggest-with-model.ts';
import { suggest, suggestUntaken, type SuggestRequest } from '../../engine/suggest.ts';
import type { Call, Reply } from '../call.ts';
import { requestOf } from '../trials/choose.ts';
import { findStudy, findTrial, trialNumberOf } from '../find.ts';
import { historyAgain } from './knowledge.ts';
import type { Ports } from '../ports/ports.ts';
import type { StudyRecord } from '../ports/studies.ts';
import type { TrialRecord } from '../ports/trials.ts';

/** Params worked out again, or why they cannot be. */
type Outcome = { params: Params | undefined } | { reason: string };

/** Works the params of a trial out again, from what is stored, and says whether they are the same. */
export async function replay(ports: Ports, call: Call): Promise<Reply<ReplayResponse>> {
  const study = await findStudy(ports, call);
  const trial = await findTrial(ports, study, trialNumberOf(study, call));
  const { params, suggestion = null } = trial;
  const outcome = await outcomeOf(ports, study, trial);
  if ('reason' in outcome) {
    return { status: 200, body: { equal: null, reason: outcome.reason, params, recomputed: null, suggestion } };
  }
  const recomputed = outcome.params ?? null;
  const equal = recomputed !== null && paramsKey(recomputed) === paramsKey(params);
  return { status: 200, body: { equal, params, recomputed, suggestion } };
}

async function outcomeOf(ports: Ports, study: StudyRecord, trial: TrialRecord): Promise<Outcome> {
  const { suggestion } = trial;
  if (!suggestion) return { reason: whyUnsuggested(trial) };
  if (suggestion.engineVersion !== engineVersion) {
    const made = suggestion.engineVersion ?? 'that did not say its version';
    return { reason: `The engine ${made} chose these params; this is engine ${engineVersion}.` };
  }
  if (suggestion.spaceVersion !== study.spaceVersion) {
    return { reason: `The space was widened since: from version ${suggestion.spaceVersion} to ${study.spaceVersion}.` };
  }
  const request = requestAgain(study, trial, suggestion);
  if (suggestion.sampler === 'grid') return { params: await cellAgain(ports, study, request) };
  if (suggestion.isLeftOver)
    return { params: suggestUntaken(request, await keysOfOthers(ports, study, trial))?.params };
  if (suggestion.fallback === 'deadline') return { reason: 'The time was up before the model had looked everywhere.' };
  if (suggestion.sampler === 'gp') return byModelAgain(ports, study, suggestion, request);
  return { params: suggest(request)?.params };
}

function whyUnsuggested({ number, origin, confirms }: TrialRecord): string {
  switch (origin) {
    case 'enqueued':
      return `The params of trial ${number} were enqueued, not suggested.`;
    case 'attached':
      return `The params of trial ${number} came with its result, and were not suggested.`;
    case 'confirmation':
      return `Trial ${number} runs the params of trial ${confirms} again.`;
    case 'suggested':
      return `Trial ${number} never had params.`;
  }
}

/** The same request; its space is another object, so that what is kept for the study's own stays there. */
function requestAgain(study: StudyRecord, { number, params }: TrialRecord, suggestion: Suggestion): SuggestRequest {
  const fixed = Object.fromEntries((suggestion.fixed ?? []).map((name) => [name, params[name]]));
  const request = requestOf(study, number, fixed, suggestion.tries);
  return { ...request, space: { ...request.space } };
}

/**
 * The cell of the number; if another trial has it, the one that this trial left, and so on. Who holds a cell never
 * changes.
 */
async function cellAgain(ports: Ports, study: StudyRecord, request: SuggestRequest): Promise<Params | undefined> {
  for (let number = request.number; ;) {
    const params = suggest({ ...request, number })?.params;
    const holder = params && (await ports.trials.holderOf(study, params));
    if (holder === undefined || holder === request.number) return params;
    number = holder;
  }
}

async function keysOfOthers(ports: Ports, study: StudyRecord, { number }: TrialRecord): Promise<Set<string>> {
  const keys = new Set<string>();
  for await (const other of ports.trials.all(study)) if (other.number !== number) keys.add(paramsKey(other.params));
  return keys;
}

async function byModelAgain(
  ports: Ports,
  study: StudyRecord,
  { knowledge, observations = 0 }: Suggestion,
  request: SuggestRequest,
): Promise<Outcome> {
  if (!knowledge) return { reason: 'The model knew of more trials than a list of is kept.' };
  const trials = new Map<number, TrialRecord>();
  for await (const trial of ports.trials.all(study)) trials.set(trial.number, trial);
  const history = historyAgain(knowledge, study.spec.objectives, trials);
  if (!history) return { reason: 'A trial that the model knew as pending is not there any more.' };
  const found = history.observations.length;
  if (found !== observations) {
    return { reason: `The history has changed: the model knew ${observations} results, of which ${found} are there.` };
  }
  return { params: suggestWithModel(request, study.spec.objectives, history)?.params };
}
