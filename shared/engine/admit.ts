import { cellCount } from '../domain/cells.ts';
import type { Fault, NumericParameter, Params } from '../domain/parameter.ts';
import type { Sampler } from '../domain/sampler.ts';
import { satisfiesConstraints, type Space } from '../domain/space.ts';
import { pointCountMax } from './axis.ts';
import { configurationsOf, constrainedCountMax, constrainedWorkMax, lookCost, pointsOf } from './configurations.ts';
import { drawCost, drawFeasible, feasibleCount } from './draw.ts';
import { gridOf, listingOf } from './listing.ts';
import { ontoGrid } from './samplers/grid.ts';
import { randomPoint } from './samplers/random.ts';

/** The smallest feasible part that is accepted: rejection sampling finds its points in about 10,000 draws. */
const feasibleShareMin = 1e-4;
/** Look at this many coordinates in all, so that a refusal takes well under 0.1 s however large the space, … */
const coordinateCountMax = 600_000;
const drawCountMax = 100_000;
/** … but at enough points to see a feasible part of 1e-3. Only constraints of thousands of terms make that slow. */
const drawCountMin = 3_000;

/** What the engine found out about a study before it starts. */
export interface Admitted {
  /** How many different configurations there are, where that can be counted. */
  configurations: bigint | undefined;
}

/**
 * Whether the sampler can work on the space: a grid must be listable, constraints must leave enough to sample from.
 * Faults have paths from the study's root.
 */
export function admitStudy(space: Space, sampler: Sampler): Admitted | { faults: Fault[] } {
  if (sampler.kind === 'grid') return admitGrid(space, sampler);
  const configurations = listingOf(space, {})?.count;
  if (configurations === 0n)
    return {
      faults: [{ ...nothingFeasible(space), message: 'must leave something: no configuration satisfies them all' }],
    };
  if (configurations === undefined && space.constraints.length > 0) {
    const { hits, count } = lookForFeasible(space);
    // At a true share of 1e-4 a look at 100,000 points sees fewer than 3 with probability 0.3 %.
    if (hits < Math.min(3, feasibleShareMin * count)) {
      const message = `must leave at least ${feasibleShareMin} of the space, but of ${count} random points ${hits} satisfy them`;
      return { faults: [{ ...nothingFeasible(space), message }] };
    }
  }
  return { configurations };
}

/**
 * Whether the sampler's study may hold these params: they satisfy the constraints, and on a grid they are a cell.
 * @param params canonical. @returns them, moved onto the grid's own values; or what they must do.
 */
export function admitParams(space: Space, sampler: Sampler, params: Params): { params: Params } | { refusal: string } {
  const onto = ontoGrid(space, sampler, params);
  if (!onto) return { refusal: 'must be a cell of the grid' };
  return satisfiesConstraints(space, onto)
    ? { params: onto }
    : { refusal: 'must satisfy the constraints of the space' };
}

/** How much of the space satisfies the constraints, by a fixed set of random points. */
export function lookForFeasible(space: Space): { hits: number; count: number } {
  if (space.constraints.length === 0) return { hits: 1, count: 1 };
  const affordable = Math.ceil(coordinateCountMax / drawCost(space));
  const count = Math.min(drawCountMax, Math.max(drawCountMin, affordable));
  return { hits: feasibleCount(space, (attempt) => randomPoint(0, 0, attempt), count), count };
}

/** Whether params with these fixed values can be drawn at all. */
export function admitFixed(space: Space, fixed: Params): boolean {
  return (
    drawFeasible(space, fixed, (attempt) => randomPoint(0, 1, attempt), 0) !== undefined ||
    (listingOf(space, fixed)?.count ?? 0n) > 0n
  );
}

function admitGrid(space: Space, sampler: Grid): Admitted | { faults: Fault[] } {
  const faults = pointsFaults(space, sampler);
  if (faults.length > 0) return { faults };
  const grid = gridOf(space, sampler);
  if (grid === undefined) {
    const message = `must be another sampler than "grid": ${whyUnlisted(space, sampler)}`;
    return { faults: [{ path: ['sampler', 'kind'], message, input: 'grid' }] };
  }
  if (grid.count === 0n)
    return {
      faults: [{ ...nothingFeasible(space), message: 'must leave something: no cell of the grid satisfies them all' }],
    };
  return { configurations: grid.count };
}

type Grid = Extract<Sampler, { kind: 'grid' }>;

/** What is wrong with the numbers of points: missing, for something else than a float without a step, too many. */
function pointsFaults(space: Space, sampler: Grid): Fault[] {
  const faults: Fault[] = [];
  const fault = (name: string, message: string, input: unknown): void => {
    faults.push({ path: ['sampler', 'points', name], message, input });
  };
  const byName = typeof sampler.points === 'object' ? sampler.points : {};
  space.parameters.forEach((parameter, i) => {
    const name = space.names[i];
    if (cellCount(parameter) !== undefined) return;
    const points = pointsOf(sampler)(name);
    if (points === undefined) {
      fault(name, `must say how many values ${name} gets on the grid, because it is a float without a step`, points);
      return;
    }
    const most = pointCountMax(parameter as NumericParameter);
    if (points <= most) return;
    const message = `must be at most ${most}, because more values of ${name} could not be told apart`;
    if (Object.hasOwn(byName, name)) fault(name, message, points);
    else faults.push({ path: ['sampler', 'points'], message, input: points });
  });
  for (const [name, points] of Object.entries(byName)) {
    const i = space.indexOf.get(name);
    const count = i === undefined ? undefined : cellCount(space.parameters[i]);
    if (i === undefined) fault(name, 'must name a parameter of the space', points);
    else if (count !== undefined) {
      const values = count === 1 ? '1 value' : `${count} values`;
      fault(name, `must be left out, because ${name} has ${values} of its own`, points);
    }
  }
  return faults;
}

function whyUnlisted(space: Space, sampler: Grid): string {
  const all = configurationsOf({ ...space, constraints: [] }, pointsOf(sampler));
  if (all === undefined) return 'its conditions are too intertwined to count the cells';
  const count = all.count > Number.MAX_SAFE_INTEGER ? `10^${String(all.count).length - 1}` : String(all.count);
  const most = `at most ${constrainedCountMax} cells and ${constrainedWorkMax} in all`;
  return `its constraints must be checked on ${count} cells × ${lookCost(space)} parameters and terms, and that can be done for ${most}`;
}

function nothingFeasible(space: Space): Omit<Fault, 'message'> {
  return { path: ['constraints'], input: space.constraints.map(({ text }) => text) };
}
