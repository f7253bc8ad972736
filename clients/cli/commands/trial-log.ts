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
    if (log === undefined)
      throw new Refusal(
        `Trial ${number} of ${study.name} has no log here: whoever ran attempt ${wanted ?? answer.attempt} has it.`,
      );
    out.print(log.replace(/\n$/, ''));
  },
});
