import { signOf } from '../../domain/objective.ts';
import type { Params } from '../../domain/parameter.ts';
import type { Space } from '../../domain/space.ts';
import { exp, log } from '../../numerics/elementary.ts';
import type { ConditionedModel, Observations } from '../../numerics/kernels-contract.ts';
import { finiteValues, type Observation } from '../observations.ts';
import { seenBy, type Target } from '../target.ts';
import { featuresOf, featuresOfAll } from './features.ts';
import { fitHyperparameters, priorMode } from './fit.ts';
import { kernels } from './kernels.ts';
import { knownKeys } from './known-keys.ts';
import { checkpointOf, fittedCountOf } from './schedule.ts';
import { fitWarping, warp, type Warping } from './values.ts';

/** The fitted model of an objective, before it is told of pending points. */
export interface Model {
  warping: Warping;
  posterior: ConditionedModel;
  /** The configurations of the best results, the best first. */
  bestParams: Params[];
  /** Keys (`paramsKey`) of all configurations that have a result. */
  keys: ReadonlySet<string>;
  /** The y to improve on: the best that is expected where there is a result. */
  best: number;
  /** The y of what never came to a value. */
  worst: number;
  /** What had to be done for a matrix to be positive definite. */
  repair: Repair | undefined;
}

/** The noise was raised; or the hyperparameters were given up for the mode of the prior. */
export type Repair = 'noise_raised' | 'prior_mode';

/** Hyperparameters by the number of results that they were fitted to, of one history. */
export type KnownHyperparameters = Map<number, Float64Array>;

/** Above this many results hyperparameters are fitted to a part of them. */
const fittedCountMax = 400;
/** Above this many results the model is conditioned on a part of them. */
const activeCountMax = 1000;
/** How many of the best are kept to be looked around. */
const bestParamsCount = 5;
/** How often the noise is raised, tenfold each time, before a matrix counts as hopeless. */
const jitterCount = 8;

/**
 * Fits a model to a history. A function of the history alone.
 * @param observations in the order in which they ended.
 * @param known hyperparameters of the same history; what is worked out is added.
 * @param isOverdue whether the time is up: the model is then one of what has been found, and no longer a function of the
 *   history alone.
 * @returns undefined without a finite value, or where no matrix is positive definite: the caller has other samplers.
 */
export function fitModel(
  space: Space,
  target: Target,
  observations: readonly Observation[],
  known: KnownHyperparameters = new Map(),
  isOverdue: () => boolean = () => false,
): Model | undefined {
  const seen = seenBy(target, observations);
  const values = finiteValues(seen);
  if (values.length === 0) return undefined;
  const warping = fitWarping(values, target.direction);
  const theta = hyperparametersOf(space, target, observations, known, isOverdue);
  const active = dataOf(space, warping, partOf(seen, target, activeCountMax));
  const fitted = conditioned(active, theta);
  const found = fitted ?? conditioned(active, priorMode(active.d));
  if (!found) return undefined;
  const { posterior, isRaised } = found;
  const repair = fitted ? (isRaised ? 'noise_raised' : undefined) : 'prior_mode';
  const bestParams = rankedOf(seen, target)
    .slice(0, bestParamsCount)
    .map((i) => seen[i].params);
  const keys = knownKeys(observations);
  return { warping, posterior, bestParams, keys, best: bestOf(posterior), worst: active.worst, repair };
}

/** The indices of observations with a value, the best first and of equal ones the earlier. */
function rankedOf(observations: readonly Observation[], target: Target): number[] {
  const sign = signOf(target);
  return observations
    .map((_, i) => i)
    .filter((i) => observations[i].value !== undefined)
    .sort((a, b) => sign * (observations[a].value! - observations[b].value!) || a - b);
}

/**
 * The hyperparameters for a history: those of its first `fittedCountOf` results.
 * @returns d + 2, see fit.ts.
 */
export function hyperparametersOf(
  space: Space,
  target: Target,
  observations: readonly Observation[],
  known: KnownHyperparameters,
  isOverdue: () => boolean = () => false,
): Float64Array {
  const fitted = (count: number, start: () => Float64Array): Float64Array => {
    const found =
      known.get(count) ?? fittedTo(space, target, seenBy(target, observations.slice(0, count)), start(), isOverdue);
    if (!isOverdue()) known.set(count, found);
    return found;
  };
  const cold = (): Float64Array => priorMode(featuresOf(space).count);
  const count = fittedCountOf(observations.length);
  const checkpoint = checkpointOf(count);
  return fitted(count, () => (checkpoint === undefined || checkpoint === count ? cold() : fitted(checkpoint, cold)));
}

function fittedTo(
  space: Space,
  target: Target,
  observations: readonly Observation[],
  start: Float64Array,
  isOverdue: () => boolean,
): Float64Array {
  const values = finiteValues(observations);
  if (values.length === 0) return start;
  const warping = fitWarping(values, target.direction);
  return fitHyperparameters(dataOf(space, warping, partOf(observations, target, fittedCountMax)), start, isOverdue);
}

/** With more results than that: the better half of them by value, and the latest of the others. */
function partOf(observations: readonly Observation[], target: Target, count: number): readonly Observation[] {
  if (observations.length <= count) return observations;
  const kept = new Set(rankedOf(observations, target).slice(0, count / 2));
  for (let i = observations.length - 1; kept.size < count; i--) kept.add(i);
  return observations.filter((_, i) => kept.has(i));
}

/** What never came to a value counts as the worst that did: the model learns to keep away. */
function dataOf(
  space: Space,
  warping: Warping,
  observations: readonly Observation[],
): Observations & { worst: number } {
  const { count: d, isCategory } = featuresOf(space);
  const n = observations.length;
  const worst = finiteValues(observations).reduce((largest, value) => Math.max(largest, warp(warping, value)), 0);
  const y = Float64Array.from(observations, ({ value }) => (value === undefined ? worst : warp(warping, value)));
  const configurations = observations.map(({ params }) => params);
  return { n, d, x: featuresOfAll(space, configurations), y, isCategory, worst };
}

function conditioned(
  observations: Observations,
  theta: Float64Array,
): { posterior: ConditionedModel; isRaised: boolean } | undefined {
  const raised = theta.slice();
  for (let tried = 0; tried <= jitterCount; tried++) {
    const posterior = kernels.condition(observations, raised);
    if (posterior) return { posterior, isRaised: tried > 0 };
    raised[raised.length - 1] += log(10);
  }
  return undefined;
}

/**
 * The best that is expected where there is a result: the best that was seen may have been luck. The posterior mean at an
 * observed point is y - v (K⁻¹ (y - m)): Rasmussen & Williams (2006), (2.25) with K - vI.
 */
function bestOf({ observations: { n, y }, alpha, logParameters }: ConditionedModel): number {
  const noise = exp(logParameters[logParameters.length - 1]);
  let best = Infinity;
  for (let i = 0; i < n; i++) best = Math.min(best, y[i] - noise * alpha[i]);
  return best;
}
