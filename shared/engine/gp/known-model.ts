import type { Objective } from '../../domain/objective.ts';
import type { Space } from '../../domain/space.ts';
import type { Observation } from '../observations.ts';
import { fitModel, type Model } from './model.ts';

const models = new WeakMap<readonly Observation[], Model | undefined>();

/** The model of a history, worked out once: several trials are asked for between two results. See `fitModel`. */
export function knownModel(
  space: Space,
  objective: Objective,
  observations: readonly Observation[],
): Model | undefined {
  if (!models.has(observations)) models.set(observations, fitModel(space, objective, observations));
  return models.get(observations);
}
