import { command } from '../command.ts';
import { findStudy } from '../study-name.ts';
import { studyText } from '../study-text.ts';
import { paramsText, valuesText } from '../trial-text.ts';

const shownMax = 5;

export const studyShow = command({
  name: 'study show',
  summary: 'Show a study, its best trials, and what to do next.',
  operands: [{ name: 'STUDY', about: 'its name' }],
  options: {},
  examples: ['cavia study show digits', 'cavia study show digits --json'],
  run: async ({ operands: [name], cavia, out }) => {
    const client = await cavia.client();
    const study = await findStudy(client, name);
    const [best, { advice }] = await Promise.all([
      client.best({ study: study.id, query: { top: shownMax } }),
      client.advice({ study: study.id }),
    ]);
    if (out.isJson) return out.printJson({ ...study, best: best.best, trials: best.trials, advice });
    out.print(studyText(study));
    if (best.trials.length > 0) {
      out.print(best.kind === 'front' ? 'Pareto front' : 'best');
      for (const trial of best.trials.slice(0, shownMax))
        out.print(`  ${trial.number}  ${valuesText(trial, study)}  ${paramsText(trial.params)}`);
    }
    for (const { detail, hint } of advice) out.print(`${out.style('yellow', 'advice')}      ${detail} ${hint}`);
    if (study.state === 'finished') out.next(`cavia importance ${study.name}`, `cavia study extend ${study.name} 20`);
    else out.next(`cavia study watch ${study.name}`);
  },
});
