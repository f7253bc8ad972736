import type { Objective } from '../domain/objective.ts';
import type { Params } from '../domain/parameter.ts';
import type { Space } from '../domain/space.ts';
import { featuresOf, writeFeatures } from './gp/features.ts';
import { kernels } from './gp/kernels.ts';
import { knownModel } from './gp/known-model.ts';
import { unwarp } from './gp/values.ts';
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
  const { count: d } = featuresOf(space);
  const m = configurations.length;
  const z = new Float64Array(m * d);
  configurations.forEach((params, row) => writeFeatures(space, params, z, row * d));
  const [mean, variance] = [new Float64Array(m), new Float64Array(m)];
  kernels.predict(model.posterior, z, m, mean, variance);
  return configurations.map((_, row) => {
    const middle = unwarp(model.warping, mean[row]);
    return { mean: middle, deviation: Math.abs(unwarp(model.warping, mean[row] + Math.sqrt(variance[row])) - middle) };
  });
}
