import type { Client, Study } from '../api.ts';
import { command } from '../command.ts';
import type { Output } from '../output.ts';
import { sayWhatNext } from '../say-what-next.ts';
import { findStudy } from '../study-name.ts';
import { studyText } from '../study-text.ts';
import { paramsText, rankedText } from '../trial-text.ts';

type Advice = Awaited<ReturnType<Client['advice']>>['advice'];

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
    const [best, advice] = await Promise.all([
      client.best({ study: study.id, query: { top: shownMax } }),
      adviceOn(client, study),
    ]);
    if (out.isJson) return out.printJson({ ...study, best: best.best, trials: best.trials, advice });
    out.print(studyText(study));
    if (best.trials.length > 0) {
      out.print(best.kind === 'front' ? 'Pareto front' : 'best');
      for (const trial of best.trials.slice(0, shownMax))
        out.print(`  ${trial.number}  ${rankedText(trial, study)}  ${paramsText(trial.params)}`);
    }
    for (const text of adviceTexts(advice, study, best.trials.length, out)) out.print(text);
    sayWhatNext(study, best.trials.length > 0, out);
  },
});

/** There is none on several objectives. */
async function adviceOn(client: Client, { id, objectives }: Study): Promise<Advice> {
  return objectives.length > 1 ? [] : (await client.advice({ study: id })).advice;
}

/** The service's hints may be about requests; these are about commands. */
function adviceTexts(advice: Advice, { name, state, endReason }: Study, bestCount: number, out: Output): string[] {
  const isClosed = endReason === 'stopped' || endReason === 'target';
  return advice.flatMap(({ kind, parameter, detail, hint }) => {
    // To go on says nothing of a study that has ended or has hardly begun.
    if (kind === 'go_on' && (state === 'finished' || bestCount < 2)) return [];
    const widen = isClosed ? '' : ` cavia study extend ${name} '${parameter}=RANGE' widens it; the history is kept.`;
    return [`${out.style('yellow', 'advice')}      ${detail}${kind === 'widen' ? widen : ` ${hint}`}`];
  });
}
