import type { Objective } from '../domain/objective.ts';
import type { Params } from '../domain/parameter.ts';
import type { Space } from '../domain/space.ts';
import { expectedAt } from './gp/expected.ts';
import { knownModel } from './gp/known-model.ts';
import { unwarpExpected } from './gp/values.ts';
import type { Observation } from './observations.ts';

/** What the model expects of a configuration, in the units of the objective. */
export interface Prediction {
  /** The value that it is as likely to be above as below. */
  mean: number;
  /** How far the value one standard deviation worse is from it. */
  deviation: number;
}

/** Predicts configurations from a history. @param configurations canonical. @returns undefined without a model. */
export function predictValues(
  space: Space,
  objective: Objective,
  observations: readonly Observation[],
  configurations: readonly Params[],
): Prediction[] | undefined {
  const model = knownModel(space, objective, observations);
  if (!model) return undefined;
  const { mean, variance } = expectedAt(space, model.posterior, configurations);
  return configurations.map((_, row) => unwarpExpected(model.warping, mean[row], Math.sqrt(variance[row])));
}
