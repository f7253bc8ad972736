import type { Objective } from '../domain/objective.ts';
import type { Space } from '../domain/space.ts';
import { knownHyperparameters } from './gp/known-model.ts';
import { hyperparametersOf } from './gp/model.ts';
import { checkpointOf, fittedCountOf } from './gp/schedule.ts';
import type { Observation } from './observations.ts';

/**
 * What of a model takes long to work out: hyperparameters, with the number of first results that they are fitted to.
 * A function of those results, so that whoever has them need not fit, and whoever has not gets the same.
 */
export interface Fitted {
  count: number;
  theta: number[];
}

/** How many of the first of n results a model of them is fitted to. */
export function fittedCount(n: number): number {
  return fittedCountOf(n);
}

/** Fits what a model of the history needs, unless it is known, and what the next fit starts from. */
export function fitAhead(space: Space, objective: Objective, observations: readonly Observation[]): Fitted[] {
  const known = knownHyperparameters(space, objective, observations);
  hyperparametersOf(space, objective, observations, known);
  const count = fittedCountOf(observations.length);
  const kept = new Set([checkpointOf(count), count]);
  return [...known]
    .filter(([count]) => kept.has(count))
    .map(([count, theta]) => ({ count, theta: [...theta] }))
    .sort((a, b) => a.count - b.count);
}

/** Makes known what was fitted to the first of these observations by somebody else. */
export function recallFitted(
  space: Space,
  objective: Objective,
  observations: readonly Observation[],
  fitted: readonly Fitted[],
): void {
  const known = knownHyperparameters(space, objective, observations);
  for (const { count, theta } of fitted) if (!known.has(count)) known.set(count, Float64Array.from(theta));
}
