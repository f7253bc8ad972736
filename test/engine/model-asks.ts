import type { Objective } from '../../shared/domain/objective.ts';
import type { Params } from '../../shared/domain/parameter.ts';
import type { Space } from '../../shared/domain/space.ts';
import type { Observation } from '../../shared/engine/observations.ts';
import { suggestWithModel, type History, type ModelSuggested } from '../../shared/engine/suggest-with-model.ts';
import { suggest } from '../../shared/engine/suggest.ts';

/** What an ask may be, besides the next one of a study with seed 7 that minimises one objective. */
export interface AskOptions {
  seed?: number;
  number?: number;
  fixed?: Params;
  objectives?: readonly Objective[];
  isOverdue?: () => boolean;
}

export const minimize: Objective = { metric: 'loss', direction: 'minimize' };
export const maximize: Objective = { metric: 'loss', direction: 'maximize' };

/** So many quasi-random trials with the values of a list, over and over. */
export function historyOf(space: Space, count: number, values: readonly (number | undefined)[]): Observation[] {
  return Array.from({ length: count }, (_, number) => ({
    params: suggest({ space, sampler: { kind: 'quasiRandom' }, seed: 7, number, fixed: {}, firstTry: 0 })!.params,
    value: values[number % values.length],
  }));
}

/** What the model suggests after a history. */
export function askModel(
  space: Space,
  { observations = [], pending = new Map(), failed = new Map(), inFlight = [] }: Partial<History>,
  { seed = 7, fixed = {}, objectives = [minimize], isOverdue, ...options }: AskOptions = {},
): ModelSuggested | undefined {
  const { number = observations.length + pending.size + inFlight.length } = options;
  const request = { space, sampler: { kind: 'gp' }, seed, number, fixed, firstTry: 0 } as const;
  return suggestWithModel(request, objectives, { observations, pending, failed, inFlight }, isOverdue);
}

/** What it suggests for so many trials at once. */
export function askBatch(
  space: Space,
  observations: readonly Observation[],
  count: number,
  options: Omit<AskOptions, 'number'> = {},
): ModelSuggested[] {
  const pending = new Map<number, Params>();
  return Array.from({ length: count }, () => {
    const suggested = askModel(space, { observations, pending: new Map(pending) }, options)!;
    pending.set(observations.length + pending.size, suggested.params);
    return suggested;
  });
}
