import type { Params, RankedTrial, Study, Trial } from './api.ts';
import { numberText } from './number-text.ts';

/** `lr=0.01 width=64` */
export function paramsText(params: Params): string {
  return Object.entries(params)
    .map(([name, value]) => `${name}=${typeof value === 'number' ? numberText(value) : value}`)
    .join(' ');
}

/** `loss=0.3`, with the objectives first; empty without values. */
export function valuesText({ values }: Pick<Trial, 'values'>, { objectives }: Pick<Study, 'objectives'>): string {
  if (!values) return '';
  const metrics = objectives.map(({ metric }) => metric);
  const others = Object.keys(values).filter((name) => !metrics.includes(name));
  return [...metrics, ...others]
    .filter((name) => Object.hasOwn(values, name))
    .map((name) => `${name}=${numberText(values[name])}`)
    .join(' ');
}

/** `loss=0.3 (mean of 4: 0.32 ± 0.01)`: the values of a trial, and of its confirmations with them. */
export function rankedText(trial: RankedTrial, study: Pick<Study, 'objectives'>): string {
  const { confirmed } = trial;
  if (!confirmed) return valuesText(trial, study);
  const { count, mean, standardError, failures } = confirmed;
  const means = study.objectives.map(({ metric }) => {
    const text = numberText(mean[metric]);
    return standardError ? `${text} ± ${Number(standardError[metric].toPrecision(2))}` : text;
  });
  const facts = [
    ...(count > 1 ? [`mean of ${count}: ${means.join(', ')}`] : []),
    ...(failures > 0 ? [`${failures} of ${failures + count - 1} confirmations without a value`] : []),
  ];
  return `${valuesText(trial, study)} (${facts.join('; ')})`;
}

/** A trial as lines for people. */
export function trialText(trial: Trial, study: Pick<Study, 'objectives'>): string {
  const rows: [string, string | null | undefined][] = [
    ['trial', `${trial.number}, ${trial.state}, attempt ${trial.attempt}`],
    ['params', paramsText(trial.params)],
    ['values', valuesText(trial, study)],
    ['message', trial.message],
    ['worker', trial.worker],
    ['chosen by', suggestionText(trial, study)],
    ['asked', trial.asked],
    ['lease until', trial.lease?.expires],
    ['finished', trial.finished],
  ];
  return rows.flatMap(([name, text]) => (text ? [`${name.padEnd(12)}${text}`] : [])).join('\n');
}

/** The deviation is of the worse side alone, and of what a result would be without its noise. */
function suggestionText({ suggestion, origin }: Trial, { objectives }: Pick<Study, 'objectives'>): string {
  if (!suggestion) return origin;
  const { sampler, mean, deviation, improvement } = suggestion;
  if (mean === undefined || deviation === undefined || improvement === undefined) return sampler;
  const worse = objectives[0].direction === 'minimize' ? mean + deviation : mean - deviation;
  const expected = `expected ${numberText(mean)}, or ${numberText(worse)} one deviation worse, without noise`;
  return `${sampler}, ${expected}; thought ${Math.round(improvement * 100)} % likely to be better`;
}
