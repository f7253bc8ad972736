import type { Objective } from '../../domain/objective.ts';
import type { Space } from '../../domain/space.ts';
import type { Observation } from '../observations.ts';
import { fitModel, type Model } from './model.ts';

/** By space, since a space that was widened sees the same configurations elsewhere; of each the last history. */
const models = new WeakMap<Space, { observations: readonly Observation[]; model: Model | undefined }>();

/** The model of a history, worked out once: several trials are asked for between two results. See `fitModel`. */
export function knownModel(
  space: Space,
  objective: Objective,
  observations: readonly Observation[],
): Model | undefined {
  const known = models.get(space);
  if (known && known.observations === observations) return known.model;
  const model = fitModel(space, objective, observations);
  models.set(space, { observations, model });
  return model;
}
