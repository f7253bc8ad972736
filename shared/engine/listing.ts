import { paramsKey } from '../domain/params.ts';
import type { Params } from '../domain/parameter.ts';
import type { Sampler } from '../domain/sampler.ts';
import type { Space } from '../domain/space.ts';
import { configurationsOf, pointsOf, type Configurations } from './configurations.ts';
import { narrowTo } from './narrow.ts';

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

type Listing = Configurations | undefined;

/** How many listings of one space are kept: a study's grid, or all of it and a few fixed values. */
const keptCountMax = 4;

/** Listing a space with constraints takes a while, and a warm process asks again. */
const listings = new WeakMap<Space, Map<string, Listing>>();

function kept(space: Space, key: string, list: () => Listing): Listing {
  let known = listings.get(space);
  if (!known) listings.set(space, (known = new Map()));
  if (known.has(key)) return known.get(key);
  if (known.size === keptCountMax) known.delete(known.keys().next().value!);
  const listing = list();
  known.set(key, listing);
  return listing;
}
