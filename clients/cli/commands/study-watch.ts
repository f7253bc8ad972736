import { setTimeout as sleep } from 'node:timers/promises';
import type { Client, Study, Trial } from '../api.ts';
import { command } from '../command.ts';
import { misused } from '../refusal.ts';
import { isAway } from '../run/outage.ts';
import { findStudy } from '../study-name.ts';
import { progressText, stateText } from '../study-text.ts';
import { paramsText, rankedText } from '../trial-text.ts';
import { watchFrame, type Watched } from '../watch-frame.ts';
import { refreshTrials } from '../watch-trials.ts';

const everySecondsMin = 0.1;

export const studyWatch = command({
  name: 'study watch',
  summary: 'Show how a study goes on, until it ends.',
  operands: [{ name: 'STUDY', about: 'its name' }],
  options: { every: { type: 'string', value: 'SECONDS', about: 'how often to look; 2 when left out' } },
  notes: ['In a terminal the picture is drawn in place; elsewhere each change is a line. Ctrl-C ends it.'],
  examples: ['cavia study watch digits', 'cavia study watch digits --json | tee log.jsonl'],
  run: async ({ operands: [name], options: { every = '2' }, cavia, out }) => {
    const everySeconds = Number(every);
    if (!(everySeconds >= everySecondsMin))
      throw misused(`--every must be a number from ${everySecondsMin} on; got "${every}".`);
    const client = await cavia.client();
    const { id } = await findStudy(client, name);
    const isDrawn = out.isTerminal && !out.isJson;
    let shown = '';
    let height = 0;
    let trials: Trial[] = [];
    for (;;) {
      const study = await client.getStudy({ study: id }).catch((error: unknown) => {
        // It may only be starting anew; who watches can see that nothing moves.
        if (shown === '' || !isAway(error)) throw error;
        return undefined;
      });
      if (study) {
        if (isDrawn) trials = await refreshTrials(client, id, trials);
        const watched = { study, trials, ...(await bestOf(client, study)) };
        const next = out.isJson ? JSON.stringify(study) : isDrawn ? watchFrame(watched, out) : lineOf(watched);
        if (next !== shown) {
          // Up over the last picture, which is cleared to the end of the screen.
          if (isDrawn && height > 0) process.stdout.write(`\u001B[${height}A\u001B[0J`);
          out.print(next);
          shown = next;
          height = next.split('\n').length;
        }
        if (study.state === 'finished')
          return out.next(`cavia study show ${study.name}`, `cavia importance ${study.name}`);
      }
      await sleep(everySeconds * 1000);
    }
  },
});

async function bestOf(client: Client, { id, objectives }: Study): Promise<Pick<Watched, 'best' | 'frontLength'>> {
  const { best, trials } = await client.best({ study: id, query: { top: 100 } });
  return { best: best ?? undefined, frontLength: objectives.length > 1 ? trials.length : undefined };
}

function lineOf({ study, best, frontLength }: Watched): string {
  const found = best
    ? `; best ${rankedText(best, study)} (trial ${best.number}) ${paramsText(best.params)}`
    : frontLength !== undefined
      ? `; ${frontLength} on the Pareto front`
      : '';
  return `${stateText(study)}: ${progressText(study)}${found}`;
}
