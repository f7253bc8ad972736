import type { Params } from '../../domain/parameter.ts';
import { paramsKey } from '../../domain/params.ts';
import type { Space } from '../../domain/space.ts';
import { normalCdf } from '../../numerics/normal.ts';
import { mutants, spreadPoints, unitsOf } from '../acquisition/candidates.ts';
import { crowdingAt } from '../acquisition/crowding.ts';
import { maximise, type Nothing } from '../acquisition/maximise.ts';
import { scarceCandidates } from '../acquisition/scarce-part.ts';
import { paramsAt } from '../draw.ts';
import { withBelieved, type Believed } from '../gp/believe.ts';
import { expectedAt } from '../gp/expected.ts';
import { isCategory } from '../gp/features.ts';
import type { Model } from '../gp/model.ts';
import { unwarpExpected } from '../gp/values.ts';
import { narrowTo } from '../narrow.ts';

/** What the sampler knows when it is asked. */
export interface Situation extends Believed {
  space: Space;
  seed: number;
  number: number;
  fixed: Params;
  /** Whether the time is up. */
  isOverdue: () => boolean;
}

/** A configuration with what the model expects of it, in the units of the objective. */
export interface ModelSuggestion {
  params: Params;
  /** The expected value, and how far the one a deviation worse is from it; by results alone, whatever is pending. */
  mean: number;
  deviation: number;
  /** How likely it is to be better than the best that is known or believed. */
  improvement: number;
}

/** How many points are wanted before the model is trusted: six where the middle of the space means nothing. */
export function startCountOf(space: Space): number {
  const categories = space.parameters.filter(isCategory).length;
  return 2 * categories > space.parameters.length ? 6 : 3;
}

/** The first point of a search: every default, and the middle of what has none; whether or not it is feasible. */
export function firstPoint(space: Space): Params {
  const defaults: Params = {};
  space.parameters.forEach((parameter, i) => {
    if (parameter.default !== undefined) defaults[space.names[i]] = parameter.default;
  });
  const places = unitsOf(space, defaults);
  return paramsAt(space, (i) => places[i]);
}

/**
 * The configuration that the model expects most of, none that is known or pending.
 * @returns why there is none, otherwise.
 */
export function suggestByModel(situation: Situation, model: Model): ModelSuggestion | Nothing {
  const { space, seed, number, fixed, pending, failed, isOverdue } = situation;
  const part = narrowTo(space, fixed);
  if (!part) return 'none_feasible';
  const { posterior, best } = withBelieved(space, model, situation);
  const open = new Set([...pending, ...failed].map(paramsKey));
  const isTaken = (key: string): boolean => model.keys.has(key) || open.has(key);
  const isCrowded = crowdingAt(space, pending);
  const acquisition = { space: part, modelSpace: space, posterior, best, isOverdue };
  const points = [...spreadPoints(part, seed, number), ...mutants(part, model.bestParams, seed, number)];
  points.push(...scarceCandidates(space, part, fixed, model.bestParams, points, seed, number));
  const apart = maximise({ ...acquisition, isTaken: (key, params) => isTaken(key) || isCrowded(params) }, points);
  const isFull = apart === 'all_taken' && pending.length > 0;
  const proposal = isFull ? maximise({ ...acquisition, isTaken }, points) : apart;
  if (typeof proposal === 'string') return proposal;
  const { params, mean, deviation } = proposal;
  const known = expectedAt(space, model.posterior, [params]);
  return {
    params,
    ...unwarpExpected(model.warping, known.mean[0], Math.sqrt(known.variance[0])),
    improvement: normalCdf((best - mean) / deviation),
  };
}
