import type { Client, Study } from '../api.ts';
import { command } from '../command.ts';
import type { Output } from '../output.ts';
import { sayWhatNext } from '../say-what-next.ts';
import { findStudy } from '../study-name.ts';
import { studyText } from '../study-text.ts';
import { paramsText, rankedText } from '../trial-text.ts';

type AdviceResponse = Awaited<ReturnType<Client['advice']>>;
type Advice = AdviceResponse['advice'][number];
type Advised = Pick<AdviceResponse, 'advice'> & Partial<Pick<AdviceResponse, 'states' | 'failure'>>;

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
    const [best, advised] = await Promise.all([
      client.best({ study: study.id, query: { top: shownMax } }),
      adviceOn(client, study),
    ]);
    if (out.isJson) return out.printJson({ ...study, best: best.best, trials: best.trials, ...advised });
    out.print(studyText(study));
    if (advised.states) out.print(`ended by    ${statesText(advised.states)}`);
    if (best.trials.length > 0) {
      out.print(best.kind === 'front' ? 'Pareto front' : 'best');
      for (const trial of best.trials.slice(0, shownMax))
        out.print(`  ${trial.number}  ${rankedText(trial, study)}  ${paramsText(trial.params)}`);
    }
    for (const text of adviceTexts(advised, study, best.trials.length, out)) out.print(text);
    // More trials of what never worked are no help.
    const isHopeless = best.trials.length === 0 && advised.failure;
    if (isHopeless && study.state === 'finished') return out.next(`cavia trial show ${study.name} ${isHopeless.trial}`);
    sayWhatNext(study, best.trials.length > 0, out);
  },
});

/** There is none on several objectives. */
async function adviceOn(client: Client, { id, objectives }: Study): Promise<Advised> {
  if (objectives.length > 1) return { advice: [] };
  const { advice, states, failure } = await client.advice({ study: id });
  return { advice, states, failure };
}

/** `6 failed, 1 complete` */
function statesText(states: AdviceResponse['states']): string {
  const counts = Object.entries(states).filter(([, count]) => count > 0);
  return counts.map(([state, count]) => `${count} ${state}`).join(', ') || 'none';
}

/** The service's hints may be about requests; these are about commands. */
function adviceTexts({ advice, states }: Advised, study: Study, bestCount: number, out: Output): string[] {
  const { name, state, endReason } = study;
  const isClosed = endReason === 'stopped' || endReason === 'target';
  const commandFor: Partial<Record<Advice['kind'], (advice: Advice) => string>> = {
    widen: ({ parameter }) =>
      isClosed ? '' : `cavia study extend ${name} '${parameter}=RANGE' widens it; the history is kept.`,
    ...(states &&
      states.failed > 0 && {
        repair: () =>
          isClosed ? '' : `Mend what trains; cavia trial retry ${name} TRIAL gives a failed trial out again.`,
      }),
  };
  return advice.flatMap((one) => {
    const { kind, detail, hint } = one;
    // To go on says nothing of a study that has hardly begun; what is left of one that has ended is said at the end.
    if ((kind === 'go_on' && bestCount < 2) || kind === 'extend') return [];
    if (kind === 'stop' && state === 'finished' && endReason !== 'trials') return [];
    const whatToDo = commandFor[kind]?.(one) ?? hint;
    return [`${out.style('yellow', 'advice')}      ${detail} ${whatToDo}`.trimEnd()];
  });
}
