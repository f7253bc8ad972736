import type { Params, ParamValue } from '../domain/parameter.ts';
import { isActive, satisfiesConstraints, type Space } from '../domain/space.ts';
import { valueAt } from './encoding.ts';

/** A point of the unit cube: the coordinate of each parameter by its index. */
export type Point = (parameter: number) => number;

/** How many draws are refused before a suggestion is given up: enough for a feasible part of 1e-4 of the space. */
const drawCountMax = 200_000;

/**
 * Rejection sampling: the first point of a stream whose params satisfy the constraints and can hold the fixed values.
 * @param pointOf the stream: point number `attempt`, for attempt = first, first + 1, …
 * @param fixed values that the result must have, canonical.
 * @returns params and how many draws the stream needed, or undefined when the feasible part was not hit.
 */
export function drawFeasible(
  space: Space,
  fixed: Params,
  pointOf: (attempt: number) => Point,
  first: number,
): { params: Params; tries: number } | undefined {
  const deciding = decidingParameters(space, fixed);
  for (let attempt = first; attempt < first + drawCountMax; attempt++) {
    const point = pointOf(attempt);
    if (deciding.size > 0 && !isAllowed(space, paramsAt(space, point, fixed, deciding), fixed)) continue;
    return { params: paramsAt(space, point, fixed), tries: attempt };
  }
  return undefined;
}

/** How many of the first `count` points of a stream are feasible. */
export function feasibleCount(space: Space, pointOf: (attempt: number) => Point, count: number): number {
  const deciding = decidingParameters(space, {});
  let hits = 0;
  for (let attempt = 0; attempt < count; attempt++) {
    if (isAllowed(space, paramsAt(space, pointOf(attempt), {}, deciding), {})) hits++;
  }
  return hits;
}

/** How many parameters decide whether a point is feasible: what one look at it costs. */
export function decidingCount(space: Space): number {
  return decidingParameters(space, {}).size;
}

function isAllowed(space: Space, params: Params, fixed: Params): boolean {
  return Object.keys(fixed).every((name) => Object.hasOwn(params, name)) && satisfiesConstraints(space, params);
}

/** Decodes a point: active parameters only, fixed values instead of drawn ones. @param only leave out all others. */
function paramsAt(space: Space, point: Point, fixed: Params, only?: Set<number>): Params {
  const values: (ParamValue | undefined)[] = [];
  for (const i of space.order) {
    if (only && !only.has(i)) continue;
    if (!isActive(space, i, (parent) => values[parent])) continue;
    const name = space.names[i];
    values[i] = Object.hasOwn(fixed, name) ? fixed[name] : valueAt(space.parameters[i], point(i));
  }
  const params: Params = {};
  space.names.forEach((name, i) => {
    if (values[i] !== undefined) params[name] = values[i];
  });
  return params;
}

/** The parameters that constraints or fixed values look at, with everything that activates them. */
function decidingParameters(space: Space, fixed: Params): Set<number> {
  const deciding = new Set<number>();
  const add = (i: number): void => {
    if (deciding.has(i)) return;
    deciding.add(i);
    for (const { parent } of space.conditions[i]) add(parent);
  };
  for (const { names } of space.constraints) for (const name of names) add(space.indexOf.get(name)!);
  for (const name of Object.keys(fixed)) add(space.indexOf.get(name)!);
  return deciding;
}
