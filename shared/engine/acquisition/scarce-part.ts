import { paramsKey } from '../../domain/params.ts';
import type { Params } from '../../domain/parameter.ts';
import { satisfiesConstraints, type Space } from '../../domain/space.ts';
import { createGenerator } from '../../numerics/random.ts';
import { feasiblePoints, paramsAt } from '../draw.ts';
import { isCategory } from '../gp/features.ts';
import { keptBySpace } from '../kept-by-space.ts';
import { listingOf } from '../listing.ts';
import { purpose } from '../purpose.ts';
import { quasiRandomPoint } from '../samplers/quasi-random.ts';
import { unitsOf } from './candidates.ts';

/**
 * Candidates where constraints leave so little of the space that few of those spread over it are feasible.
 *
 * u  d  one place a parameter, also for inactive ones
 */
const feasibleCountMin = 64;
/** Lists up to this are looked at whole. */
const listedCountMax = 1024n;
const feasibleCountMax = 256;
const betweenCount = 40;
/** How far from a good point towards a feasible one: in a convex part all of these are feasible as well. */
const shares = [0.5, 0.1, 0.02];

/**
 * More points in the feasible part, where the given ones hardly hit it: all that there are, or feasible points and ones
 * between them and the good ones.
 * @param space the part of `whole` with the fixed values.
 * @param points the candidates that there are.
 */
export function scarceCandidates(
  whole: Space,
  space: Space,
  fixed: Params,
  parents: readonly Params[],
  points: readonly Float64Array[],
  seed: number,
  trial: number,
): Float64Array[] {
  if (space.constraints.length === 0) return [];
  if (hasFeasible(space, points, feasibleCountMin)) return [];
  const known = kept(whole, paramsKey(fixed), () => feasibleOf(whole, space, fixed));
  if (known.isWhole) return known.points;
  return [...known.points, ...between(space, parents, known.points, seed, trial)];
}

/** Some feasible points of a space, which cost as much as it has little of them; `isWhole` when they are all. */
interface Feasible {
  points: Float64Array[];
  isWhole: boolean;
}

const kept = keptBySpace<Feasible>();

/** Whether so many of the points are feasible; looks at no more of them than it takes. */
function hasFeasible(space: Space, points: readonly Float64Array[], wanted: number): boolean {
  let count = 0;
  return points.some((u) => {
    const params = paramsAt(space, (i) => u[i]);
    return satisfiesConstraints(space, params) && ++count === wanted;
  });
}

/** A function of the space and the fixed values alone. */
function feasibleOf(whole: Space, space: Space, fixed: Params): Feasible {
  const listing = listingOf(whole, fixed);
  if (listing && listing.count <= listedCountMax) {
    const all = Array.from({ length: Number(listing.count) }, (_, i) => unitsOf(space, listing.at(BigInt(i))));
    return { points: all, isWhole: true };
  }
  const d = space.parameters.length;
  const stream = feasiblePoints(space, (index) => quasiRandomPoint(0, index, 0), feasibleCountMax);
  return { points: stream.map((point) => Float64Array.from({ length: d }, (_, i) => point(i))), isWhole: false };
}

/** Points on the way from good ones to feasible ones; categories stay. */
function between(
  space: Space,
  parents: readonly Params[],
  feasible: readonly Float64Array[],
  seed: number,
  trial: number,
): Float64Array[] {
  if (feasible.length === 0) return [];
  const random = createGenerator(seed, purpose.between, trial);
  return parents.flatMap((params) => {
    const from = unitsOf(space, params);
    return Array.from({ length: betweenCount }, (_, k) => {
      const to = feasible[random.nextBelow(feasible.length)];
      const share = shares[k % shares.length];
      return from.map((u, i) => (isCategory(space.parameters[i]) ? u : u + share * (to[i] - u)));
    });
  });
}
