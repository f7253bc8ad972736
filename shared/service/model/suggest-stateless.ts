import type { SuggestRequest, SuggestResponse, Suggested } from '../../api/messages.ts';
import type { Objective } from '../../domain/objective.ts';
import { paramsKey, checkParams } from '../../domain/params.ts';
import type { Params } from '../../domain/parameter.ts';
import { needsModel } from '../../domain/sampler.ts';
import { spaceOf, type Space } from '../../domain/space.ts';
import { admitStudy } from '../../engine/admit.ts';
import type { Observation } from '../../engine/observations.ts';
import { suggestWithModel, type History, type ModelSuggested } from '../../engine/suggest-with-model.ts';
import { suggest, suggestUntaken, type SuggestRequest as EngineRequest } from '../../engine/suggest.ts';
import type { Call, Reply } from '../call.ts';
import { duplicateCountMax } from '../trials/choose.ts';
import { ServiceError } from '../errors.ts';
import { refuseFields, refuseParams } from '../fields.ts';
import { checkFixed } from '../trials/fixed.ts';
import type { Ports } from '../ports/ports.ts';
import { timeLimitOf } from './time-limit.ts';

/** Suggestions from a history that the caller keeps: nothing is read and nothing is stored. */
export async function suggestStateless(ports: Ports, { body }: Call<SuggestRequest>): Promise<Reply<SuggestResponse>> {
  const space = admittedSpace(body);
  const objectives = body.objectives ?? [body.objective];
  const observations: Observation[] = body.history.map((result, i) => ({
    params: checked(space, result.params, ['history', i, 'params']),
    ...valuesIn(body, result, i),
  }));
  const pending = new Map(
    body.pending.map((params, i) => [observations.length + i, checked(space, params, ['pending', i])]),
  );
  const taken = new Set([
    ...observations.map(({ params }) => paramsKey(params)),
    ...[...pending.values()].map(paramsKey),
  ]);
  const fixed = checkFixed(space, body.fixed);
  const suggestions: Suggested[] = [];
  const begin = timeLimitOf(ports);
  for (let i = 0; i < body.count; i++) {
    const number = observations.length + body.pending.length + i;
    const request: EngineRequest = { space, sampler: body.sampler, seed: body.seed, number, fixed, firstTry: 0 };
    const found = untaken(
      objectives,
      request,
      { observations, pending, failed: new Map(), inFlight: [] },
      taken,
      begin(),
    );
    if (!found) break;
    pending.set(number, found.params);
    taken.add(paramsKey(found.params));
    const { params, sampler, tries, expected, fallback } = found;
    suggestions.push({ params, sampler, tries, ...expected, ...(fallback && { fallback }) });
  }
  return {
    status: 200,
    body: { suggestions, ...(suggestions.length < body.count && { reason: 'exhausted' as const }) },
  };
}

/** The values of a result, in the order of the objectives. */
function valuesIn(
  { objectives }: SuggestRequest,
  { value, values }: SuggestRequest['history'][number],
  i: number,
): Pick<Observation, 'value' | 'further'> {
  const [wanted, other] = objectives ? (['values', 'value'] as const) : (['value', 'values'] as const);
  const given = { value, values };
  const refuse = (field: string, message: string, input?: unknown): ServiceError =>
    refuseFields('value_invalid', ['history', i], [{ path: [field], message, input }]);
  if (given[wanted] === undefined) throw refuse(wanted, 'must be given, or null for an infeasible configuration');
  if (given[other] !== undefined) throw refuse(other, `must be left out, because results have ${wanted}`, given[other]);
  if (!objectives) return { value: finite(value) };
  const [first, ...further] = objectives.map(({ metric }) => {
    if (values && !Object.hasOwn(values, metric)) throw refuse('values', `must have ${metric}`, values);
    return finite(values?.[metric]);
  });
  return { value: first, further: further.map((one) => one ?? NaN) };
}

function finite(told: unknown): number | undefined {
  return typeof told === 'number' ? told : undefined;
}

function untaken(
  objectives: readonly Objective[],
  request: EngineRequest,
  history: History,
  taken: ReadonlySet<string>,
  isOverdue: () => boolean,
): ModelSuggested | undefined {
  let found: ModelSuggested | undefined = needsModel(request.sampler)
    ? suggestWithModel(request, objectives, history, isOverdue)
    : suggest(request);
  for (let refused = 0; found && taken.has(paramsKey(found.params)); refused++) {
    if (refused === duplicateCountMax) return suggestUntaken(request, taken);
    found = suggest({ ...request, firstTry: found.tries + 1 });
  }
  return found;
}

function admittedSpace({ space: parameters, constraints, sampler }: SuggestRequest): Space {
  if (sampler.kind === 'grid') {
    throw new ServiceError(
      'value_invalid',
      'sampler.kind must be another one than "grid", which needs a study to give every cell once.',
      {
        param: 'sampler.kind',
      },
    );
  }
  const space = spaceOf(parameters, constraints);
  if ('faults' in space) throw refuseFields('space_invalid', ['constraints'], space.faults);
  const admitted = admitStudy(space, sampler);
  if ('faults' in admitted) throw refuseFields('space_invalid', [], admitted.faults);
  return space;
}

function checked(space: Space, params: Params, path: (string | number)[]): Params {
  const result = checkParams(space, params, 'refuse');
  if ('faults' in result) throw refuseParams(space, path, result.faults);
  return result.params;
}
