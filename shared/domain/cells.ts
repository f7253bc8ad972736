import type { NumericParameter, Parameter, ParamValue } from './parameter.ts';

/**
 * The finite parameters as lists of cells: cell k of 0 … count-1 has exactly one value.
 * A float without a step has no cells.
 */

/** How many values the parameter can take; undefined when there is no end to them. */
export function cellCount(parameter: Parameter): number | undefined {
  switch (parameter.type) {
    case 'float':
      return parameter.step === undefined ? undefined : stepsBetween(parameter.low, parameter.high, parameter.step) + 1;
    case 'int':
      return Math.floor((parameter.high - parameter.low) / parameter.step) + 1;
    case 'ordinal':
      return parameter.values.length;
    case 'categorical':
      return parameter.choices.length;
    case 'boolean':
      return 2;
  }
}

/** The value of cell k. @param k an integer, 0 ≤ k < cellCount. */
export function cellValue(parameter: Parameter, k: number): ParamValue {
  switch (parameter.type) {
    case 'float':
    case 'int':
      return steppedValue(parameter, k);
    case 'ordinal':
      return parameter.values[k];
    case 'categorical':
      return parameter.choices[k];
    case 'boolean':
      return k === 1;
  }
}

/** The cell of a value; undefined when the parameter does not have that value. */
export function cellOf(parameter: Parameter, value: ParamValue): number | undefined {
  switch (parameter.type) {
    case 'int':
      return Number.isInteger(value) ? intCell(parameter, value as number) : undefined;
    case 'float': {
      if (typeof value !== 'number') return undefined;
      const k = Math.round((value - parameter.low) / parameter.step!);
      if (k < 0 || k >= cellCount(parameter)!) return undefined;
      const nearest = steppedValue(parameter, k);
      const tolerance = 1e-9 * parameter.step! + 4 * Number.EPSILON * Math.abs(value);
      return Math.abs(nearest - value) <= tolerance ? k : undefined;
    }
    case 'ordinal':
      return placesIn(parameter.values).get(value);
    case 'categorical':
      return placesIn(parameter.choices).get(value);
    case 'boolean':
      return typeof value === 'boolean' ? Number(value) : undefined;
  }
}

/** Lists may have a thousand values, and a search asks for millions of places. */
const places = new WeakMap<readonly ParamValue[], Map<ParamValue, number>>();

function placesIn(list: readonly ParamValue[]): Map<ParamValue, number> {
  const known = places.get(list);
  if (known) return known;
  const found = new Map(list.map((value, k) => [value, k]));
  places.set(list, found);
  return found;
}

function intCell({ low, high, step }: NumericParameter, value: number): number | undefined {
  return value < low || value > high || (value - low) % step! !== 0 ? undefined : (value - low) / step!;
}

function stepsBetween(low: number, high: number, step: number): number {
  const steps = (high - low) / step;
  // 0.3 / 0.1 is 2.9999999999999996: a whole number of decimal steps must not lose its last value. No wider than
  // rounding explains: half a step too many would be a value above the bound.
  const rounding = 8 * Number.EPSILON * (1 + (Math.abs(low) + Math.abs(high)) / step);
  return Math.abs(steps - Math.round(steps)) <= rounding ? Math.round(steps) : Math.floor(steps);
}

/** `low + k·step` without the dust of binary fractions: 0.1 + 2·0.1 is 0.3, as the user would write it. */
function steppedValue({ low, high, step }: NumericParameter, k: number): number {
  const value = low + k * step!;
  const decimals = Math.max(decimalsOf(low), decimalsOf(step!));
  return Math.min(decimals === 0 || decimals > 100 ? value : Number(value.toFixed(decimals)), high);
}

function decimalsOf(x: number): number {
  const [mantissa, exponent = '0'] = String(x).split('e');
  const fraction = mantissa.split('.')[1]?.length ?? 0;
  return Math.max(0, fraction - Number(exponent));
}
