import type { Objective, Parameter, ParamValue, SearchSpace } from '../api.ts';
import type { Imported } from './imported.ts';

interface VizierParameter {
  parameterId?: string;
  name?: string;
  scaleType?: string;
  doubleValueSpec?: Range;
  integerValueSpec?: Range;
  categoricalValueSpec?: { values: string[]; defaultValue?: string };
  discreteValueSpec?: { values: number[]; defaultValue?: number };
  conditionalParameterSpecs?: Conditional[];
}

interface Range {
  minValue: number | string;
  maxValue: number | string;
  defaultValue?: number;
}

interface Conditional {
  parameterSpec: VizierParameter;
  parentDiscreteValues?: { values: number[] };
  parentIntValues?: { values: (number | string)[] };
  parentCategoricalValues?: { values: string[] };
}

/** A study spec of Vizier, open source or Vertex AI: in snake_case or camelCase. @throws Error with one sentence. */
export function fromVizierSpace(document: Record<string, unknown>): Imported {
  const spec = camelCased(document['studySpec'] ?? document['study_spec'] ?? document) as {
    parameters?: VizierParameter[];
    searchSpace?: { parameters: VizierParameter[] };
    metrics?: { metricId?: string; name?: string; goal: unknown }[];
    metricInformation?: { name: string; goal: unknown }[];
  };
  const remarks: string[] = [];
  const space: SearchSpace = {};
  for (const parameter of spec.parameters ?? spec.searchSpace?.parameters ?? [])
    add(space, parameter, undefined, remarks);
  const objectives = (spec.metrics ?? spec.metricInformation ?? []).map((metric): Objective => ({
    metric: ('metricId' in metric ? metric.metricId : undefined) ?? metric.name ?? 'value',
    direction: String(metric.goal).toUpperCase() === 'MAXIMIZE' ? 'maximize' : 'minimize',
  }));
  return { study: { space, ...(objectives.length > 0 && { objectives }) }, trials: [], remarks };
}

function add(space: SearchSpace, given: VizierParameter, when: Parameter['when'], remarks: string[]): void {
  const name = given.parameterId ?? given.name ?? '';
  space[name] = { ...parameterOf(name, given, remarks), ...(when && { when }) };
  for (const { parameterSpec, ...parent } of given.conditionalParameterSpecs ?? []) {
    const values: ParamValue[] =
      parent.parentCategoricalValues?.values ??
      (parent.parentDiscreteValues ?? parent.parentIntValues)?.values.map(Number) ??
      [];
    add(space, parameterSpec, { [name]: values }, remarks);
  }
}

function parameterOf(name: string, given: VizierParameter, remarks: string[]): Parameter {
  const { doubleValueSpec, integerValueSpec, categoricalValueSpec, discreteValueSpec } = given;
  if (categoricalValueSpec)
    return {
      type: 'categorical',
      choices: categoricalValueSpec.values,
      ...presetOf(categoricalValueSpec.defaultValue),
    };
  if (discreteValueSpec)
    return { type: 'ordinal', values: discreteValueSpec.values, ...presetOf(discreteValueSpec.defaultValue) };
  const range = doubleValueSpec ?? integerValueSpec;
  if (!range)
    throw new Error(`${name || 'A parameter'} must have a value spec: double, integer, categorical or discrete.`);
  // Vertex AI writes 64-bit integers as texts.
  const [low, high] = [Number(range.minValue), Number(range.maxValue)];
  const type = doubleValueSpec ? 'float' : 'int';
  return {
    type,
    low,
    high,
    ...scaleOf(name, given, type, high, remarks),
    ...presetOf(range.defaultValue),
  };
}

function presetOf<T>(value: T | undefined): { default?: T } {
  return value === undefined ? {} : { default: value };
}

function scaleOf(
  name: string,
  { scaleType }: VizierParameter,
  type: 'float' | 'int',
  high: number,
  remarks: string[],
): { scale?: 'log' | 'reverseLog' } {
  switch (scaleType) {
    case 'UNIT_LOG_SCALE':
    case 'LOG':
      return { scale: 'log' };
    case 'UNIT_REVERSE_LOG_SCALE':
    case 'REVERSE_LOG':
      if (type === 'float' && high < 1) return { scale: 'reverseLog' };
      remarks.push(`${name} is linear here: a reverse log scale needs a float below 1.`);
      return {};
    default:
      return {};
  }
}

function camelCased(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(camelCased);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [
      key.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
      camelCased(one),
    ]),
  );
}
