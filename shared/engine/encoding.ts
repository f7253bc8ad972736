import { cellCount, cellOf, cellValue } from '../domain/cells.ts';
import type { NumericParameter, Parameter, ParamValue, Scale } from '../domain/parameter.ts';
import { exp, log } from '../numerics/elementary.ts';

/**
 * The value of a parameter at a place u in [0, 1) of its unit interval.
 * Numbers are spread evenly on their scale; values with a step get half a cell more at both ends, so that the first and
 * the last have their full share; lists get equal shares.
 */
export function valueAt(parameter: Parameter, u: number): ParamValue {
  if (parameter.type !== 'float' && parameter.type !== 'int') {
    return cellValue(parameter, cellAt(u, cellCount(parameter)!));
  }
  if (parameter.step === undefined) return between(parameter.scale, parameter.low, parameter.high, u);
  const [lower, upper] = widened(parameter);
  const k = Math.round((between(parameter.scale, lower, upper, u) - parameter.low) / parameter.step);
  return cellValue(parameter, Math.min(Math.max(k, 0), cellCount(parameter)! - 1));
}

/** The number at u in [0, 1] between two bounds (both included) on a scale. */
export function between(scale: Scale, low: number, high: number, u: number): number {
  if (u === 0) return low;
  if (u === 1) return high;
  switch (scale) {
    case 'linear':
      return clamp(low + u * (high - low), low, high);
    case 'log': {
      const start = log(low);
      return clamp(exp(start + u * (log(high) - start)), low, high);
    }
    case 'reverseLog': {
      const start = log(1 - low);
      return clamp(1 - exp(start + u * (log(1 - high) - start)), low, high);
    }
  }
}

/**
 * The place in [0, 1] of a canonical value: the middle of its share, where it has one. `valueAt` leads back to it.
 * @returns undefined when a list does not have the value.
 */
export function unitOf(parameter: Parameter, value: ParamValue): number | undefined {
  if (parameter.type !== 'float' && parameter.type !== 'int') {
    const k = cellOf(parameter, value);
    return k === undefined ? undefined : (k + 0.5) / cellCount(parameter)!;
  }
  const [low, high] = parameter.step === undefined ? [parameter.low, parameter.high] : widened(parameter);
  return low === high ? 0.5 : clamp(placeOf(parameter.scale, low, high, value as number), 0, 1);
}

function placeOf(scale: Scale, low: number, high: number, value: number): number {
  switch (scale) {
    case 'linear':
      return (value - low) / (high - low);
    case 'log':
      return (log(value) - log(low)) / (log(high) - log(low));
    case 'reverseLog':
      return (log(1 - value) - log(1 - low)) / (log(1 - high) - log(1 - low));
  }
}

/** The first and last value moved out by half a step; on a log scale at most half way to where the log ends. */
function widened(parameter: NumericParameter): [number, number] {
  const { low, scale, step } = parameter;
  const high = low + (cellCount(parameter)! - 1) * step!;
  const half = step! / 2;
  switch (scale) {
    case 'linear':
      return [low - half, high + half];
    case 'log':
      return [Math.max(low - half, low / 2), high + half];
    case 'reverseLog':
      return [low - half, Math.min(high + half, (1 + high) / 2)];
  }
}

function cellAt(u: number, count: number): number {
  return Math.min(Math.floor(u * count), count - 1);
}

function clamp(x: number, low: number, high: number): number {
  return Math.min(Math.max(x, low), high);
}
