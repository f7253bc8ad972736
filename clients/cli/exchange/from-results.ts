import { count } from '../count.ts';
import type { EnqueuedTrial, Objective, Parameter, Params, ParamValue, SearchSpace, Trial } from '../api.ts';
import { instead } from '../instead.ts';
import { plainValue } from '../range-text.ts';
import { toldNumber } from '../../../shared/api/printed-result.ts';
import { csvRows } from './csv-rows.ts';
import type { Imported } from './imported.ts';

interface Target {
  space: SearchSpace;
  objectives: readonly Objective[];
}

const states = ['complete', 'infeasible', 'failed', 'pruned'] as const;

/** JSON lines as `export` writes them: params with values or a state. */
export function fromJsonLines(text: string): Imported {
  const lines = text.split('\n').flatMap((line, i) => (line.trim() === '' ? [] : [parsed(line, i + 1)]));
  const trials = lines.flatMap(({ params, values, state = 'complete', message }): EnqueuedTrial[] => {
    if (!states.includes(state as 'complete')) return [];
    return [
      {
        params,
        state: state as 'complete',
        ...(values && { values }),
        ...(message && { message }),
      },
    ];
  });
  return { study: {}, trials, remarks: remarksOn(lines.length - trials.length) };
}

function parsed(line: string, number: number): Pick<Trial, 'params'> & Partial<Trial> {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new Error(`Line ${number} is no JSON.`);
  }
  if (value === null || typeof value !== 'object' || !('params' in value))
    throw new Error(`Line ${number} must be like {"params": {"lr": 0.1}, "values": {"loss": 0.3}}.`);
  return value as Trial;
}

/**
 * A table with a column for each parameter and metric: `params.lr` and `values.loss` as `export` writes them, or plain
 * `lr` and `loss`; and `state` and `message`, where there are any.
 */
export function fromCsv(text: string, target: Target): Imported {
  const rows = csvRows(text);
  const names = Object.keys(target.space);
  const metrics = target.objectives.map(({ metric }) => metric);
  const head = Object.keys(rows[0] ?? {});
  const missing = metrics.find((metric) => !head.includes(metric) && !head.includes(`values.${metric}`));
  if (missing !== undefined)
    throw new Error(`The table has no column for ${missing}; ${instead(missing, head, 'it has')}`);
  const trials = rows.flatMap((row): EnqueuedTrial[] => {
    const cell = (kind: string, name: string): string => unshielded(row[`${kind}.${name}`] ?? row[name] ?? '');
    const state = row['state'] || 'complete';
    if (!states.includes(state as 'complete')) return [];
    const params: Params = Object.fromEntries(
      names.flatMap((name) => {
        const text = cell('params', name);
        return text === '' ? [] : [[name, valueOf(target.space[name], text)] as const];
      }),
    );
    const values = metrics.flatMap((metric) => {
      const value = toldNumber(cell('values', metric));
      return value === undefined ? [] : [[metric, value] as const];
    });
    return [
      {
        params,
        state: state as 'complete',
        ...(values.length > 0 && { values: Object.fromEntries(values) }),
        ...(row['message'] && { message: unshielded(row['message']) }),
      },
    ];
  });
  return { study: {}, trials, remarks: remarksOn(rows.length - trials.length) };
}

/** A cell is the choice that is written like it. */
function valueOf(parameter: Parameter, text: string): ParamValue {
  switch (parameter.type) {
    case 'categorical':
      return parameter.choices.find((choice) => String(choice) === text) ?? text;
    case 'ordinal':
      return parameter.values.find((value) => String(value) === text) ?? plainValue(text);
    case 'boolean':
      return /^true$/i.test(text) ? true : /^false$/i.test(text) ? false : text;
    case 'float':
    case 'int':
      return plainValue(text);
  }
}

/** The apostrophe that keeps spreadsheets from taking a text for a formula. */
function unshielded(text: string): string {
  return text.replace(/^'(?=[=+\-@\t\r])/, '');
}

function remarksOn(left: number): string[] {
  return left > 0 ? [`${count(left, 'trial')} that had not ended left out.`] : [];
}
