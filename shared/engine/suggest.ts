import { paramsKey } from '../domain/params.ts';
import type { Params } from '../domain/parameter.ts';
import type { Sampler } from '../domain/sampler.ts';
import type { Space } from '../domain/space.ts';
import { permute } from '../numerics/permutation.ts';
import { drawFeasible, type Point } from './draw.ts';
import { gridOf, listingOf } from './listing.ts';
import { gridCell } from './samplers/grid.ts';
import { quasiRandomPoint } from './samplers/quasi-random.ts';
import { randomPoint } from './samplers/random.ts';
import { trySeed } from './try-seed.ts';

/** Everything that a suggestion depends on; equal requests give equal suggestions on every machine. */
export interface SuggestRequest {
  space: Space;
  sampler: Sampler;
  seed: number;
  /** The trial's number; for a grid, the number whose cell is wanted. */
  number: number;
  /** Values that the params must have, canonical; empty for a grid. */
  fixed: Params;
  /** How many draws to skip, because what they gave is taken. */
  firstTry: number;
}

export interface Suggested {
  params: Params;
  /** The sampler that was used, never "auto". */
  sampler: Exclude<Sampler['kind'], 'auto'>;
  /** How many draws were refused before this one. */
  tries: number;
}

/** The next params for a trial, or undefined when there are none (grid at its end, feasible part not hit). Pure. */
export function suggest(request: SuggestRequest): Suggested | undefined {
  const { space, sampler, seed, number, fixed, firstTry } = request;
  if (sampler.kind === 'grid') {
    const grid = gridOf(space, sampler);
    if (grid === undefined || number >= grid.count) return undefined;
    return { params: gridCell(grid, seed, number), sampler: sampler.kind, tries: 0 };
  }
  const kind = drawnBy(sampler);
  const found = drawFeasible(space, fixed, pointSource(kind, seed, number), firstTry) ?? listed(request);
  return found && { ...found, sampler: kind };
}

/**
 * Params that are not taken yet, for a finite space that is nearly used up: looks at one more than are taken at most.
 * @param taken keys (`paramsKey`) of the params of all trials.
 * @returns undefined when all are taken, or when the space cannot be listed.
 */
export function suggestUntaken(request: SuggestRequest, taken: ReadonlySet<string>): Suggested | undefined {
  const { space, sampler, seed, number, fixed, firstTry } = request;
  const all = listingOf(space, fixed);
  if (all === undefined || all.count === 0n) return undefined;
  const start = permute(BigInt(number) % all.count, all.count, seed);
  for (let i = 0n; i < all.count; i++) {
    const params = all.at((start + i) % all.count);
    if (!taken.has(paramsKey(params))) {
      return { params, sampler: drawnBy(sampler), tries: firstTry };
    }
  }
  return undefined;
}

/** What is too rare to be drawn, out of the list of all: one order of it per try, the trial's place in each. */
function listed(request: SuggestRequest): { params: Params; tries: number } | undefined {
  const { space, seed, number, fixed, firstTry } = request;
  const all = listingOf(space, fixed);
  if (all === undefined || all.count === 0n) return undefined;
  const place = permute(BigInt(number) % all.count, all.count, trySeed(seed, firstTry));
  return { params: all.at(place), tries: firstTry };
}

/** Which points a sampler draws when it draws: those of a model, too, begin and end with quasi-random ones. */
function drawnBy({ kind }: Sampler): 'random' | 'quasiRandom' {
  return kind === 'random' ? 'random' : 'quasiRandom';
}

function pointSource(kind: 'random' | 'quasiRandom', seed: number, number: number): (attempt: number) => Point {
  const pointAt = kind === 'random' ? randomPoint : quasiRandomPoint;
  return (attempt) => pointAt(seed, number, attempt);
}
