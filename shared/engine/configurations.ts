import { cellCount, cellValue } from '../domain/cells.ts';
import type { Params, ParamValue } from '../domain/parameter.ts';
import type { Sampler } from '../domain/sampler.ts';
import { satisfiesConstraints, type Space } from '../domain/space.ts';
import { between } from './encoding.ts';

/** All configurations of a finite space as a list that is never written down: index → params, one to one. */
export interface Configurations {
  count: bigint;
  /** @param index 0 ≤ index < count. Cost: the number of parameters. */
  at: (index: bigint) => Params;
}

/** How many values a grid gives a float without a step, by name. */
export function pointsOf(sampler: Sampler): (name: string) => number | undefined {
  const points = sampler.kind === 'grid' ? sampler.points : undefined;
  return (name) => (typeof points === 'number' ? points : points?.[name]);
}

/** With constraints the feasible configurations have to be looked for one by one: up to this many, about 0.3 s. */
export const constrainedCountMax = 131_072;
/** How many different situations of the conditions are followed before the space counts as too intertwined. */
const situationCountMax = 50_000;

/** One parameter as a list of values. */
interface Axis {
  count: number;
  valueAt: (k: number) => ParamValue;
}

/**
 * The values of one axis that activate the same later parameters: they need not be told apart when counting.
 * `members` are the cells in order.
 */
interface ValueClass {
  signature: string;
  members: number[] | undefined;
  size: number;
}

/**
 * Lists a space. Configurations that differ only in inactive parameters are one.
 * @param pointsOf how many values a float without a step gets; undefined when nothing was said.
 * @returns undefined when a parameter has no end of values, when the conditions are too intertwined to count, or when
 *   there are constraints and more than `constrainedCountMax` configurations.
 */
export function configurationsOf(
  space: Space,
  pointsOf: (name: string) => number | undefined,
): Configurations | undefined {
  const axes = space.parameters.map((_, i) => axisOf(space, i, pointsOf(space.names[i])));
  if (axes.includes(undefined)) return undefined;
  const all = treeOf(space, axes as Axis[]);
  if (all === undefined || space.constraints.length === 0) return all;
  return all.count <= constrainedCountMax ? feasibleOf(space, all) : undefined;
}

/** One parameter as a list of values; undefined when it has no end of them. */
export function axisOf(space: Space, i: number, points: number | undefined): Axis | undefined {
  const parameter = space.parameters[i];
  const count = cellCount(parameter);
  if (count !== undefined) return { count, valueAt: (k) => cellValue(parameter, k) };
  if (points === undefined || parameter.type !== 'float') return undefined;
  const { scale, low, high } = parameter;
  if (low === high) return { count: 1, valueAt: () => low };
  return { count: points, valueAt: (k) => between(scale, low, high, k / (points - 1)) };
}

function feasibleOf(space: Space, all: Configurations): Configurations {
  const feasible: number[] = [];
  for (let i = 0; i < all.count; i++) {
    if (satisfiesConstraints(space, all.at(BigInt(i)))) feasible.push(i);
  }
  return { count: BigInt(feasible.length), at: (index) => all.at(BigInt(feasible[Number(index)])) };
}

/**
 * Counts and unranks by walking the parameters parents first. What has to be remembered on the way is only, for each
 * parent passed, which conditions of later parameters its value meets (its class); the number of ways to go on from
 * such a situation is counted once and kept.
 */
function treeOf(space: Space, axes: Axis[]): Configurations | undefined {
  const { order } = space;
  const classes = axes.map((axis, i) => classesOf(space, axis, i));
  const lastUse = lastUses(space);
  const counts = order.map(() => new Map<string, bigint>());
  let situations = 0;

  // met[p]: the signature of the class that parent p's value belongs to, undefined when p is inactive.
  const ways = (position: number, met: (string | undefined)[]): bigint => {
    if (position === order.length) return 1n;
    const key = order
      .slice(0, position)
      .map((p) => (lastUse[p] >= position ? (met[p] ?? '-') : ''))
      .join(',');
    const known = counts[position].get(key);
    if (known !== undefined) return known;
    if (++situations > situationCountMax) throw new TooIntertwined();
    let total = 0n;
    const i = order[position];
    if (!isMet(space, i, met)) total = ways(position + 1, withClass(met, i, undefined));
    else for (const c of classes[i]) total += BigInt(c.size) * ways(position + 1, withClass(met, i, c.signature));
    counts[position].set(key, total);
    return total;
  };

  try {
    const count = ways(0, []);
    return { count, at: (index) => unrank(index) };
  } catch (error) {
    if (error instanceof TooIntertwined) return undefined;
    throw error;
  }

  function unrank(index: bigint): Params {
    const values: (ParamValue | undefined)[] = [];
    let met: (string | undefined)[] = [];
    let rest = index;
    order.forEach((i, position) => {
      let chosen: string | undefined;
      if (isMet(space, i, met)) {
        for (const c of classes[i]) {
          const each = ways(position + 1, withClass(met, i, c.signature));
          const block = each * BigInt(c.size);
          if (rest < block) {
            const k = Number(rest / each);
            values[i] = axes[i].valueAt(c.members === undefined ? k : c.members[k]);
            rest %= each;
            chosen = c.signature;
            break;
          }
          rest -= block;
        }
      }
      met = withClass(met, i, chosen);
    });
    const params: Params = {};
    space.names.forEach((name, i) => {
      if (values[i] !== undefined) params[name] = values[i];
    });
    return params;
  }
}

class TooIntertwined extends Error {}

function withClass(
  met: readonly (string | undefined)[],
  i: number,
  signature: string | undefined,
): (string | undefined)[] {
  const next = met.slice();
  next[i] = signature;
  return next;
}

/** Groups an axis by which conditions each value meets. A parameter without children is one class, however long. */
function classesOf(space: Space, axis: Axis, i: number): ValueClass[] {
  const lists = space.conditions.flatMap((list, child) =>
    list.filter(({ parent }) => parent === i).map(({ values }) => ({ child, values })),
  );
  if (lists.length === 0) return [{ signature: '', members: undefined, size: axis.count }];
  const mentioned = new Set(lists.flatMap(({ values }) => values));
  const bySignature = new Map<string, number[]>();
  for (let k = 0; k < axis.count; k++) {
    const value = axis.valueAt(k);
    const met = mentioned.has(value) ? lists.filter(({ values }) => values.includes(value)) : [];
    const signature = met.map(({ child }) => child).join('+');
    const members = bySignature.get(signature);
    if (members) members.push(k);
    else bySignature.set(signature, [k]);
  }
  return [...bySignature].map(([signature, members]) => ({ signature, members, size: members.length }));
}

function isMet(space: Space, i: number, met: readonly (string | undefined)[]): boolean {
  return space.conditions[i].every(({ parent }) => met[parent]?.split('+').includes(String(i)) ?? false);
}

/** Per parameter, the last position in the order at which its value still matters; -1 when it never does. */
function lastUses(space: Space): number[] {
  const lastUse = space.names.map(() => -1);
  space.order.forEach((i, position) => {
    for (const { parent } of space.conditions[i]) lastUse[parent] = position;
  });
  return lastUse;
}
