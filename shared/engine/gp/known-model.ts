import type { Objective } from '../../domain/objective.ts';
import type { Space } from '../../domain/space.ts';
import type { Observation } from '../observations.ts';
import { fitModel, type KnownHyperparameters, type Model } from './model.ts';

/** What is known of the last history of a space. */
interface Known {
  observations: readonly Observation[];
  model: Model | undefined;
  hyperparameters: KnownHyperparameters;
}

/** By space, since a space that was widened sees the same configurations elsewhere. */
const known = new WeakMap<Space, Known>();

/**
 * The model of a history, worked out once: several trials are asked for between two results, and hyperparameters hold
 * for many. See `fitModel`.
 */
export function knownModel(
  space: Space,
  objective: Objective,
  observations: readonly Observation[],
): Model | undefined {
  const last = known.get(space);
  if (last && last.observations === observations) return last.model;
  const hyperparameters = last ? stillTrue(last, observations) : new Map();
  const model = fitModel(space, objective, observations, hyperparameters);
  known.set(space, { observations, model, hyperparameters });
  return model;
}

/** Hyperparameters of results that both histories begin with. */
function stillTrue({ observations, hyperparameters }: Known, next: readonly Observation[]): KnownHyperparameters {
  const different = observations.findIndex((one, i) => one !== next[i]);
  const common = different === -1 ? observations.length : different;
  return new Map([...hyperparameters].filter(([count]) => count <= common));
}
