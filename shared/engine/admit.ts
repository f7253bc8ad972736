import { cellCount } from '../domain/cells.ts';
import type { Fault, Params } from '../domain/parameter.ts';
import type { Sampler } from '../domain/sampler.ts';
import { satisfiesConstraints, type Space } from '../domain/space.ts';
import { configurationsOf, constrainedCountMax, pointsOf } from './configurations.ts';
import { decidingCount, drawFeasible, feasibleCount } from './draw.ts';
import { ontoGrid } from './samplers/grid.ts';
import { randomPoint } from './samplers/random.ts';
import { gridOf } from './suggest.ts';

/** The smallest feasible part that is accepted: rejection sampling finds its points in about 10,000 draws. */
const feasibleShareMin = 1e-4;
/** Look at this many coordinates in all, so that a refusal takes well under 0.1 s however large the space. */
const coordinateCountMax = 600_000;
const drawCountMax = 100_000;

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
  const configurations = configurationsOf(space, () => undefined)?.count;
  if (configurations === 0n)
    return {
      faults: [{ ...nothingFeasible(space), message: 'must leave something: no configuration satisfies them all' }],
    };
  if (configurations === undefined && space.constraints.length > 0) {
    const { hits, count } = lookForFeasible(space);
    // At a true share of 1e-4 a look at 100,000 points sees fewer than 3 with probability 0.3 %.
    if (hits < Math.min(3, feasibleShareMin * count)) {
      const message = `must leave at least ${feasibleShareMin} of the space to sample from; of ${count} random points ${hits} satisfy them all: narrow the parameters' bounds to the part that you mean`;
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
  const count = Math.min(drawCountMax, Math.ceil(coordinateCountMax / decidingCount(space)));
  return { hits: feasibleCount(space, (attempt) => randomPoint(0, 0, attempt), count), count };
}

/** Whether params with these fixed values can be drawn at all. */
export function admitFixed(space: Space, fixed: Params): boolean {
  return drawFeasible(space, fixed, (attempt) => randomPoint(0, 1, attempt), 0) !== undefined;
}

function admitGrid(space: Space, sampler: Extract<Sampler, { kind: 'grid' }>): Admitted | { faults: Fault[] } {
  const { points } = sampler;
  const faults: Fault[] = [];
  space.parameters.forEach((parameter, i) => {
    const name = space.names[i];
    if (cellCount(parameter) === undefined && pointsOf(sampler)(name) === undefined) {
      faults.push({
        path: ['sampler', 'points', name],
        message: `must say how many values ${name} gets on the grid, because it is a float without a step`,
        input: undefined,
      });
    }
  });
  for (const name of typeof points === 'object' ? Object.keys(points) : []) {
    if (!space.indexOf.has(name)) {
      faults.push({
        path: ['sampler', 'points', name],
        message: 'must name a parameter of the space',
        input: (points as Record<string, number>)[name],
      });
    }
  }
  if (faults.length > 0) return { faults };
  const grid = gridOf(space, sampler);
  if (grid === undefined) {
    const message = `must be another sampler than "grid": with these conditions and constraints the grid cannot be listed (at most ${constrainedCountMax} cells with constraints)`;
    return { faults: [{ path: ['sampler', 'kind'], message, input: 'grid' }] };
  }
  if (grid.count === 0n)
    return {
      faults: [{ ...nothingFeasible(space), message: 'must leave something: no cell of the grid satisfies them all' }],
    };
  return { configurations: grid.count };
}

function nothingFeasible(space: Space): Omit<Fault, 'message'> {
  return { path: ['constraints'], input: space.constraints.map(({ text }) => text) };
}
