import { paramsKey } from '../domain/params.ts';
import type { Params } from '../domain/parameter.ts';
import type { Sampler } from '../domain/sampler.ts';
import type { Space } from '../domain/space.ts';
import { configurationsOf, pointsOf, type Configurations } from './configurations.ts';
import { keptBySpace } from './kept-by-space.ts';
import { narrowTo } from './narrow.ts';

/** Listing a space with constraints takes a while. */
const kept = keptBySpace<Configurations | undefined>();

/** The configurations of a grid study; undefined when they cannot be listed (see `admitStudy`). */
export function gridOf(space: Space, sampler: Sampler): Configurations | undefined {
  if (sampler.kind !== 'grid') return undefined;
  return kept(space, `points ${JSON.stringify(sampler.points)}`, () => configurationsOf(space, pointsOf(sampler)));
}

/**
 * The configurations of a finite space that have the fixed values.
 * @returns undefined when they have no end or cannot be listed, or when the conditions allow none.
 */
export function listingOf(space: Space, fixed: Params): Configurations | undefined {
  return kept(space, `fixed ${paramsKey(fixed)}`, () => {
    const narrowed = narrowTo(space, fixed);
    return narrowed && configurationsOf(narrowed, () => undefined);
  });
}
