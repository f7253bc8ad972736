import type { Objective } from '../domain/objective.ts';
import { permute } from '../numerics/permutation.ts';
import { fitWarping, warp } from './gp/values.ts';
import type { Observation } from './observations.ts';
import type { Target } from './target.ts';

/**
 * Several objectives as one, weighted differently for every trial, so that the trials spread along the Pareto front.
 *
 * Knowles, "ParEGO: a hybrid algorithm with on-line landscape approximation for expensive multiobjective optimization
 * problems", IEEE Transactions on Evolutionary Computation 10 (2006), equation (2): max_k w_k t_k + ρ Σ w_k t_k, which
 * also reaches parts of the front that bend inwards. There t is the value between the best and the worst; here of values
 * that are warped first, so that a few terrible ones do not flatten all others.
 *
 * w  m  weights, sum to 1
 * t  m  values of one trial, 0 for the best and 1 for the worst that was observed
 */
const rho = 0.05;
/** Into how many equal parts the weights are divided, by the number of objectives: 11, 15 and 20 mixtures. */
const partsOf: Record<number, number> = { 2: 10, 3: 4, 4: 3 };

/** The target of a trial. One after the other, trials go through all mixtures in an order that the seed gives. */
export function mixtureOf(objectives: readonly Objective[], seed: number, number: number): Target {
  const mixtures = weightsOf(objectives.length, partsOf[objectives.length]);
  const at = Number(permute(BigInt(number % mixtures.length), BigInt(mixtures.length), seed));
  const weights = mixtures[at].map((share) => share / partsOf[objectives.length]);
  return {
    direction: 'minimize',
    key: `mixture ${at}`,
    viewOf: (observations) => mixed(objectives, weights, observations),
  };
}

/** All ways to divide so many parts over m objectives. */
function weightsOf(m: number, parts: number): number[][] {
  if (m === 1) return [[parts]];
  return Array.from({ length: parts + 1 }, (_, first) =>
    weightsOf(m - 1, parts - first).map((rest) => [first, ...rest]),
  ).flat();
}

function mixed(
  objectives: readonly Objective[],
  weights: readonly number[],
  observations: readonly Observation[],
): readonly Observation[] {
  const places = objectives.map((objective, k) => placesOf(objective, observations, k));
  return observations.map(({ params }, i) => {
    const terms = weights.map((weight, k) => weight * places[k][i]);
    const sum = terms.reduce((all, term) => all + term, 0);
    return { params, value: Number.isNaN(sum) ? undefined : Math.max(...terms) + rho * sum };
  });
}

/** t of one objective, by trial; NaN where it has no value. */
function placesOf({ direction }: Objective, observations: readonly Observation[], k: number): Float64Array {
  const values = Float64Array.from(observations, (one) => valueOf(one, k));
  const finite = values.filter((value) => !Number.isNaN(value));
  const warping = fitWarping(finite, direction);
  const y = values.map((value) => warp(warping, value));
  const known = y.filter((one) => !Number.isNaN(one));
  const best = known.reduce((least, one) => Math.min(least, one), Infinity);
  const worst = known.reduce((most, one) => Math.max(most, one), -Infinity);
  return y.map((one) => (one - best) / (worst - best || 1));
}

function valueOf({ value = NaN, further = [] }: Observation, k: number): number {
  return k === 0 ? value : further[k - 1];
}
