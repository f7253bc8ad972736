import type { Params, ParamValue } from '../../shared/domain/parameter.ts';

/** A parameter as a person would send it. */
export interface ParameterInput {
  type: string;
  low?: number;
  high?: number;
  step?: number;
  scale?: string;
  values?: ParamValue[];
  choices?: ParamValue[];
  when?: Record<string, ParamValue | ParamValue[]>;
  default?: ParamValue;
}
export type SpaceInput = Record<string, ParameterInput>;

/** All values of a finite parameter, counted up one by one; stepped floats may have at most one decimal. */
export function valuesOf(parameter: ParameterInput): ParamValue[] {
  switch (parameter.type) {
    case 'boolean':
      return [false, true];
    case 'ordinal':
      return parameter.values!;
    case 'categorical':
      return parameter.choices!;
    case 'int':
      return countedUp(parameter.low!, parameter.high!, parameter.step ?? 1, 1);
    case 'float':
      return countedUp(parameter.low!, parameter.high!, parameter.step!, 10);
    default:
      throw new Error(parameter.type);
  }
}

function countedUp(low: number, high: number, step: number, unit: number): number[] {
  const values: number[] = [];
  const [first, last, stride] = [low, high, step].map((x) => Math.round(x * unit));
  for (let value = first; value <= last; value += stride) values.push(value / unit);
  return values;
}

/** Every configuration of a finite space, by trying all values of all parameters. */
export function allConfigurations(space: SpaceInput): Params[] {
  let partial: Params[] = [{}];
  const left = new Set(Object.keys(space));
  while (left.size > 0) {
    const name = [...left].find((n) => Object.keys(space[n].when ?? {}).every((parent) => !left.has(parent)))!;
    left.delete(name);
    partial = partial.flatMap((params) =>
      isActive(space, name, params) ? valuesOf(space[name]).map((value) => ({ ...params, [name]: value })) : [params],
    );
  }
  return partial;
}

/** Whether every parent has one of the wanted values in these params. */
function isActive(space: SpaceInput, name: string, params: Params): boolean {
  return Object.entries(space[name].when ?? {}).every(([parent, wanted]) =>
    [wanted].flat().some((value) => parent in params && params[parent] === value),
  );
}

/** What is wrong with params: missing, too many, outside the bounds, off the step, of another type. */
export function faultsIn(space: SpaceInput, params: Params): string[] {
  const faults = Object.keys(params).filter((name) => !Object.hasOwn(space, name));
  for (const [name, parameter] of Object.entries(space)) {
    const value = params[name];
    if (isActive(space, name, params) !== Object.hasOwn(params, name)) faults.push(`${name} is (in)active`);
    else if (value !== undefined && !isValueOf(parameter, value)) faults.push(`${name} is ${JSON.stringify(value)}`);
  }
  return faults;
}

function isValueOf(parameter: ParameterInput, value: ParamValue): boolean {
  const { type, low, high, step } = parameter;
  if (type === 'boolean') return typeof value === 'boolean';
  if (type === 'ordinal' || type === 'categorical') return (parameter.values ?? parameter.choices)!.includes(value);
  if (typeof value !== 'number' || value < low! || value > high! || Object.is(value, -0)) return false;
  if (type === 'int') return Number.isInteger(value) && (value - low!) % (step ?? 1) === 0;
  if (step === undefined) return true;
  const steps = (value - low!) / step;
  return Math.abs(steps - Math.round(steps)) < 1e-6;
}
