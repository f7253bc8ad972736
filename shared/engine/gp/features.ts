import { cellOf } from '../../domain/cells.ts';
import type { Parameter, Params, ParamValue } from '../../domain/parameter.ts';
import type { Space } from '../../domain/space.ts';
import { unitOf } from '../encoding.ts';

/**
 * How the model sees params: one coordinate a parameter.
 *
 * x  d     coordinates of one configuration
 * X  n×d   configurations as rows
 *
 * Numbers and ordinals lie in [0, 1] by their place on the scale, and are compared by distance. Categoricals and
 * booleans are the index of their choice, compared by same or different. What is inactive has a fixed coordinate that
 * does not depend on what was drawn: the middle for numbers, and for categories one that no choice has. So two
 * configurations of a branch differ by what counts in it, and those of different branches by the parameter that
 * parts them as well.
 */
export interface Features {
  /** d: the number of parameters. */
  count: number;
  /** Per coordinate, whether it is compared by same or different. */
  isCategory: boolean[];
}

const inactiveNumber = 0.5;
const inactiveCategory = -1;

/** Whether the values of a parameter are only equal or not, neither near nor far. */
export function isCategory({ type }: Parameter): boolean {
  return type === 'categorical' || type === 'boolean';
}

export function featuresOf(space: Space): Features {
  return {
    count: space.parameters.length,
    isCategory: space.parameters.map(isCategory),
  };
}

/** The coordinates of m configurations. @returns m×d. */
export function featuresOfAll(space: Space, configurations: readonly Params[]): Float64Array {
  const d = space.parameters.length;
  const x = new Float64Array(configurations.length * d);
  configurations.forEach((params, row) => writeFeatures(space, params, x, row * d));
  return x;
}

/** The coordinates of canonical params. @param out d, written at `offset`. */
export function writeFeatures(space: Space, params: Params, out: Float64Array, offset = 0): void {
  for (let i = 0; i < space.names.length; i++) {
    const name = space.names[i];
    out[offset + i] = coordinateOf(space, i, Object.hasOwn(params, name) ? params[name] : undefined);
  }
}

function coordinateOf(space: Space, i: number, value: ParamValue | undefined): number {
  const parameter = space.parameters[i];
  if (value === undefined) return isCategory(parameter) ? inactiveCategory : inactiveNumber;
  return isCategory(parameter) ? cellOf(parameter, value)! : unitOf(parameter, value)!;
}
