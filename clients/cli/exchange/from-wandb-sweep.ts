import type { NewStudy, Parameter, ParamValue, SearchSpace } from '../api.ts';
import type { Imported } from './imported.ts';

interface SweepParameter {
  distribution?: string;
  value?: ParamValue;
  values?: ParamValue[];
  min?: number;
  max?: number;
  q?: number;
  parameters?: Record<string, SweepParameter>;
}

const samplers: Record<string, 'auto' | 'random' | 'grid'> = { bayes: 'auto', random: 'random', grid: 'grid' };

/** A sweep configuration of Weights & Biases. @throws Error with one sentence. */
export function fromWandbSweep(sweep: Record<string, unknown>): Imported {
  const remarks: string[] = [];
  const space = spaceOf(sweep['parameters'] as Record<string, SweepParameter>, '', remarks);
  const { name = 'value', goal = 'minimize', target } = (sweep['metric'] ?? {}) as Record<string, string | number>;
  const sampler = samplers[String(sweep['method'])];
  if (sampler === undefined)
    throw new Error(`method must be one of bayes, random, grid; got ${JSON.stringify(sweep['method'])}.`);
  const metric = String(name).replaceAll(/[^A-Za-z0-9_.-]/g, '_');
  if (metric !== name) remarks.push(`The metric ${name} is called ${metric} here.`);
  if (sweep['early_terminate'] !== undefined) remarks.push('early_terminate is not taken over.');
  if (sweep['program'] !== undefined || sweep['command'] !== undefined)
    remarks.push('The program of the sweep is yours to start: cavia run STUDY -- python PROGRAM {*}');
  return {
    study: {
      space,
      objectives: [
        {
          metric,
          direction: goal === 'maximize' ? 'maximize' : 'minimize',
          ...(typeof target === 'number' && { target }),
        },
      ],
      sampler: { kind: sampler },
      ...(typeof sweep['run_cap'] === 'number' && { budget: { trials: sweep['run_cap'] } }),
    } satisfies Partial<NewStudy>,
    trials: [],
    remarks,
  };
}

/** Nested parameters have their path as a name. */
function spaceOf(parameters: Record<string, SweepParameter>, path: string, remarks: string[]): SearchSpace {
  return Object.fromEntries(
    Object.entries(parameters).flatMap(([name, parameter]) => {
      const full = `${path}${name}`;
      if (parameter.parameters) return Object.entries(spaceOf(parameter.parameters, `${full}.`, remarks));
      return [[full, parameterOf(full, parameter, remarks)]];
    }),
  );
}

function parameterOf(name: string, given: SweepParameter, remarks: string[]): Parameter {
  const { values, value, min, max } = given;
  const kind = given.distribution ?? kindOf(given);
  if (kind === 'constant') {
    remarks.push(`${name} is always ${JSON.stringify(value)}.`);
    return { type: 'categorical', choices: [value!] };
  }
  if (kind === 'categorical') return { type: 'categorical', choices: values! };
  if (kind === 'categorical_w_probabilities') {
    remarks.push(`The probabilities of ${name} are not taken over.`);
    return { type: 'categorical', choices: values! };
  }
  if (min === undefined || max === undefined)
    throw new Error(`${name} must have values, or min and max; its distribution ${kind ?? 'is missing'} is not known.`);
  // Without "values" the bounds are exponents of e.
  const isExponent = /^(q_|inv_)?log_uniform$/.test(kind ?? '');
  const [low, high] = isExponent ? [Math.exp(min), Math.exp(max)] : [min, max];
  const isWhole = Number.isInteger(low) && Number.isInteger(high);
  const step = given.q ?? 1;
  const hasWholeSteps = isWhole && Number.isInteger(step) && (high - low) % step === 0;
  switch (kind) {
    case 'int_uniform':
      return { type: 'int', low, high };
    case 'uniform':
      return { type: 'float', low, high };
    case 'q_uniform':
      return { type: hasWholeSteps ? 'int' : 'float', low, high, step };
    case 'log_uniform':
    case 'log_uniform_values':
    case 'inv_log_uniform':
    case 'inv_log_uniform_values':
      return { type: 'float', low, high, scale: 'log' };
    case 'q_log_uniform':
    case 'q_log_uniform_values':
      return { type: hasWholeSteps ? 'int' : 'float', low, high, scale: 'log', step };
    default:
      throw new Error(
        `${name} has the distribution ${kind}, which has no bounds or is not known; give it min and max.`,
      );
  }
}

/** What a sweep means that does not say. */
function kindOf({ value, values, min, max }: SweepParameter): string | undefined {
  if (value !== undefined) return 'constant';
  if (values !== undefined) return 'categorical';
  return Number.isInteger(min) && Number.isInteger(max) ? 'int_uniform' : 'uniform';
}
