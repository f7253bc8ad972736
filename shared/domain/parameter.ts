import * as z from 'zod';
import { FiniteNumber } from './finite-number.ts';

/** How many values an ordinal or choices a categorical may have. */
export const valueCountMax = 1000;

/** One value of one parameter, as it appears in `params`. */
export const ParamValue = z.union([FiniteNumber, z.string().max(256), z.boolean()]);
export type ParamValue = z.infer<typeof ParamValue>;

/** The values of the active parameters of one trial, by name. */
export const Params = z.record(z.string(), ParamValue).meta({ id: 'Params' });
export type Params = z.infer<typeof Params>;

/** When a parameter is active: every named parent is active and has one of the listed values. */
const When = z.record(z.string(), z.union([ParamValue, z.array(ParamValue).min(1).max(valueCountMax)]));

export const Scale = z.enum(['linear', 'log', 'reverseLog']);
export type Scale = z.infer<typeof Scale>;

const FloatParameter = z.strictObject({
  type: z.literal('float'),
  low: FiniteNumber,
  high: FiniteNumber,
  scale: Scale.default('linear'),
  step: FiniteNumber.optional(),
  default: FiniteNumber.optional(),
  when: When.optional(),
});

const Integer = z.int().overwrite((x) => x + 0);

const IntParameter = z.strictObject({
  type: z.literal('int'),
  low: Integer,
  high: Integer,
  scale: Scale.default('linear'),
  step: z.int().default(1),
  default: Integer.optional(),
  when: When.optional(),
});

const OrdinalParameter = z.strictObject({
  type: z.literal('ordinal'),
  values: z
    .array(z.union([FiniteNumber, z.string().max(256)]))
    .min(1)
    .max(valueCountMax),
  default: z.union([FiniteNumber, z.string().max(256)]).optional(),
  when: When.optional(),
});

const CategoricalParameter = z.strictObject({
  type: z.literal('categorical'),
  choices: z.array(ParamValue).min(1).max(valueCountMax),
  default: ParamValue.optional(),
  when: When.optional(),
});

const BooleanParameter = z.strictObject({
  type: z.literal('boolean'),
  default: z.boolean().optional(),
  when: When.optional(),
});

/** One dimension of a search space. What a single field cannot know is checked by `parameterFaults`. */
export const Parameter = z
  .discriminatedUnion('type', [FloatParameter, IntParameter, OrdinalParameter, CategoricalParameter, BooleanParameter])
  .meta({ id: 'Parameter' });
export type Parameter = z.infer<typeof Parameter>;
export type NumericParameter = Extract<Parameter, { type: 'float' | 'int' }>;

/** What is wrong with one field: the path below the parameter, the sentence's end, the offending value. */
export interface Fault {
  path: (string | number)[];
  message: string;
  input: unknown;
}

/** The rules between the fields of one parameter (bounds, scale, step, default). Empty when all hold. */
export function parameterFaults(parameter: Parameter): Fault[] {
  switch (parameter.type) {
    case 'float':
    case 'int':
      return numericFaults(parameter);
    case 'ordinal':
      return listFaults('values', parameter.values, parameter.default);
    case 'categorical':
      return listFaults('choices', parameter.choices, parameter.default);
    case 'boolean':
      return [];
  }
}

/** What the parameter can be, for a sentence: `a whole number from 1 to 9`. */
export function domainOf(parameter: Parameter): string {
  switch (parameter.type) {
    case 'float':
    case 'int': {
      const kind = parameter.type === 'int' ? 'a whole number' : 'a number';
      const hasStep = parameter.step !== undefined && !(parameter.type === 'int' && parameter.step === 1);
      const step = hasStep ? ` and ${parameter.low} plus a multiple of ${parameter.step}` : '';
      return `${kind} from ${parameter.low} to ${parameter.high}${step}`;
    }
    case 'ordinal':
      return `one of ${listed(parameter.values)}`;
    case 'categorical':
      return `one of ${listed(parameter.choices)}`;
    case 'boolean':
      return 'true or false';
  }
}

function listed(values: readonly ParamValue[]): string {
  const shown = values.slice(0, 10).map((value) => JSON.stringify(value));
  return values.length > 10 ? `${shown.join(', ')}, … (${values.length} in all)` : shown.join(', ');
}

function numericFaults(parameter: NumericParameter): Fault[] {
  const { low, high, scale, step } = parameter;
  const faults: Fault[] = [];
  const fault = (field: string, input: unknown, message: string): void => {
    faults.push({ path: [field], message, input });
  };
  if (high < low) fault('high', high, `must be ≥ low, which is ${low}`);
  if (scale === 'log' && low <= 0) fault('low', low, 'must be > 0 because scale is "log"');
  if (scale === 'reverseLog') {
    if (parameter.type === 'int') fault('scale', scale, 'must be "linear" or "log" because type is "int"');
    else if (high >= 1) fault('high', high, 'must be < 1 because scale is "reverseLog", the log of 1 - x');
  }
  if (step !== undefined) {
    if (step <= 0) fault('step', step, 'must be > 0');
    else if ((high - low) / step > 2 ** 53) fault('step', step, 'must leave at most 2^53 values between low and high');
    else if (!tellsNeighboursApart(parameter.type, low, high, step))
      fault('step', step, 'must be large enough to tell neighbours apart');
  }
  if (faults.length === 0 && parameter.default !== undefined) {
    if (parameter.default < low || parameter.default > high) {
      fault('default', parameter.default, `must lie between low ${low} and high ${high}`);
    } else if (step !== undefined && !isOnStep(parameter, parameter.default, step)) {
      fault('default', parameter.default, `must be low ${low} plus a multiple of step ${step}`);
    }
  }
  return faults;
}

/**
 * Whether low plus each multiple of step is another double: whole numbers always, others with room for two roundings.
 */
function tellsNeighboursApart(type: NumericParameter['type'], low: number, high: number, step: number): boolean {
  return type === 'int' || (low + step / 4 !== low && high - step / 4 !== high);
}

/** Whether `value` is low plus a multiple of step, allowing for the rounding of decimal fractions (0.3 = 3 × 0.1). */
function isOnStep({ type, low }: NumericParameter, value: number, step: number): boolean {
  if (type === 'int') return (value - low) % step === 0;
  const nearest = low + Math.round((value - low) / step) * step;
  return Math.abs(nearest - value) <= 1e-9 * step + 4 * Number.EPSILON * Math.abs(value);
}

function listFaults(field: string, list: readonly ParamValue[], preset: ParamValue | undefined): Fault[] {
  const faults: Fault[] = [];
  const seen = new Set<ParamValue>();
  const isNumeric = field === 'values' && typeof list[0] === 'number';
  list.forEach((value, i) => {
    if (seen.has(value)) faults.push({ path: [field, i], message: 'must not appear twice', input: value });
    seen.add(value);
    if (field === 'values' && typeof value !== typeof list[0]) {
      faults.push({ path: [field, i], message: 'must be of the same type as the first value', input: value });
    } else if (isNumeric && i > 0 && (value as number) < (list[i - 1] as number)) {
      faults.push({
        path: [field, i],
        message: `must be larger than the value before it, ${list[i - 1]}`,
        input: value,
      });
    }
  });
  if (preset !== undefined && !seen.has(preset)) {
    faults.push({ path: ['default'], message: `must be one of ${field}`, input: preset });
  }
  return faults;
}
