import { paramsKey } from '../../domain/params.ts';
import { cellCount } from '../../domain/cells.ts';
import type { Parameter, Params } from '../../domain/parameter.ts';
import { satisfiesConstraints, type Space } from '../../domain/space.ts';
import type { ConditionedModel } from '../../numerics/kernels-contract.ts';
import { minimizeBounded } from '../../numerics/lbfgsb.ts';
import { logExpectedImprovement } from '../../numerics/normal.ts';
import { paramsAt } from '../draw.ts';
import { expectedAt } from '../gp/expected.ts';
import { writeFeatures } from '../gp/features.ts';
import { kernels } from '../gp/kernels.ts';
import { exchangeCountMax, exchanges } from './candidates.ts';

/** What is maximised: the log of expected improvement over the best y, of the configuration at a point. */
export interface Acquisition {
  /** Where points are decoded; may be a part of the space that the model knows. */
  space: Space;
  /** The space that the model's features belong to. */
  modelSpace: Space;
  posterior: ConditionedModel;
  best: number;
  /** Whether a configuration must not be suggested. @param key its `paramsKey`. */
  isTaken: (key: string, params: Params) => boolean;
  /** Whether the time is up: what has been found by then is the answer. */
  isOverdue: () => boolean;
}

/** A configuration with what the model expects of it. */
export interface Proposal {
  u: Float64Array;
  params: Params;
  mean: number;
  deviation: number;
  logImprovement: number;
}

/** Why there is no proposal: no point is feasible, or all that are have been suggested. */
export type Nothing = 'none_feasible' | 'all_taken';

const startCount = 6;
const roundCountMax = 10;
const iterationCountMax = 40;
const gainMin = 1e-6;
/** A deviation of y, whose own is 1, below this is rounding. */
const deviationMin = 1e-6;

/**
 * The best of the points given, each of the most promising improved by turns: coordinates of many values by L-BFGS-B,
 * those with an end of values by the best exchange, until neither helps.
 * @returns why there is none, otherwise.
 */
export function maximise(acquisition: Acquisition, points: readonly Float64Array[]): Proposal | Nothing {
  const feasible = propose(acquisition, points);
  if (feasible.length === 0) return 'none_feasible';
  const starts = untaken(acquisition, feasible, startCount);
  if (starts.length === 0) return 'all_taken';
  let [winner] = starts;
  for (const start of starts) {
    if (acquisition.isOverdue()) break;
    const improved = improve(acquisition, start);
    if (improved.logImprovement > winner.logImprovement) winner = improved;
  }
  return winner;
}

/** The feasible configurations at points, all predicted in one call. */
function propose(acquisition: Acquisition, points: readonly Float64Array[]): Proposal[] {
  const { space, modelSpace, posterior, best } = acquisition;
  const found = points
    .map((u) => ({ u, params: paramsAt(space, (i) => u[i]) }))
    .filter(({ params }) => satisfiesConstraints(space, params));
  const configurations = found.map(({ params }) => params);
  const { mean, variance } = expectedAt(modelSpace, posterior, configurations);
  return found.map(({ u, params }, row) => {
    const deviation = deviationOf(variance[row]);
    const logImprovement = logExpectedImprovement(mean[row], deviation, best);
    return { u, params, mean: mean[row], deviation, logImprovement };
  });
}

/** The best first, each configuration once, none that is taken. Keys are made of those only that are looked at. */
function untaken({ isTaken }: Acquisition, proposals: Proposal[], count: number): Proposal[] {
  const found = new Map<string, Proposal>();
  for (const proposal of proposals.sort((a, b) => b.logImprovement - a.logImprovement)) {
    const key = paramsKey(proposal.params);
    if (!found.has(key) && !isTaken(key, proposal.params)) found.set(key, proposal);
    if (found.size === count) break;
  }
  return [...found.values()];
}

function deviationOf(variance: number): number {
  return Math.max(Math.sqrt(variance), deviationMin);
}

function improve(acquisition: Acquisition, start: Proposal): Proposal {
  let current = start;
  for (let round = 0; round < roundCountMax && !acquisition.isOverdue(); round++) {
    const exchanged = bestExchange(acquisition, moveContinuous(acquisition, current));
    if (exchanged.logImprovement - current.logImprovement < gainMin) return exchanged;
    current = exchanged;
  }
  return current;
}

/** Moves the active numbers that have too many values to go through, as if they had no steps; others stay. */
function moveContinuous(acquisition: Acquisition, start: Proposal): Proposal {
  const { space, modelSpace, posterior, best } = acquisition;
  const free = space.parameters.flatMap((parameter, i) =>
    isMoved(parameter) && Object.hasOwn(start.params, space.names[i]) ? [i] : [],
  );
  if (free.length === 0) return start;
  const { d } = posterior.observations;
  const z = new Float64Array(d);
  writeFeatures(modelSpace, start.params, z);
  const ofMean = new Float64Array(d);
  const ofVariance = new Float64Array(d);
  const slopes = new Float64Array(2);
  const objective = (x: Float64Array, gradient: Float64Array): number => {
    free.forEach((i, k) => (z[i] = x[k]));
    const { mean, variance } = kernels.predictGradient(posterior, z, ofMean, ofVariance);
    const deviation = deviationOf(variance);
    const value = logExpectedImprovement(mean, deviation, best, slopes);
    free.forEach((i, k) => (gradient[k] = -(slopes[0] * ofMean[i] + (slopes[1] * ofVariance[i]) / (2 * deviation))));
    return -value;
  };
  const bounds = (bound: number): Float64Array => new Float64Array(free.length).fill(bound);
  const from = Float64Array.from(free, (i) => start.u[i]);
  const { x: end } = minimizeBounded(objective, from, bounds(0), bounds(1), { iterationCountMax });
  return firstBetter(acquisition, start, free, end);
}

function isMoved(parameter: Parameter): boolean {
  const isNumber = parameter.type === 'float' || parameter.type === 'int';
  return isNumber && (cellCount(parameter) ?? Infinity) > exchangeCountMax;
}

/** The end of the way if it is allowed and better, else the first of ever shorter ways that is. */
function firstBetter(acquisition: Acquisition, start: Proposal, free: readonly number[], end: Float64Array): Proposal {
  for (let share = 1; share > 1 / 64; share /= 2) {
    const u = start.u.slice();
    free.forEach((i, k) => (u[i] += share * (end[k] - u[i])));
    const proposal = untaken(acquisition, propose(acquisition, [u]), 1).at(0);
    if (proposal && proposal.logImprovement > start.logImprovement) return proposal;
  }
  return start;
}

function bestExchange(acquisition: Acquisition, start: Proposal): Proposal {
  const { space } = acquisition;
  const points = space.parameters.flatMap((_, i) => {
    if (!Object.hasOwn(start.params, space.names[i])) return [];
    return exchanges(space, start.u, i).map((place) => {
      const u = start.u.slice();
      u[i] = place;
      return u;
    });
  });
  const exchanged = untaken(acquisition, propose(acquisition, points), 1).at(0);
  return exchanged && exchanged.logImprovement > start.logImprovement ? exchanged : start;
}
