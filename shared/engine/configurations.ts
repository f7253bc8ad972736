import { cellOf } from '../domain/cells.ts';
import { holds, nodeCount, type Constraint } from '../domain/constraint/constraint.ts';
import type { Params, ParamValue } from '../domain/parameter.ts';
import type { Sampler } from '../domain/sampler.ts';
import type { Space } from '../domain/space.ts';
import { axisOf, type Axis } from './axis.ts';

/** All configurations of a finite space as a list that is never written down: index → params, one to one. */
export interface Configurations {
  count: bigint;
  /** @param index 0 ≤ index < count. Cost: the number of parameters. */
  at: (index: bigint) => Params;
}

/** How many values a grid gives a float without a step, by name. */
export function pointsOf(sampler: Sampler): (name: string) => number | undefined {
  const points = sampler.kind === 'grid' ? sampler.points : undefined;
  if (typeof points !== 'object') return () => points;
  return (name) => (Object.hasOwn(points, name) ? points[name] : undefined);
}

/**
 * With constraints the feasible configurations have to be looked for one by one. In 0.3 s that is possible for so many
 * configurations, …
 */
export const constrainedCountMax = 1_000_000;
/** … and for so many parameters and terms of constraints in all (configurations × `lookCost`). */
export const constrainedWorkMax = 12_000_000;
/** How many different branchings of the conditions are followed before the space counts as too intertwined. */
const branchingCountMax = 50_000;

/** The values of one axis that activate the same parameters: they need not be told apart when counting. */
interface ValueClass {
  /** The parameters whose condition on this axis the values meet. */
  children: ReadonlySet<number>;
  signature: string;
  size: number;
  /** The k-th cell of the class. */
  cellAt: (k: number) => number;
}

/** A place on the walk over the parameters: what was chosen before, as far as it still matters. */
interface Branching {
  /** How many ways there are to go on. */
  count: bigint;
  /** By the class of the next parameter's value; one without a class when the parameter is inactive. */
  branches: { chosen: ValueClass | undefined; next: Branching }[];
}

/**
 * Lists a space. Configurations that differ only in inactive parameters are one.
 * @param pointsOf how many values a float without a step gets; undefined when nothing was said.
 * @returns undefined when a parameter has no end of values, when the conditions are too intertwined to count, or when
 *   there are constraints and more to look at than `constrainedCountMax` and `constrainedWorkMax`.
 */
export function configurationsOf(
  space: Space,
  pointsOf: (name: string) => number | undefined,
): Configurations | undefined {
  const axes = space.parameters.map((_, i) => axisOf(space, i, pointsOf(space.names[i])));
  if (axes.includes(undefined)) return undefined;
  const all = treeOf(space, axes as Axis[]);
  if (all === undefined || space.constraints.length === 0) return all;
  const isTooMuch = all.count > constrainedCountMax || all.count * BigInt(lookCost(space)) > constrainedWorkMax;
  return isTooMuch ? undefined : feasibleOf(space, axes as Axis[], all);
}

/** What it takes to look at one configuration: its parameters, and the terms of the constraints. */
export function lookCost(space: Space): number {
  return space.constraints.reduce((sum, constraint) => sum + nodeCount(constraint), space.names.length);
}

/**
 * Counts and unranks by walking the parameters parents first. What has to be remembered on the way is only, for each
 * parent passed, which conditions of later parameters its value meets (its class); what can follow such a branching is
 * counted once and kept.
 */
function treeOf(space: Space, axes: Axis[]): Tree | undefined {
  const start = branchingsOf(space, axes);
  return start && { count: start.count, at: (index) => unrank(space, axes, start, index), start };
}

interface Tree extends Configurations {
  start: Branching;
}

/** The branching before the first parameter, with all that can follow; undefined when those are too many. */
function branchingsOf(space: Space, axes: Axis[]): Branching | undefined {
  const { order } = space;
  const classes = axes.map((axis, i) => classesOf(space, axis, i));
  const lastUse = lastUses(space);
  const known = order.map(() => new Map<string, Branching>());
  const end: Branching = { count: 1n, branches: [] };
  let branchingCount = 0;

  // met[p]: the class that parent p's value belongs to, undefined when p is inactive.
  const branchingAt = (position: number, met: readonly (ValueClass | undefined)[]): Branching | undefined => {
    if (position === order.length) return end;
    const remembered = order.slice(0, position).filter((p) => lastUse[p] >= position);
    const key = remembered.map((p) => met[p]?.signature ?? '-').join(',');
    const existing = known[position].get(key);
    if (existing) return existing;
    if (++branchingCount > branchingCountMax) return undefined;
    const i = order[position];
    const isActive = space.conditions[i].every(({ parent }) => met[parent]?.children.has(i));
    const branching: Branching = { count: 0n, branches: [] };
    for (const chosen of isActive ? classes[i] : [undefined]) {
      const next = branchingAt(position + 1, met.with(i, chosen));
      if (next === undefined) return undefined;
      branching.branches.push({ chosen, next });
      branching.count += BigInt(chosen?.size ?? 1) * next.count;
    }
    known[position].set(key, branching);
    return branching;
  };
  return branchingAt(
    0,
    order.map(() => undefined),
  );
}

