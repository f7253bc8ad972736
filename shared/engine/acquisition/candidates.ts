import { cellCount, cellOf, cellValue } from '../../domain/cells.ts';
import type { Params } from '../../domain/parameter.ts';
import type { Space } from '../../domain/space.ts';
import { createGenerator, unitAt, type Generator } from '../../numerics/random.ts';
import { sobolUnit } from '../../numerics/sobol.ts';
import { unitOf, valueAt } from '../encoding.ts';
import { isCategory } from '../gp/features.ts';
import { purpose } from '../purpose.ts';

/**
 * Where the search for the next point begins, as points of the unit cube.
 *
 * u  d  one place a parameter, also for inactive ones
 */
const spreadCount = 1024;
const mutantCount = 40;
const mutantScales = [0.2, 0.05, 0.01];
const mutatedMax = 4;
/** Longer lists are not gone through one by one: of numbers neighbours at growing distance are, of categories some. */
export const exchangeCountMax = 32;
const exchangeSteps = [-4, -2, -1, 1, 2, 4];

/** Points spread over the whole space, others for every trial. */
export function spreadPoints(space: Space, studySeed: number, trial: number): Float64Array[] {
  const d = space.parameters.length;
  const seed = unitAt(studySeed, purpose.spread, trial, 0, 0) * 2 ** 53;
  return Array.from({ length: spreadCount }, (_, index) =>
    Float64Array.from({ length: d }, (_u, i) => sobolUnit(index, i, seed)),
  );
}

/** Points near good ones: one to four coordinates moved a little, on three scales. */
export function mutants(space: Space, parents: readonly Params[], seed: number, trial: number): Float64Array[] {
  const random = createGenerator(seed, purpose.mutation, trial);
  return parents.flatMap((params) =>
    Array.from({ length: mutantCount }, (_, k) =>
      mutantOf(space, unitsOf(space, params), random, mutantScales[k % mutantScales.length]),
    ),
  );
}

function mutantOf(space: Space, u: Float64Array, random: Generator, scale: number): Float64Array {
  const d = space.parameters.length;
  const count = 1 + random.nextBelow(Math.min(mutatedMax, d));
  for (let moved = 0; moved < count; moved++) {
    const i = random.nextBelow(d);
    // Three uniform numbers make a bell that ends; categories have no near and far.
    const step = random.nextUnit() + random.nextUnit() + random.nextUnit() - 1.5;
    u[i] = isCategory(space.parameters[i]) ? random.nextUnit() : inside(u[i] + 2 * scale * step);
  }
  return u;
}

/** The places that one exchange of a finite parameter leads to. */
export function exchanges(space: Space, u: Float64Array, i: number): number[] {
  const parameter = space.parameters[i];
  const count = cellCount(parameter);
  if (count === undefined || count === 1) return [];
  const at = cellOf(parameter, valueAt(parameter, u[i]))!;
  const cells =
    count <= exchangeCountMax || isCategory(parameter)
      ? someOf(count, at)
      : exchangeSteps.map((step) => Math.min(Math.max(at + step, 0), count - 1));
  return [...new Set(cells)].filter((k) => k !== at).map((k) => unitOf(parameter, cellValue(parameter, k))!);
}

/** All cells, or as many as are gone through, evenly from the one after this: from each of them others. */
function someOf(count: number, at: number): number[] {
  const length = Math.min(count, exchangeCountMax);
  return Array.from({ length }, (_, k) => (at + 1 + Math.floor((k * count) / length)) % count);
}

/** The places of params; what is inactive, or has a value that the space does not have, is in the middle. */
export function unitsOf(space: Space, params: Params): Float64Array {
  return Float64Array.from(space.names, (name, i) =>
    Object.hasOwn(params, name) ? (unitOf(space.parameters[i], params[name]) ?? 0.5) : 0.5,
  );
}

function inside(u: number): number {
  return Math.min(Math.max(u, 0), 1);
}
