import type { Client, Study } from '../api.ts';
import { command } from '../command.ts';
import { Refusal } from '../refusal.ts';
import { readRunLog } from '../run/run-folder.ts';
import { findStudy } from '../study-name.ts';
import { wholeNumber } from '../whole-number.ts';

export const trialLog = command({
  name: 'trial log',
  summary: 'Show what the program of a trial wrote.',
  operands: [
    { name: 'STUDY', about: 'the name of its study' },
    { name: 'TRIAL', about: 'its number' },
  ],
  options: { attempt: { type: 'string', value: 'N', about: 'which attempt; the last one when left out' } },
  notes: ['Logs of cavia run are in .cavia/runs of the folder where it ran, and are read from there.'],
  examples: ['cavia trial log digits 7'],
  run: async ({ operands: [name, numberText], options: { attempt }, cavia, out }) => {
    const number = wholeNumber('TRIAL', numberText);
    const wanted = attempt === undefined ? undefined : wholeNumber('--attempt', attempt, 1);
    const client = await cavia.client();
    const study = await findStudy(client, name);
    const answer = await client.trialLog({ study: study.id, number, query: { attempt: wanted } });
    const log = answer.log ?? readRunLog(study.name, number, wanted ?? answer.attempt);
    if (out.isJson) return out.printJson({ ...answer, log: log ?? null });
    if (log === undefined) throw new Refusal(await whyNoLog(client, study, number, answer));
    out.print(log.replace(/\n$/, ''));
  },
});

type Answer = Awaited<ReturnType<Client['trialLog']>>;

async function whyNoLog(
  client: Client,
  { id, name, training }: Study,
  number: number,
  { attempt, jobId }: Answer,
): Promise<string> {
  if (attempt === 0) return `Trial ${number} of ${name} has not been given out yet.`;
  if (!training) return `Trial ${number} of ${name} has no log here: whoever ran attempt ${attempt} has it.`;
  if (jobId !== null) return `What attempt ${attempt} of trial ${number} of ${name} wrote is not there any more.`;
  const trial = await client.getTrial({ study: id, number });
  const why = trial.message !== null && trial.attempt === attempt ? `: ${trial.message}` : '';
  return `No program has been started for attempt ${attempt} of trial ${number} of ${name}${why}.`;
}
