import type { Space } from '../../domain/space.ts';
import type { Observation } from '../observations.ts';
import type { Target } from '../target.ts';
import { fitModel, type KnownHyperparameters, type Model } from './model.ts';

/** What is known of the last history of a space. */
interface Known {
  observations: readonly Observation[];
  /** Absent until it is asked for. */
  fitted?: { model: Model | undefined };
  hyperparameters: KnownHyperparameters;
}

/** By space, since a space that was widened sees the same configurations elsewhere; and by the key of the target. */
const known = new WeakMap<Space, Map<string, Known>>();

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
  const last = knownOf(space, target, observations);
  if (last.fitted) return last.fitted.model;
  const model = fitModel(space, target, observations, last.hyperparameters, isOverdue);
  if (!isOverdue()) last.fitted = { model };
  return model;
}

/** The hyperparameters that are known of a history; what is added is known from then on. */
export function knownHyperparameters(
  space: Space,
  target: Target,
  observations: readonly Observation[],
): KnownHyperparameters {
  return knownOf(space, target, observations).hyperparameters;
}

function knownOf(space: Space, { key = '' }: Target, observations: readonly Observation[]): Known {
  const ofSpace = known.get(space) ?? new Map<string, Known>();
  known.set(space, ofSpace);
  const last = ofSpace.get(key);
  if (last && last.observations === observations) return last;
  const next: Known = { observations, hyperparameters: last ? stillTrue(last, observations) : new Map() };
  ofSpace.set(key, next);
  return next;
}

/** Hyperparameters of results that both histories begin with. */
function stillTrue({ observations, hyperparameters }: Known, next: readonly Observation[]): KnownHyperparameters {
  const different = observations.findIndex((one, i) => one !== next[i]);
  const common = different === -1 ? observations.length : different;
  return new Map([...hyperparameters].filter(([count]) => count <= common));
}
