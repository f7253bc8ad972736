import type { Params } from '../../domain/parameter.ts';
import { satisfiesConstraints, type Space } from '../../domain/space.ts';
import type { ConditionedModel } from '../../numerics/kernels-contract.ts';
import { createGenerator, unitAt } from '../../numerics/random.ts';
import { sobolUnit } from '../../numerics/sobol.ts';
import { paramsAt } from '../draw.ts';
import { expectedAt } from '../gp/expected.ts';
import { kernels } from '../gp/kernels.ts';
import type { Model } from '../gp/model.ts';
import { purpose } from '../purpose.ts';
import { sobolIndices, type Indices } from './sobol-indices.ts';
import { square } from './square.ts';

/**
 * What the model thinks that parameters do: the Sobol indices of its mean over the whole space, one coordinate of the
 * unit cube a parameter. The mean is taken as the model sees values, warped, so that a few terrible ones do not decide.
 *
 * A parameter that is inactive at a point changes nothing there, so one that is seldom active has little to cause. With
 * constraints the coordinates are not independent: points and changes that leave the allowed part are left out, and
 * the indices say what changes within it do.
 */
export interface Sensitivity extends Indices {
  /** Nine of ten estimates of the total would be between these. */
  low: number;
  high: number;
}

/** Estimates under different scramblings: how far they differ says how good their mean is. */
const replicateCount = 8;
/** Student's t with 7 degrees of freedom at 95 %. */
const studentQuantile = 1.895;
/** Points of one estimate: many where parameters are few. */
const pointCountMin = 16;
const pointCountMax = 256;
const rowCountMax = 2 ** 14;
/** Where the allowed part is so small, there are not enough points to say anything. */
const pairCountMin = 8;
/** How many draws are looked at for each point that is allowed. */
const drawsPerPoint = 200;
/** A broad view needs no more of the results. */
const observationCountMax = 400;
/** Any seed will do: the same history shall always have the same answer. */
const seed = 0;

/** @returns by parameter; undefined where a change is hardly ever allowed. O(points · parameters · n²). */
export function sensitivityOf(space: Space, model: Model): (Sensitivity | undefined)[] {
  const posterior = thinned(model.posterior);
  const d = space.parameters.length;
  const count = pointCountOf(d);
  const replicates = Array.from({ length: replicateCount }, (_, r) => replicate(space, posterior, r, count));
  return space.parameters.map((_, i) => {
    const estimates = replicates.flatMap((one) => one[i] ?? []);
    return estimates.length === replicateCount ? summary(estimates) : undefined;
  });
}

function pointCountOf(d: number): number {
  let count = pointCountMax;
  while (count > pointCountMin && replicateCount * count * (d + 2) > rowCountMax) count /= 2;
  return count;
}

/** The model on every so many of its observations. */
function thinned(posterior: ConditionedModel): ConditionedModel {
  const { n, d, x, y, isCategory } = posterior.observations;
  if (n <= observationCountMax) return posterior;
  const kept = Array.from({ length: observationCountMax }, (_, k) => Math.floor((k * n) / observationCountMax));
  const part = {
    n: kept.length,
    d,
    x: Float64Array.from(kept.flatMap((row) => [...x.subarray(row * d, (row + 1) * d)])),
    y: Float64Array.from(kept, (row) => y[row]),
    isCategory,
  };
  return kernels.condition(part, posterior.logParameters) ?? posterior;
}

/** One estimate of every parameter's indices. */
function replicate(space: Space, posterior: ConditionedModel, r: number, count: number): (Indices | undefined)[] {
  const a = allowedPoints(space, scramblingOf(r, 0), count);
  const b = shuffled(allowedPoints(space, scramblingOf(r, 1), count), r);
  const pairs = Math.min(a.length, b.length);
  if (pairs < pairCountMin) return space.names.map(() => undefined);
  const meansAt = (configurations: readonly Params[]): number[] => [
    ...expectedAt(space, posterior, configurations).mean,
  ];
  const [ofA, ofB] = [a, b].map((points) => meansAt(points.slice(0, pairs).map((u) => at(space, u))));
  return space.parameters.map((_, i) => {
    const changed = a.slice(0, pairs).map((u, k) => at(space, u.with(i, b[k][i])));
    const kept = changed.flatMap((params, k) => (satisfiesConstraints(space, params) ? [k] : []));
    if (kept.length < pairCountMin) return undefined;
    const ofC = meansAt(kept.map((k) => changed[k]));
    return sobolIndices(
      kept.map((k) => ofA[k]),
      kept.map((k) => ofB[k]),
      ofC,
    );
  });
}

function scramblingOf(r: number, side: number): number {
  return unitAt(seed, purpose.sensitivity, r, side, 0) * 2 ** 53;
}

/** Two scramblings of one sequence have the same strata in the same order: in another order they are independent. */
function shuffled(points: Float64Array[], r: number): Float64Array[] {
  const random = createGenerator(seed, purpose.sensitivity, r, 2);
  for (let k = points.length - 1; k > 0; k--) {
    const other = random.nextBelow(k + 1);
    [points[k], points[other]] = [points[other], points[k]];
  }
  return points;
}

/** The first allowed points of a scrambled Sobol sequence, as many as are wanted or as are found. */
function allowedPoints(space: Space, scrambling: number, count: number): Float64Array[] {
  const points: Float64Array[] = [];
  const drawCount = space.constraints.length === 0 ? count : count * drawsPerPoint;
  for (let index = 0; index < drawCount && points.length < count; index++) {
    const u = Float64Array.from(space.names, (_, i) => sobolUnit(index, i, scrambling));
    if (satisfiesConstraints(space, at(space, u))) points.push(u);
  }
  return points;
}

function at(space: Space, u: Float64Array): Params {
  return paramsAt(space, (i) => u[i]);
}

function summary(estimates: readonly Indices[]): Sensitivity {
  const count = estimates.length;
  const first = estimates.reduce((sum, one) => sum + one.first, 0) / count;
  const total = estimates.reduce((sum, one) => sum + one.total, 0) / count;
  const variance = estimates.reduce((sum, one) => sum + square(one.total - total), 0) / (count - 1);
  const half = studentQuantile * Math.sqrt(variance / count);
  const [low, high] = [total - half, total + half];
  return { first: inside(first), total: inside(total), low: inside(low), high: inside(high) };
}

/** Estimates may be a little outside of what an index can be. */
function inside(index: number): number {
  return Math.min(Math.max(index, 0), 1);
}
