import { holds, nodeCount, type Constraint } from '../domain/constraint/constraint.ts';
import type { Params, ParamValue } from '../domain/parameter.ts';
import { isActive, type Space } from '../domain/space.ts';
import { valueAt } from './encoding.ts';
import { narrowTo } from './narrow.ts';

/** A point of the unit cube: the coordinate of each parameter by its index. */
export type Point = (parameter: number) => number;

/** How much is looked at before a suggestion is given up, in coordinates: about 0.3 s. */
const coordinateCountMax = 4_000_000;
/** But never more draws than this, which are enough for a feasible part of 1e-4 of the space, … */
const drawCountMax = 200_000;
/** … and never fewer, whatever one costs. */
const drawCountMin = 20_000;

/**
 * Rejection sampling: the first point of a stream whose params satisfy the constraints and have the fixed values.
 * @param pointOf the stream: point number `attempt`, for attempt = first, first + 1, …
 * @param fixed values that the result must have, canonical.
 * @returns params and how many draws the stream needed; undefined when the conditions exclude the fixed values, or when
 *   the feasible part was not hit.
 */
export function drawFeasible(
  space: Space,
  fixed: Params,
  pointOf: (attempt: number) => Point,
  first: number,
): { params: Params; tries: number } | undefined {
  const narrowed = narrowTo(space, fixed);
  if (!narrowed) return undefined;
  const isFeasible = feasibility(narrowed);
  const end = first + drawCountOf(narrowed);
  for (let attempt = first; attempt < end; attempt++) {
    const point = pointOf(attempt);
    if (isFeasible(point)) return { params: paramsAt(narrowed, point), tries: attempt };
  }
  return undefined;
}

/** The first `count` feasible points of a stream; fewer where the feasible part is hit too rarely. */
export function feasiblePoints(space: Space, pointOf: (attempt: number) => Point, count: number): Point[] {
  const isFeasible = feasibility(space);
  const found: Point[] = [];
  const end = drawCountOf(space);
  for (let attempt = 0; attempt < end && found.length < count; attempt++) {
    const point = pointOf(attempt);
    if (isFeasible(point)) found.push(point);
  }
  return found;
}

/** How many of the first `count` points of a stream are feasible. */
export function feasibleCount(space: Space, pointOf: (attempt: number) => Point, count: number): number {
  const isFeasible = feasibility(space);
  let hits = 0;
  for (let attempt = 0; attempt < count; attempt++) if (isFeasible(pointOf(attempt))) hits++;
  return hits;
}

function drawCountOf(space: Space): number {
  return Math.min(drawCountMax, Math.max(drawCountMin, Math.floor(coordinateCountMax / drawCost(space))));
}

/** What a look at one point costs at most, in coordinates: each parameter that decides, and the constraints. */
export function drawCost(space: Space): number {
  const decidingCount = stagesOf(space).reduce((sum, { decoded }) => sum + decoded.length, 0);
  const nodes = space.constraints.reduce((sum, constraint) => sum + nodeCount(constraint), 0);
  return decidingCount + nodes / nodesPerCoordinate;
}

/** How many nodes of a constraint are walked in the time that a coordinate takes. */
const nodesPerCoordinate = 4;

/**
 * Whether points are feasible: decodes what a constraint names, looks at it, and goes on to the next one. So a point
 * costs only what it takes to refuse it.
 */
function feasibility(space: Space): (point: Point) => boolean {
  const stages = stagesOf(space);
  const values: (ParamValue | undefined)[] = space.names.map(() => undefined);
  const valueOf = (name: string): number | undefined => values[space.indexOf.get(name)!] as number | undefined;
  return (point) =>
    stages.every(({ constraint, decoded }) => {
      for (const i of decoded) decode(space, point, i, values);
      return holds(constraint, valueOf);
    });
}

/** A constraint, and the parameters that it takes and no constraint before it took, parents first. */
interface Stage {
  constraint: Constraint;
  decoded: number[];
}

function stagesOf(space: Space): Stage[] {
  const known = new Set<number>();
  return space.constraints.map((constraint) => {
    const taken = new Set(constraint.names.map((name) => space.indexOf.get(name)!));
    // A set's iteration also visits what is added on the way.
    for (const i of taken) for (const { parent } of space.conditions[i]) taken.add(parent);
    const decoded = space.order.filter((i) => taken.has(i) && !known.has(i));
    for (const i of decoded) known.add(i);
    return { constraint, decoded };
  });
}

/**
 * Sets the value of parameter i at a point; undefined when it is inactive.
 * @param values those of its parents are set.
 */
function decode(space: Space, point: Point, i: number, values: (ParamValue | undefined)[]): void {
  const isTakingPart = isActive(space, i, (parent) => values[parent]);
  values[i] = isTakingPart ? valueAt(space.parameters[i], point(i)) : undefined;
}

/** The params at a point: active parameters only, whether or not the constraints hold. */
export function paramsAt(space: Space, point: Point): Params {
  const values: (ParamValue | undefined)[] = [];
  for (const i of space.order) decode(space, point, i, values);
  const params: Params = {};
  space.names.forEach((name, i) => {
    if (values[i] !== undefined) params[name] = values[i];
  });
  return params;
}
