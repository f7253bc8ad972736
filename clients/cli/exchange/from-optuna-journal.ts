import { count } from '../count.ts';
import type { EnqueuedTrial, Parameter, Params, SearchSpace } from '../api.ts';
import type { Imported } from './imported.ts';
import { inferConditions } from './infer-conditions.ts';
import { parameterOfDistribution, valueOfInternal } from './optuna-distribution.ts';

interface Operation {
  op_code: number;
  study_id?: number;
  trial_id?: number;
  study_name?: string;
  directions?: number[];
  system_attr?: Record<string, unknown>;
  system_attrs?: Record<string, unknown>;
  state?: number;
  value?: number | null;
  values?: number[] | null;
  params?: Record<string, number>;
  distributions?: Record<string, unknown>;
  param_name?: string;
  param_value_internal?: number;
  distribution?: unknown;
}

interface JournalStudy {
  id: number;
  name: string;
  directions: number[];
  metrics: string[] | undefined;
  trials: JournalTrial[];
}

interface JournalTrial {
  state: number;
  values: number[] | undefined;
  params: Map<string, { parameter: Parameter; internal: number }>;
  fixed: Params | undefined;
}

const states = { running: 0, complete: 1, pruned: 2, failed: 3, waiting: 4 } as const;

/** @param wanted the study of the file, where there are several. @throws Error with one sentence. */
export function fromOptunaJournal(text: string, wanted: string | undefined): Imported {
  const study = chosenStudy(replay(text), wanted);
  const space = spaceOf(study.trials);
  const parents = inferConditions(space, study.trials.map(paramsOf));
  for (const [name, when] of Object.entries(parents)) space[name] = { ...space[name], when };
  const metrics = metricsOf(study);
  const trials = study.trials.flatMap((trial) => enqueuedTrial(trial, metrics));
  const keys = trials.map(({ params }) => paramsKey(params));
  const left = study.trials.length - trials.length;
  return {
    study: {
      name: study.name,
      space,
      objectives: metrics.map((metric, i) => ({
        metric,
        direction: study.directions[i] === 2 ? ('maximize' as const) : ('minimize' as const),
      })),
      ...(new Set(keys).size < keys.length && { allowDuplicates: true }),
    },
    trials,
    remarks: [
      ...(left > 0 ? [`${count(left, 'trial')} that had not ended, or had no params, left out.`] : []),
      ...Object.entries(parents).map(([name, when]) => `${name} is taken to be there when ${JSON.stringify(when)}.`),
    ],
  };
}

/** Does again what the journal says was done, as far as it matters here. */
function replay(text: string): JournalStudy[] {
  const studies: JournalStudy[] = [];
  const trials: JournalTrial[] = [];
  let nextId = 0;
  const studyOf = (id: number | undefined): JournalStudy | undefined => studies.find((study) => study.id === id);
  for (const [i, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    const log = operationOf(line, i + 1);
    const trial = trials[log.trial_id ?? -1] as JournalTrial | undefined;
    switch (log.op_code) {
      case 0: {
        const { study_name: name = '', directions = [1] } = log;
        if (!studies.some((study) => study.name === name))
          studies.push({ id: nextId++, name, directions, metrics: undefined, trials: [] });
        break;
      }
      case 1:
        studies.splice(
          studies.findIndex(({ id }) => id === log.study_id),
          1,
        );
        break;
      case 3: {
        const names = log.system_attr?.['study:metric_names'];
        const study = studyOf(log.study_id);
        if (study && Array.isArray(names)) study.metrics = names as string[];
        break;
      }
      case 4: {
        const created = createdTrial(log);
        trials.push(created);
        studyOf(log.study_id)?.trials.push(created);
        break;
      }
      case 5:
        trial?.params.set(log.param_name!, {
          parameter: parameterOfDistribution(log.param_name!, log.distribution),
          internal: log.param_value_internal!,
        });
        break;
      case 6:
        if (trial) trial.state = log.state!;
        if (trial && log.values) trial.values = log.values;
        break;
      case 9:
        if (trial) trial.fixed = fixedOf(log.system_attr) ?? trial.fixed;
        break;
      // What is left are attributes and curves.
    }
  }
  return studies;
}

function operationOf(line: string, number: number): Operation {
  try {
    return JSON.parse(line.replace(/\b(-?Infinity|NaN)\b(?=\s*[,\]}])/g, 'null')) as Operation;
  } catch {
    throw new Error(`Line ${number} of the journal is no JSON.`);
  }
}

