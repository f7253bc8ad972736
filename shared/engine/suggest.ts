import { paramsKey } from '../domain/params.ts';
import type { Params } from '../domain/parameter.ts';
import type { Sampler } from '../domain/sampler.ts';
import type { Space } from '../domain/space.ts';
import { permute } from '../numerics/permutation.ts';
import { configurationsOf, constrainedCountMax, pointsOf, type Configurations } from './configurations.ts';
import { drawFeasible, type Point } from './draw.ts';
import { gridCell } from './samplers/grid.ts';
import { quasiRandomPoint } from './samplers/quasi-random.ts';
import { randomPoint } from './samplers/random.ts';

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
export function suggest({ space, sampler, seed, number, fixed, firstTry }: SuggestRequest): Suggested | undefined {
  const kind = sampler.kind === 'auto' ? 'quasiRandom' : sampler.kind;
  if (kind === 'grid') {
    const grid = gridOf(space, sampler);
    if (grid === undefined || number >= grid.count) return undefined;
    return { params: gridCell(grid, seed, number), sampler: kind, tries: 0 };
  }
  const pointOf = pointSource(kind, seed, number);
  const drawn = drawFeasible(space, fixed, pointOf, firstTry);
  return drawn && { ...drawn, sampler: kind };
}

/**
 * Params that are not taken yet, for a finite space that is nearly used up: all of them are looked at.
 * @param taken keys (`paramsKey`) of the params of all trials.
 * @returns undefined when all are taken, or when the space is not finite or too large to be looked through.
 */
export function suggestUntaken(request: SuggestRequest, taken: ReadonlySet<string>): Suggested | undefined {
  const { space, sampler, seed, number, fixed } = request;
  const all = configurationsOf(space, () => undefined);
  if (all === undefined || all.count === 0n || all.count > constrainedCountMax) return undefined;
  const start = Number(permute(BigInt(number) % all.count, all.count, seed));
  for (let i = 0; i < all.count; i++) {
    const params = all.at(BigInt((start + i) % Number(all.count)));
    if (!taken.has(paramsKey(params)) && has(params, fixed)) {
      return { params, sampler: sampler.kind === 'random' ? 'random' : 'quasiRandom', tries: request.firstTry };
    }
  }
  return undefined;
}

/** The configurations of a grid study; undefined when they cannot be listed (see `admitStudy`). */
export function gridOf(space: Space, sampler: Sampler): Configurations | undefined {
  if (sampler.kind !== 'grid') return undefined;
  const points = JSON.stringify(sampler.points);
  const known = grids.get(space);
  if (known && known.points === points) return known.grid;
  const grid = configurationsOf(space, pointsOf(sampler));
  if (grid) grids.set(space, { points, grid });
  return grid;
}

/** Listing a grid with constraints takes a while and a warm process asks again; the last one of each space is kept. */
const grids = new WeakMap<Space, { points: string | undefined; grid: Configurations }>();

function pointSource(kind: 'random' | 'quasiRandom', seed: number, number: number): (attempt: number) => Point {
  const pointAt = kind === 'random' ? randomPoint : quasiRandomPoint;
  return (attempt) => pointAt(seed, number, attempt);
}

function has(params: Params, fixed: Params): boolean {
  return Object.keys(fixed).every((name) => Object.hasOwn(params, name) && params[name] === fixed[name]);
}
