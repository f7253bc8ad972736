import { needsModel } from '../../domain/sampler.ts';
import type { Suggestion } from '../../domain/trial.ts';
import type { ModelSuggested } from '../../engine/suggest-with-model.ts';
import { suggest, suggestUntaken, type Suggested, type SuggestRequest } from '../../engine/suggest.ts';

/** How params came about that another trial turned out to have. */
export type Refused = Pick<Suggestion, 'sampler' | 'tries'>;

/** How often a sampler draws again because another trial has the params, before all that are left are looked at. */
export const duplicateCountMax = 8;

/** What is drawn instead of params that another trial has. */
export function drawAgain(request: SuggestRequest, last: Refused): ModelSuggested | undefined {
  return insteadOfModel(request, suggest(after(request, last)));
}

/** The first of all configurations that no trial has, after drawing did not find one. @param taken see `suggestUntaken`. */
export function drawUntaken(
  request: SuggestRequest,
  last: Refused,
  taken: ReadonlySet<string>,
): ModelSuggested | undefined {
  return insteadOfModel(request, suggestUntaken(after(request, last), taken));
}

/** A model has one answer; what it is replaced by is drawn from the start. */
function after(request: SuggestRequest, { sampler, tries }: Refused): SuggestRequest {
  return { ...request, firstTry: sampler === 'gp' ? 0 : tries + 1 };
}

/** Says that the model was not asked again, where the sampler has one. */
function insteadOfModel({ sampler }: SuggestRequest, suggested: Suggested | undefined): ModelSuggested | undefined {
  return suggested && needsModel(sampler) ? { ...suggested, fallback: 'duplicate' } : suggested;
}
