import type { Objective } from '../domain/objective.ts';
import type { Params } from '../domain/parameter.ts';
import { satisfiesConstraints } from '../domain/space.ts';
import { knownModel } from './gp/known-model.ts';
import type { Repair } from './gp/model.ts';
import { mixtureOf } from './mixture.ts';
import type { Observation } from './observations.ts';
import { firstPoint, startCountOf, suggestByModel, type Situation } from './samplers/gaussian-process.ts';
import { suggest, type Suggested, type SuggestRequest } from './suggest.ts';
import type { Target } from './target.ts';

/** What has come of the trials of a study so far. */
export interface History {
  /** Trials that have ended, in the order in which they did. The same array as long as none is added. */
  observations: readonly Observation[];
  /** Params of trials that have not, by number; those that the same ask is about to give out among them. */
  pending: ReadonlyMap<number, Params>;
  /** Params of trials that have failed for good, by number. */
  failed: ReadonlyMap<number, Params>;
  /** Numbers smaller than the one that is asked for whose params nobody can see yet: other asks on their way. */
  inFlight: readonly number[];
}

/**
 * Why the model did not choose the point: too many others are asking, it could not be fitted, nothing it looked at is
 * feasible, all of that is taken, another trial got its point first. Or why it is not what it should be: the time was up
 * before it was asked to the end; numbers so near to each other that it had to take them for noisier than they are, or
 * that no hyperparameters but the likeliest beforehand would do.
 */
export type Fallback = 'in_flight' | 'no_model' | 'none_feasible' | 'all_taken' | 'duplicate' | 'deadline' | Repair;

export interface ModelSuggested extends Suggested {
  /** What the model expects of the point, in the units of the objective; absent where it was not asked. */
  expected?: { mean: number; deviation: number; improvement: number };
  /** How many results the model knew. */
  observations?: number;
  fallback?: Fallback;
}

/** Asks on their way whose points are worked out first, so as not to get the same one. */
const imaginedCountMax = 8;
/** The fewest results that a model is fitted to. */
const observationCountMin = 2;

/**
 * The next params by Gaussian process; by quasi-random points until there is something to learn from. Pure, unless the
 * time is up before it is done, which it says.
 * @param isOverdue whether the time is up; is asked every few milliseconds.
 */
export function suggestWithModel(
  request: SuggestRequest,
  objectives: readonly Objective[],
  history: History,
  isOverdue: () => boolean = () => false,
): ModelSuggested | undefined {
  const { observations, pending, failed, inFlight } = history;
  const known = observations.length + pending.size + inFlight.length;
  if (known + failed.size === 0) return startingPoint(request) ?? suggest(request);
  const isStarting = known < startCountOf(request.space) || observations.length < observationCountMin;
  if (isStarting) return suggest(request);
  if (inFlight.length > imaginedCountMax) return instead(request, 'in_flight');
  const { space, seed, number, fixed } = request;
  const target = targetOf(objectives, seed, number);
  const time = { isUp: false };
  const situation: Situation = {
    space,
    seed,
    number,
    fixed,
    pending: [],
    failed: inOrder([...failed]),
    isOverdue: () => (time.isUp ||= isOverdue()),
  };
  const model = knownModel(space, target, observations, situation.isOverdue);
  if (!model) return instead(request, 'no_model');
  const imagined = imaginedParams(situation, objectives, history);
  const found = suggestByModel({ ...situation, pending: inOrder([...pending, ...imagined]) }, model);
  if (typeof found === 'string') return instead(request, found);
  const { params, ...expected } = found;
  const fallback: Fallback | undefined = time.isUp ? 'deadline' : model.repair;
  return {
    params,
    sampler: 'gp',
    tries: 0,
    // Of a mixture of objectives the model expects nothing that has units.
    ...(objectives.length === 1 && { expected }),
    observations: observations.length,
    ...(fallback && { fallback }),
  };
}

/** The objective, or of several the mixture whose turn it is. */
function targetOf(objectives: readonly Objective[], seed: number, number: number): Target {
  return objectives.length === 1 ? objectives[0] : mixtureOf(objectives, seed, number);
}

/** The user's defaults, or the middle of the space: a better first guess than chance. */
function startingPoint({ space, fixed }: SuggestRequest): ModelSuggested | undefined {
  if (Object.keys(fixed).length > 0) return undefined;
  const params = firstPoint(space);
  return satisfiesConstraints(space, params) ? { params, sampler: 'gp', tries: 0, observations: 0 } : undefined;
}

/**
 * What the asks on their way will be given. Each of them sees this history, and of the others those with smaller
 * numbers; so they are worked out in that order.
 */
function imaginedParams(
  situation: Situation,
  objectives: readonly Objective[],
  { observations, pending, inFlight }: History,
): Map<number, Params> {
  const imagined = new Map<number, Params>();
  for (const number of inFlight.toSorted((a, b) => a - b)) {
    if (situation.isOverdue()) break;
    const smaller = inOrder([...pending, ...imagined].filter(([other]) => other < number));
    const target = targetOf(objectives, situation.seed, number);
    const model = knownModel(situation.space, target, observations, situation.isOverdue);
    const found = model && suggestByModel({ ...situation, number, fixed: {}, pending: smaller }, model);
    if (found && typeof found !== 'string') imagined.set(number, found.params);
  }
  return imagined;
}

/** By number: pending points are taken in one after the other, and rounding would tell two orders apart. */
function inOrder(params: [number, Params][]): Params[] {
  return params.sort(([a], [b]) => a - b).map(([, one]) => one);
}

function instead(request: SuggestRequest, fallback: Fallback): ModelSuggested | undefined {
  const suggested = suggest(request);
  return suggested && { ...suggested, fallback };
}
