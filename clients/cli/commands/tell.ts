import type { TellRequest } from '../api.ts';
import { command } from '../command.ts';
import { misused } from '../refusal.ts';
import { findStudy } from '../study-name.ts';
import { toldValues } from '../told-values.ts';
import { valuesText } from '../trial-text.ts';
import { wholeNumber } from '../whole-number.ts';

export const tell = command({
  name: 'tell',
  summary: 'Say how a trial went. The first result counts.',
  operands: [
    { name: 'STUDY', about: 'its name' },
    { name: 'TRIAL', about: 'its number' },
    {
      name: 'VALUE',
      about: 'the value, or metric=value for each objective; nan for an objective makes the trial infeasible',
      count: 'many',
    },
  ],
  options: {
    state: {
      type: 'string',
      value: 'STATE',
      about: 'how it ended otherwise',
      among: ['complete', 'infeasible', 'failed', 'pruned'],
    },
    message: { type: 'string', short: 'm', value: 'TEXT', about: 'why' },
    attempt: { type: 'string', value: 'N', about: 'which attempt it is about; the present one when left out' },
  },
  examples: [
    'cavia tell digits 7 0.42',
    'cavia tell digits 7 loss=0.42 size=3',
    "cavia tell digits 8 --state failed -m 'out of memory'",
  ],
  run: async ({ operands: [name, numberText, ...texts], options: { state, message, attempt }, cavia, out }) => {
    const number = wholeNumber('TRIAL', numberText);
    if (texts.length === 0 && (state === undefined || state === 'complete'))
      throw misused('Say the VALUE, or with --state how the trial ended without one.');
    const client = await cavia.client();
    const study = await findStudy(client, name);
    const body: TellRequest = {
      attempt:
        attempt === undefined
          ? Math.max(1, (await client.getTrial({ study: study.id, number })).attempt)
          : wholeNumber('--attempt', attempt, 1),
      ...(texts.length > 0 && { values: toldValues(texts, study) }),
      ...(state !== undefined && { state: state as 'failed' }),
      ...(message !== undefined && { message }),
    };
    const trial = await client.tell({ study: study.id, number, body });
    if (out.isJson) out.printJson(trial);
    out.say(
      `Trial ${number} of ${study.name} is ${[trial.state, valuesText(trial, study)].filter(Boolean).join(': ')}.`,
    );
    out.next(`cavia ask ${study.name}`);
  },
});