function unrank(space: Space, axes: Axis[], start: Branching, index: bigint): Params {
  const values: (ParamValue | undefined)[] = [];
  let rest = index;
  let branching = start;
  for (const i of space.order) {
    for (const { chosen, next } of branching.branches) {
      const block = BigInt(chosen?.size ?? 1) * next.count;
      if (rest < block) {
        if (chosen) values[i] = axes[i].valueAt(chosen.cellAt(Number(rest / next.count)));
        rest %= next.count;
        branching = next;
        break;
      }
      rest -= block;
    }
  }
  const params: Params = {};
  space.names.forEach((name, i) => {
    if (values[i] !== undefined) params[name] = values[i];
  });
  return params;
}

/**
 * The configurations of a tree that satisfy the constraints, in the same order: walks it and looks at each constraint as
 * soon as all that it names is chosen, so what a few values exclude is left out at once.
 */
function feasibleOf(space: Space, axes: Axis[], { start, at }: Tree): Configurations {
  const feasible: number[] = [];
  const values: (ParamValue | undefined)[] = space.names.map(() => undefined);
  const valueOf = (name: string): number | undefined => values[space.indexOf.get(name)!] as number | undefined;
  const checks = checksByPosition(space);
  const valuesOf = valuesByClass();
  const walk = (branching: Branching, position: number, first: number): void => {
    if (position === space.order.length) {
      feasible.push(first);
      return;
    }
    const i = space.order[position];
    let index = first;
    for (const { chosen, next } of branching.branches) {
      const block = Number(next.count);
      for (const value of chosen ? valuesOf(chosen, axes[i]) : [undefined]) {
        values[i] = value;
        if (checks[position].every((constraint) => holds(constraint, valueOf))) walk(next, position + 1, index);
        index += block;
      }
    }
  };
  walk(start, 0, 0);
  const indices = Uint32Array.from(feasible);
  return { count: BigInt(indices.length), at: (index) => at(BigInt(indices[Number(index)])) };
}

/** The constraints that can be looked at once the parameter at this position is chosen, for every position. */
function checksByPosition(space: Space): Constraint[][] {
  const positionOf = new Map(space.order.map((i, position) => [space.names[i], position]));
  const checks: Constraint[][] = space.order.map(() => []);
  for (const constraint of space.constraints) {
    checks[Math.max(...constraint.names.map((name) => positionOf.get(name)!))].push(constraint);
  }
  return checks;
}

/** The values of a class, made once: the walk comes by again and again. */
function valuesByClass(): (chosen: ValueClass, axis: Axis) => readonly ParamValue[] {
  const known = new Map<ValueClass, ParamValue[]>();
  return (chosen, axis) => {
    let values = known.get(chosen);
    if (!values) {
      values = [];
      for (let k = 0; k < chosen.size; k++) values.push(axis.valueAt(chosen.cellAt(k)));
      known.set(chosen, values);
    }
    return values;
  };
}

/** Groups an axis by which conditions each value meets. Costs what the conditions list, however long the axis is. */
function classesOf(space: Space, axis: Axis, i: number): ValueClass[] {
  const childrenOf = childrenByCell(space, i);
  const mentioned = [...childrenOf.keys()].sort((a, b) => a - b);
  const bySignature = new Map<string, number[]>();
  for (const k of mentioned) {
    const signature = [...childrenOf.get(k)!].join('+');
    const cells = bySignature.get(signature);
    if (cells) cells.push(k);
    else bySignature.set(signature, [k]);
  }
  const classes = [...bySignature].map(([signature, cells]): ValueClass => {
    return { children: childrenOf.get(cells[0])!, signature, size: cells.length, cellAt: (k) => cells[k] };
  });
  const size = axis.count - mentioned.length;
  return size === 0
    ? classes
    : [...classes, { children: new Set(), signature: '', size, cellAt: cellsWithout(mentioned) }];
}

/** The cells of parent i that conditions list, each with the parameters whose condition it meets. */
function childrenByCell(space: Space, i: number): Map<number, Set<number>> {
  const childrenOf = new Map<number, Set<number>>();
  space.conditions.forEach((list, child) => {
    for (const { parent, values } of list) {
      if (parent !== i) continue;
      for (const value of values) {
        const k = cellOf(space.parameters[i], value)!;
        const children = childrenOf.get(k);
        if (children) children.add(child);
        else childrenOf.set(k, new Set([child]));
      }
    }
  });
  return childrenOf;
}

/** k → the k-th cell that is not in the list. @param left rising. */
function cellsWithout(left: readonly number[]): (k: number) => number {
  // Before left[j] there are left[j] - j cells that stay.
  const staying = left.map((cell, j) => cell - j);
  return (k) => {
    let [low, high] = [0, staying.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (staying[middle] <= k) low = middle + 1;
      else high = middle;
    }
    return k + low;
  };
}

/** Per parameter, the last position in the order at which its value still matters; -1 when it never does. */
function lastUses(space: Space): number[] {
  const lastUse = space.names.map(() => -1);
  space.order.forEach((i, position) => {
    for (const { parent } of space.conditions[i]) lastUse[parent] = position;
  });
  return lastUse;
}
