import type { Study, Trial, TrialDetail } from '../api.ts';
import { distributionOf, internalValue } from './optuna-distribution.ts';

/**
 * A study as the log of operations that Optuna's `JournalStorage(JournalFileBackend(path))` reads: JSON lines, one for
 * the study and one for each trial. Optuna numbers trials in the order of their lines.
 */

const operation = { createStudy: 0, setStudySystemAttribute: 3, createTrial: 4 } as const;
const worker = { worker_id: 'cavia' } as const;
const directions = { minimize: 1, maximize: 2 } as const;
/** Optuna knows no infeasible trials without constraints: like failed ones, they have no part in the best. */
const states: Record<Trial['state'], number> = {
  running: 0,
  complete: 1,
  pruned: 2,
  failed: 3,
  infeasible: 3,
  cancelled: 3,
  waiting: 4,
};

export function optunaJournal(study: Study, trials: readonly (Trial | TrialDetail)[]): string[] {
  const lines = [
    {
      op_code: operation.createStudy,
      ...worker,
      study_name: study.name,
      directions: study.objectives.map(({ direction }) => directions[direction]),
    },
    {
      op_code: operation.setStudySystemAttribute,
      ...worker,
      study_id: 0,
      system_attr: { 'study:metric_names': study.objectives.map(({ metric }) => metric) },
    },
    ...trials.map((trial) => ({
      op_code: operation.createTrial,
      ...worker,
      study_id: 0,
      ...trialFields(study, trial),
    })),
  ];
  return lines.map((line) => JSON.stringify(line));
}

function trialFields(study: Study, trial: Trial | TrialDetail): Record<string, unknown> {
  const { number, state, params, message, asked, finished } = trial;
  // What waits has its params still before it.
  const named = state === 'waiting' ? [] : Object.entries(params).filter(([name]) => Object.hasOwn(study.space, name));
  const values = study.objectives.map(({ metric }) => trial.values?.[metric]);
  const hasValues = values.every((value) => value !== undefined);
  return {
    state: states[state],
    datetime_start: asked === null ? null : zoned(asked),
    ...(finished !== null && { datetime_complete: zoned(finished) }),
    value: hasValues && values.length === 1 ? values[0] : null,
    values: hasValues && values.length > 1 ? values : null,
    distributions: Object.fromEntries(named.map(([name]) => [name, JSON.stringify(distributionOf(study.space[name]))])),
    params: Object.fromEntries(named.map(([name, value]) => [name, internalValue(study.space[name], value)])),
    user_attrs: {
      'cavia:number': number,
      'cavia:state': state,
      ...(message !== null && { 'cavia:message': message }),
      ...(trial.values && { 'cavia:values': trial.values }),
    },
    system_attrs: state === 'waiting' ? { fixed_params: params } : {},
    intermediate_values: intermediateValues(study, trial),
  };
}

/** Of the first objective, the only one that Optuna has curves for. */
function intermediateValues({ objectives: [{ metric }] }: Study, trial: Trial | TrialDetail): Record<string, number> {
  if (!('intermediate' in trial)) return {};
  const last = trial.intermediate.at(-1)?.attempt;
  return Object.fromEntries(
    trial.intermediate.flatMap(({ attempt, step, values }) =>
      attempt === last && values[metric] !== undefined ? [[String(step), values[metric]]] : [],
    ),
  );
}

/** Python before 3.11 does not know Z. */
function zoned(time: string): string {
  return time.replace(/Z$/, '+00:00');
}