function createdTrial(log: Operation): JournalTrial {
  const params = Object.entries(log.params ?? {}).map(
    ([name, internal]) =>
      [name, { parameter: parameterOfDistribution(name, log.distributions?.[name]), internal }] as const,
  );
  const values = log.values ?? (typeof log.value === 'number' ? [log.value] : undefined);
  return { state: log.state ?? states.running, values, params: new Map(params), fixed: fixedOf(log.system_attrs) };
}

function fixedOf(attributes: Record<string, unknown> | undefined): Params | undefined {
  return attributes?.['fixed_params'] as Params | undefined;
}

function chosenStudy(studies: readonly JournalStudy[], wanted: string | undefined): JournalStudy {
  const names = studies.map(({ name }) => name).join(', ');
  if (wanted === undefined && studies.length > 1)
    throw new Error(`The journal has several studies, ${names}: choose one with --from.`);
  const found = wanted === undefined ? studies[0] : studies.find(({ name }) => name === wanted);
  if (found === undefined)
    throw new Error(
      studies.length === 0 ? 'The journal has no study.' : `The journal has no study "${wanted}"; it has ${names}.`,
    );
  return found;
}

/** The union of what the trials drew from: bounds reach over all of them. */
function spaceOf(trials: readonly JournalTrial[]): SearchSpace {
  const space: SearchSpace = {};
  for (const { params } of trials)
    for (const [name, { parameter }] of params)
      space[name] = Object.hasOwn(space, name) ? union(name, space[name], parameter) : parameter;
  if (Object.keys(space).length === 0) throw new Error('The study of the journal has no trials with params.');
  return space;
}

function union(name: string, a: Parameter, b: Parameter): Parameter {
  if (a.type === 'categorical' && b.type === 'categorical')
    return { ...a, choices: [...new Set([...a.choices, ...b.choices])] };
  if ((a.type === 'float' && b.type === 'float') || (a.type === 'int' && b.type === 'int')) {
    const wide = { ...a, low: Math.min(a.low, b.low), high: Math.max(a.high, b.high) };
    if (a.step !== b.step || a.low !== b.low) delete wide.step;
    return wide;
  }
  throw new Error(`${name} is ${a.type} in some trials and ${b.type} in others.`);
}

function paramsOf({ params }: JournalTrial): Params {
  return Object.fromEntries(
    [...params].map(([name, { parameter, internal }]) => [name, valueOfInternal(parameter, internal)]),
  );
}

function paramsKey(params: Params): string {
  return JSON.stringify(
    params,
    Object.keys(params).sort((a, b) => (a < b ? -1 : 1)),
  );
}

function metricsOf({ directions, metrics }: JournalStudy): string[] {
  if (metrics && new Set(metrics).size === directions.length)
    return metrics.map((metric) =>
      metric
        .replace(/[^A-Za-z0-9_.-]/g, '_')
        .replace(/^[^A-Za-z_]/, '_$&')
        .slice(0, 64),
    );
  return directions.length === 1 ? ['value'] : directions.map((_, i) => `value${i}`);
}

function enqueuedTrial(trial: JournalTrial, metrics: readonly string[]): EnqueuedTrial[] {
  const params = paramsOf(trial);
  const values =
    trial.values && Object.fromEntries(metrics.map((metric, i) => [metric, trial.values![i] ?? 'NaN'] as const));
  switch (trial.state) {
    case states.complete:
      return [{ params, values: values ?? Object.fromEntries(metrics.map((metric) => [metric, 'NaN' as const])) }];
    case states.pruned:
      return [{ params, state: 'pruned', ...(values && metrics.length === trial.values!.length && { values }) }];
    case states.failed:
      return trial.params.size === 0 ? [] : [{ params, state: 'failed' }];
    case states.waiting:
      return trial.fixed && Object.keys(trial.fixed).length > 0 ? [{ params: trial.fixed }] : [];
    default:
      return [];
  }
}
