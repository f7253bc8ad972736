import type { Study } from '../api.ts';
import { barText } from '../bar-text.ts';
import { objectiveOf, valuedTrials, type Valued } from '../best-so-far.ts';
import { chartText } from '../chart.ts';
import { command } from '../command.ts';
import { instead } from '../instead.ts';
import { numberText } from '../number-text.ts';
import type { Output } from '../output.ts';
import { readTrials } from '../read-trials.ts';
import { misused, Refusal } from '../refusal.ts';
import { findStudy } from '../study-name.ts';

const widthMax = 80;
const height = 14;
const barWidth = 30;

export const plotSlice = command({
  name: 'plot slice',
  summary: 'The values of the trials over one parameter.',
  operands: [
    { name: 'STUDY', about: 'its name' },
    { name: 'PARAMETER', about: 'its name' },
  ],
  options: { metric: { type: 'string', value: 'METRIC', about: 'of which objective; the first one when left out' } },
  examples: ['cavia plot slice digits learningRate'],
  run: async ({ operands: [name, parameter], options: { metric }, cavia, out }) => {
    const client = await cavia.client();
    const study = await findStudy(client, name);
    const names = Object.keys(study.space);
    if (!names.includes(parameter))
      throw misused(`${study.name} has no parameter "${parameter}"; ${instead(parameter, names, 'it has')}`);
    const objective = objectiveOf(study, metric);
    const valued = valuedTrials(study, await readTrials(client, study.id), objective).filter(({ trial }) =>
      Object.hasOwn(trial.params, parameter),
    );
    if (valued.length === 0) throw new Refusal(`No complete trial of ${study.name} has a value for ${parameter}.`);
    if (out.isJson)
      return out.printJson(
        valued.map(({ trial, value }) => ({ number: trial.number, x: trial.params[parameter], value })),
      );
    if (isNumeric(study, parameter)) out.print(scatter(study, parameter, objective.metric, valued, out));
    else out.print(groups(parameter, objective, valued));
  },
});

function isNumeric({ space }: Study, name: string): boolean {
  const parameter = space[name];
  return (
    parameter.type === 'float' ||
    parameter.type === 'int' ||
    (parameter.type === 'ordinal' && typeof parameter.values[0] === 'number')
  );
}

function scatter({ space }: Study, name: string, metric: string, valued: readonly Valued[], out: Output): string {
  const parameter = space[name];
  const isLogX = 'scale' in parameter && parameter.scale === 'log';
  return chartText({
    series: [
      {
        points: valued.map(({ trial, value }) => [trial.params[name] as number, value]),
        isLine: false,
        paint: (text) => out.style('cyan', text),
      },
    ],
    xLabel: isLogX ? `${name}, on a log scale` : name,
    yLabel: metric,
    isLogX,
    width: Math.min(out.columns, widthMax),
    height,
  });
}

/** The best value of each choice: how many trials had it, and a bar from the worst to the best of them. */
function groups(
  name: string,
  { metric, direction }: { metric: string; direction: string },
  valued: readonly Valued[],
): string {
  const byChoice = Map.groupBy(valued, ({ trial }) => String(trial.params[name]));
  const better = direction === 'minimize' ? Math.min : Math.max;
  const rows = [...byChoice].map(([choice, list]) => ({
    choice,
    count: list.length,
    best: better(...list.map(({ value }) => value)),
  }));
  const sign = direction === 'minimize' ? 1 : -1;
  rows.sort((a, b) => sign * (a.best - b.best));
  const [first, last] = [rows[0].best, rows.at(-1)!.best];
  const width = Math.min(24, Math.max(name.length, ...rows.map(({ choice }) => choice.length)));
  const line = (choice: string, count: string, best: string, bar: string): string =>
    `${choice.slice(0, width).padEnd(width)}  ${count.padStart(6)}  ${best.padStart(10)}  ${bar}`.trimEnd();
  return [
    line(name, 'trials', `best ${metric}`.slice(0, 10), ''),
    ...rows.map(({ choice, count, best }) =>
      line(
        choice,
        String(count),
        numberText(best),
        barText(last === first ? 1 : (last - best) / (last - first), barWidth),
      ),
    ),
  ].join('\n');
}
