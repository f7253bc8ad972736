import type { Trial, TrialDetail } from '../api.ts';
import { objectiveOf } from '../best-so-far.ts';
import { chartText } from '../chart.ts';
import { command } from '../command.ts';
import type { Style } from '../output.ts';
import { readTrials } from '../read-trials.ts';
import { Refusal } from '../refusal.ts';
import { findStudy } from '../study-name.ts';
import { wholeNumber } from '../whole-number.ts';

const widthMax = 80;
const height = 16;
const styles: Style[] = ['green', 'cyan', 'yellow', 'red', 'bold', 'dim'];

export const plotCurves = command({
  name: 'plot curves',
  summary: 'What the trials reported, step by step: the best of them and those that run.',
  operands: [{ name: 'STUDY', about: 'its name' }],
  options: {
    metric: { type: 'string', value: 'METRIC', about: 'of which objective; the first one when left out' },
    count: { type: 'string', short: 'n', value: 'N', about: 'how many curves; 6 when left out' },
  },
  examples: ['cavia plot curves digits -n 3'],
  run: async ({ operands: [name], options: { metric, count = '6' }, cavia, out }) => {
    const curveCount = wholeNumber('--count', count, 1);
    const client = await cavia.client();
    const study = await findStudy(client, name);
    const objective = objectiveOf(study, metric);
    const sign = objective.direction === 'minimize' ? 1 : -1;
    const valueOf = ({ values, lastReport }: Trial): number => (values ?? lastReport!.values)[objective.metric];
    const reported = (await readTrials(client, study.id))
      .filter(({ lastReport }) => lastReport?.values[objective.metric] !== undefined)
      .sort((a, b) => sign * (valueOf(a) - valueOf(b)))
      .slice(0, curveCount);
    if (reported.length === 0)
      throw new Refusal(`No trial of ${study.name} has reported ${objective.metric} at a step.`);
    const trials = await Promise.all(reported.map(({ number }) => client.getTrial({ study: study.id, number })));
    if (out.isJson)
      return out.printJson(
        trials.map((trial) => ({ number: trial.number, points: pointsOf(trial, objective.metric) })),
      );
    out.print(
      chartText({
        series: trials
          .map((trial, i) => ({
            points: pointsOf(trial, objective.metric),
            isLine: true,
            paint: (text: string) => out.style(styleOf(i), text),
          }))
          .reverse(),
        xLabel: 'step',
        yLabel: objective.metric,
        width: Math.min(out.columns, widthMax),
        height,
      }),
    );
    out.print(
      `trials, the best first: ${trials.map(({ number }, i) => out.style(styleOf(i), String(number))).join(' ')}`,
    );
  },
});

function styleOf(i: number): Style {
  return styles[i % styles.length];
}

/** The steps of the last attempt that reported. */
function pointsOf({ intermediate }: TrialDetail, metric: string): [number, number][] {
  const last = intermediate.at(-1)?.attempt;
  return intermediate
    .filter(({ attempt, values }) => attempt === last && values[metric] !== undefined)
    .map(({ step, values }) => [step, values[metric]]);
}
