import { bestSoFar, objectiveOf, valuedTrials } from '../best-so-far.ts';
import { chartText } from '../chart.ts';
import { command } from '../command.ts';
import { readTrials } from '../read-trials.ts';
import { findStudy } from '../study-name.ts';

const widthMax = 80;
const height = 14;

export const plotHistory = command({
  name: 'plot history',
  summary: 'The values of the trials as they came, and the best so far.',
  operands: [{ name: 'STUDY', about: 'its name' }],
  options: { metric: { type: 'string', value: 'METRIC', about: 'of which objective; the first one when left out' } },
  examples: ['cavia plot history digits'],
  run: async ({ operands: [name], options: { metric }, cavia, out }) => {
    const client = await cavia.client();
    const study = await findStudy(client, name);
    const objective = objectiveOf(study, metric);
    const valued = valuedTrials(study, await readTrials(client, study.id), objective);
    const best = bestSoFar(valued, objective);
    if (out.isJson)
      return out.printJson(valued.map(({ trial, value }, i) => ({ number: trial.number, value, best: best[i] })));
    out.print(
      chartText({
        series: [
          { points: valued.map(({ trial, value }) => [trial.number, value]), isLine: false, paint: (text) => text },
          {
            points: stairs(
              valued.map(({ trial }) => trial.number),
              best,
            ),
            isLine: true,
            paint: (text) => out.style('green', text),
          },
        ],
        xLabel: 'trial; the line is the best so far',
        yLabel: objective.metric,
        width: Math.min(out.columns, widthMax),
        height,
      }),
    );
  },
});

function stairs(xs: readonly number[], ys: readonly number[]): [number, number][] {
  return xs.flatMap((x, i): [number, number][] =>
    i === 0
      ? [[x, ys[i]]]
      : [
          [x, ys[i - 1]],
          [x, ys[i]],
        ],
  );
}
