import { writeFileSync } from 'node:fs';
import type { Client, Study, Trial, TrialDetail } from '../api.ts';
import { command } from '../command.ts';
import { count } from '../count.ts';
import { optunaJournal } from '../exchange/to-optuna-journal.ts';
import { readTrials } from '../read-trials.ts';
import { Refusal } from '../refusal.ts';
import { findStudy } from '../study-name.ts';

const formats = ['csv', 'jsonl', 'optuna'] as const;
const requestsAtATime = 8;

export const exportStudy = command({
  name: 'export',
  summary: 'Write all trials of a study: a table, JSON lines, or a journal that Optuna reads.',
  operands: [{ name: 'STUDY', about: 'its name' }],
  options: {
    format: { type: 'string', short: 'f', value: 'FORMAT', about: 'jsonl when left out', among: formats },
    output: { type: 'string', short: 'o', value: 'FILE', about: 'where to; standard output when left out' },
  },
  notes: ['Optuna: optuna.load_study(study_name=…, storage=JournalStorage(JournalFileBackend("digits.log")))'],
  examples: ['cavia export digits --format csv > digits.csv', 'cavia export digits --format optuna -o digits.log'],
  run: async ({ operands: [name], options: { format = 'jsonl', output }, cavia, out }) => {
    const client = await cavia.client();
    const study = await findStudy(client, name);
    const text = await exported(client, study, format as (typeof formats)[number]);
    if (output === undefined) return out.print(text.replace(/\r?\n$/, ''));
    try {
      writeFileSync(output, text);
    } catch (error) {
      throw new Refusal(`${output} cannot be written: ${(error as NodeJS.ErrnoException).code}.`);
    }
    out.say(`Wrote ${count(study.progress.given, 'trial')} of ${study.name} to ${output}.`);
  },
});

async function exported(client: Client, study: Study, format: (typeof formats)[number]): Promise<string> {
  if (format !== 'optuna') return (await client.exportTrials({ study: study.id, query: { format } })).text();
  const trials = await withCurves(client, study, await readTrials(client, study.id));
  return `${optunaJournal(study, trials).join('\n')}\n`;
}

/** What was reported is not in the export; only trials that reported are asked for. */
async function withCurves(client: Client, { id }: Study, trials: readonly Trial[]): Promise<(Trial | TrialDetail)[]> {
  const found: (Trial | TrialDetail)[] = [];
  for (let at = 0; at < trials.length; at += requestsAtATime) {
    const chunk = trials.slice(at, at + requestsAtATime);
    found.push(
      ...(await Promise.all(
        chunk.map(async (trial) => (trial.lastReport ? client.getTrial({ study: id, number: trial.number }) : trial)),
      )),
    );
  }
  return found;
}
