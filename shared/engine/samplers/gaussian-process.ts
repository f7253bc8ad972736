import type { Params } from '../../domain/parameter.ts';
import { paramsKey } from '../../domain/params.ts';
import type { Space } from '../../domain/space.ts';
import { mutants, spreadPoints, unitsOf } from '../acquisition/candidates.ts';
import { maximise } from '../acquisition/maximise.ts';
import { normalCdf } from '../../numerics/normal.ts';
import { paramsAt } from '../draw.ts';
import { isCategory, writeFeatures } from '../gp/features.ts';
import { kernels } from '../gp/kernels.ts';
import type { Model } from '../gp/model.ts';
import { unwarp } from '../gp/values.ts';
import { narrowTo } from '../narrow.ts';
import type { Observation } from '../observations.ts';
import { seenBy, type Target } from '../target.ts';

/** What the sampler knows when it is asked. */
export interface Situation {
  space: Space;
  target: Target;
  seed: number;
  number: number;
  fixed: Params;
  /** Trials that have ended, in the order in which they did. */
  observations: readonly Observation[];
  /** Params of trials that have not. */
  pending: readonly Params[];
  /** Whether the time is up. */
  isOverdue: () => boolean;
}

/** A configuration with what the model expects of it, in the units of the objective. */
export interface ModelSuggestion {
  params: Params;
  /** The expected value, and the value one deviation worse. */
  mean: number;
  oneDeviationWorse: number;
  /** How likely it is to be better than the best that is known or believed. */
  improvement: number;
}

/** The variance that keeps a believed value from being taken twice. */
const believedNoise = 1e-8;
/** How many of the best trials are looked around. */
const parentCount = 5;

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
 * The configuration that the model expects most of, none that is known or pending. Pending points count as if they had
 * come out at their mean, so that many who ask at once are sent to different places.
 * @returns undefined when everything that was looked at is taken or infeasible.
 */
export function suggestByModel(situation: Situation, model: Model): ModelSuggestion | undefined {
  const { space, seed, number, fixed, observations, pending, isOverdue } = situation;
  const part = narrowTo(space, fixed);
  if (!part) return undefined;
  const { posterior, best } = withPending(space, model, pending);
  const taken = new Set([...observations.map(({ params }) => paramsKey(params)), ...pending.map(paramsKey)]);
  const parents = bestParams(situation, parentCount);
  const points = [...spreadPoints(part, seed, number), ...mutants(part, parents, seed, number)];
  const proposal = maximise({ space: part, modelSpace: space, posterior, best, taken, isOverdue }, points);
  if (!proposal) return undefined;
  const { params, mean, deviation } = proposal;
  return {
    params,
    mean: unwarp(model.warping, mean),
    oneDeviationWorse: unwarp(model.warping, mean + deviation),
    improvement: normalCdf((best - mean) / deviation),
  };
}

/**
 * The posterior after pending points, each believed to have come out one deviation worse than expected, without noise;
 * and the best y that is known or believed. At their means (the kriging believer) the next ones crowd around them: a
 * batch of eight then needs about 45 % more trials than one at a time, so about 25 %.
 */
function withPending(space: Space, model: Model, pending: readonly Params[]): Pick<Model, 'posterior' | 'best'> {
  let { posterior, best } = model;
  const z = new Float64Array(posterior.observations.d);
  const [mean, variance] = [new Float64Array(1), new Float64Array(1)];
  for (const params of pending) {
    writeFeatures(space, params, z);
    kernels.predict(posterior, z, 1, mean, variance);
    const believed = mean[0] + Math.sqrt(variance[0]);
    // A point that adds nothing to rounding is left out.
    posterior = kernels.extend(posterior, z, believed, believedNoise) ?? posterior;
    best = Math.min(best, believed);
  }
  return { posterior, best };
}

function bestParams({ target, observations }: Situation, count: number): Params[] {
  const sign = target.direction === 'minimize' ? 1 : -1;
  return seenBy(target, observations)
    .filter(({ value }) => value !== undefined)
    .sort((a, b) => sign * (a.value! - b.value!))
    .slice(0, count)
    .map(({ params }) => params);
}
