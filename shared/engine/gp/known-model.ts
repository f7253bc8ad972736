import type { Space } from '../../domain/space.ts';
import type { Observation } from '../observations.ts';
import type { Target } from '../target.ts';
import { fitModel, type KnownHyperparameters, type Model } from './model.ts';

/**
 * The model of a history, worked out once: several trials are asked for between two results, and hyperparameters hold
 * for many. One that was not finished in time is not kept. See `fitModel`.
 */
export function knownModel(
  space: Space,
  target: Target,
  observations: readonly Observation[],
  isOverdue: () => boolean = () => false,
): Model | undefined {
  const { key = '' } = target;
  const models = modelsOf(space, observations);
  if (models.has(key)) return models.get(key);
  const hyperparameters = knownHyperparameters(space, target, observations);
  const model = fitModel(space, target, observations, hyperparameters, isOverdue);
  if (!isOverdue()) models.set(key, model);
  return model;
}

/** The hyperparameters that are known of a history; what is added is known from then on. */
export function knownHyperparameters(
  space: Space,
  { key = '' }: Target,
  observations: readonly Observation[],
): KnownHyperparameters {
  const ofSpace = lastFits.get(space) ?? new Map<string, Fits>();
  lastFits.set(space, ofSpace);
  const last = ofSpace.get(key);
  if (last && last.observations === observations) return last.hyperparameters;
  const hyperparameters: KnownHyperparameters = last ? stillTrue(last, observations) : new Map();
  ofSpace.set(key, { observations, hyperparameters });
  return hyperparameters;
}

/** The models of a history by the key of their target; undefined where no matrix is positive definite. */
interface Models {
  observations: readonly Observation[];
  byTarget: Map<string, Model | undefined>;
}

/**
 * By space, since a space that was widened sees the same configurations elsewhere. Of its last history alone: a model
 * holds n² numbers, and nobody asks for it once there is another result.
 */
const lastModels = new WeakMap<Space, Models>();

function modelsOf(space: Space, observations: readonly Observation[]): Models['byTarget'] {
  const last = lastModels.get(space);
  if (last && last.observations === observations) return last.byTarget;
  const byTarget: Models['byTarget'] = new Map();
  lastModels.set(space, { observations, byTarget });
  return byTarget;
}

/** What is known of the last history that was asked about for a target. */
interface Fits {
  observations: readonly Observation[];
  hyperparameters: KnownHyperparameters;
}

/** By space, and by the key of the target: small, and of use to many histories. */
const lastFits = new WeakMap<Space, Map<string, Fits>>();

/** Hyperparameters of results that both histories begin with. */
function stillTrue({ observations, hyperparameters }: Fits, next: readonly Observation[]): KnownHyperparameters {
  const different = observations.findIndex((one, i) => one !== next[i]);
  const common = different === -1 ? observations.length : different;
  return new Map([...hyperparameters].filter(([count]) => count <= common));
}
