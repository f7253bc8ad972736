import { cellCount, cellValue } from '../domain/cells.ts';
import type { NumericParameter, ParamValue, Scale } from '../domain/parameter.ts';
import type { Space } from '../domain/space.ts';
import { log } from '../numerics/elementary.ts';
import { between } from './encoding.ts';

/** One parameter as a list of values. */
export interface Axis {
  count: number;
  valueAt: (k: number) => ParamValue;
}

/**
 * One parameter as a list of values; undefined when it has no end of them.
 * @param points those of a float without a step.
 */
export function axisOf(space: Space, i: number, points: number | undefined): Axis | undefined {
  const parameter = space.parameters[i];
  const count = cellCount(parameter);
  if (count !== undefined && parameter.type === 'int') {
    // Exact, and a tenth of the time of `cellValue`, which has decimals to think of.
    return { count, valueAt: (k) => Math.min(parameter.low + k * parameter.step, parameter.high) };
  }
  if (count !== undefined) return { count, valueAt: (k) => cellValue(parameter, k) };
  if (points === undefined || parameter.type !== 'float') return undefined;
  if (parameter.low === parameter.high) return { count: 1, valueAt: () => parameter.low };
  return { count: points, valueAt: (k) => pointAt(parameter, points, k) };
}

/**
 * How many points between the bounds can be told apart: as many as lie 8 roundings from each other where they are
 * closest. @returns at least 2; Infinity for bounds that are equal, which have one point however many are wanted.
 */
export function pointCountMax({ scale, low, high }: NumericParameter): number {
  if (low === high) return Infinity;
  return Math.max(2, Math.floor(gapCount(scale, low, high)) + 1);
}

function gapCount(scale: Scale, low: number, high: number): number {
  switch (scale) {
    case 'linear':
      return (high - low) / gapMin(Math.max(Math.abs(low), Math.abs(high)));
    case 'log': {
      const [start, end] = [log(low), log(high)];
      // Near the smallest number there is, doubles are no longer spread by ratios.
      const coarse = Number.MIN_VALUE / Number.EPSILON / low;
      return (end - start) / gapMin(Math.max(1, Math.abs(start), Math.abs(end), coarse));
    }
    case 'reverseLog': {
      const [start, end] = [log(1 - low), log(1 - high)];
      return (start - end) / gapMin(Math.max(1, Math.abs(start), Math.abs(end), 1 / (1 - high)));
    }
  }
}

/** @param size that of the largest number on the way. */
function gapMin(size: number): number {
  return 8 * Math.max(Number.EPSILON * size, Number.MIN_VALUE);
}

/**
 * Point k of a float: spread evenly on its scale, from bound to bound. What is a short decimal but for rounding
 * (9.999999999999999e-5) is that decimal, unless it would come near the next point.
 */
function pointAt({ scale, low, high }: NumericParameter, points: number, k: number): number {
  const at = (place: number): number => between(scale, low, high, place / (points - 1));
  const value = at(k);
  const rounded = value.toPrecision(12);
  if (k === 0 || k === points - 1 || !/0000(e|$)/.test(rounded)) return value;
  const short = Number(rounded);
  const room = Math.min(value - at(k - 1), at(k + 1) - value);
  return 4 * Math.abs(short - value) < room ? short : value;
}
