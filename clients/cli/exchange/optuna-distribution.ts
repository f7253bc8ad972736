import type { Parameter, ParamValue } from '../api.ts';

/** Optuna's distributions, as its storages write them: `{"name": "FloatDistribution", "attributes": {…}}`. */
export interface OptunaDistribution {
  name: string;
  attributes: Record<string, unknown>;
}

/** @returns the distribution, and a value as Optuna stores it: a number, of choices the index. */
export function distributionOf(parameter: Parameter): OptunaDistribution {
  switch (parameter.type) {
    case 'float': {
      const { low, high, scale, step } = parameter;
      const log = scale === 'log';
      // Optuna has no steps on a log scale, and no reverse log scale.
      return { name: 'FloatDistribution', attributes: { low, high, log, step: log ? null : (step ?? null) } };
    }
    case 'int': {
      const { low, high, scale, step = 1 } = parameter;
      const log = scale === 'log';
      return { name: 'IntDistribution', attributes: { low, high, log, step: log ? 1 : step } };
    }
    case 'ordinal':
    case 'categorical':
    case 'boolean':
      return { name: 'CategoricalDistribution', attributes: { choices: choicesOf(parameter) } };
  }
}

export function internalValue(parameter: Parameter, value: ParamValue): number {
  return parameter.type === 'float' || parameter.type === 'int'
    ? (value as number)
    : choicesOf(parameter).indexOf(value);
}

function choicesOf(parameter: Parameter): ParamValue[] {
  if (parameter.type === 'categorical') return parameter.choices;
  return parameter.type === 'ordinal' ? parameter.values : [false, true];
}

/**
 * The parameter of a distribution: of Optuna 3 and later, of the deprecated ones before, or in the short form
 * `{"type": "float", "low": 0, "high": 1, "log": true}`. @throws Error with one sentence.
 */
export function parameterOfDistribution(name: string, distribution: unknown): Parameter {
  const known = read(distribution);
  if (known === undefined)
    throw new Error(`${name} must be a distribution of Optuna; got ${JSON.stringify(distribution)?.slice(0, 100)}.`);
  const { kind, attributes } = known;
  const { low, high, step, q, log, choices } = attributes as {
    low: number;
    high: number;
    step?: number | null;
    q?: number;
    log?: boolean;
    choices: ParamValue[];
  };
  const isLog = log === true || /Log/.test(kind);
  const width = q ?? step ?? undefined;
  switch (kind) {
    case 'float':
    case 'FloatDistribution':
    case 'UniformDistribution':
    case 'LogUniformDistribution':
    case 'DiscreteUniformDistribution':
      return { type: 'float', low, high, ...(isLog && { scale: 'log' }), ...(width !== undefined && { step: width }) };
    case 'int':
    case 'IntDistribution':
    case 'IntUniformDistribution':
    case 'IntLogUniformDistribution': {
      const isStepped = width !== undefined && width !== 1;
      return { type: 'int', low, high, ...(isLog && { scale: 'log' }), ...(isStepped && { step: width }) };
    }
    case 'categorical':
    case 'CategoricalDistribution':
      return { type: 'categorical', choices: choices.map((choice) => choice ?? 'None') };
    default:
      throw new Error(`${name} has a distribution that is not known: ${kind}.`);
  }
}

/** A value as Optuna stores it, as Cavia has it. */
export function valueOfInternal(parameter: Parameter, internal: number): ParamValue {
  if (parameter.type === 'categorical') return parameter.choices[internal];
  return parameter.type === 'int' ? Math.round(internal) : internal;
}

export function isDistribution(value: unknown): boolean {
  const known = read(value);
  return known !== undefined && (known.kind.endsWith('Distribution') || 'log' in known.attributes);
}

function read(value: unknown): { kind: string; attributes: Record<string, unknown> } | undefined {
  const object = typeof value === 'string' && value.startsWith('{') ? (JSON.parse(value) as unknown) : value;
  if (object === null || typeof object !== 'object') return undefined;
  const fields = object as Record<string, unknown>;
  if (typeof fields['name'] === 'string' && typeof fields['attributes'] === 'object')
    return { kind: fields['name'], attributes: fields['attributes'] as Record<string, unknown> };
  return typeof fields['type'] === 'string' ? { kind: fields['type'], attributes: fields } : undefined;
}
