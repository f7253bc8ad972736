import { command } from '../command.ts';
import { findStudy } from '../study-name.ts';
import { wholeNumber } from '../whole-number.ts';

export const trialCancel = command({
  name: 'trial cancel',
  summary: 'End an open trial without a result.',
  operands: [
    { name: 'STUDY', about: 'the name of its study' },
    { name: 'TRIAL', about: 'its number' },
  ],
  options: { message: { type: 'string', short: 'm', value: 'TEXT', about: 'why' } },
  examples: ['cavia trial cancel digits 7'],
  run: async ({ operands: [name, numberText], options: { message }, cavia, out }) => {
    const number = wholeNumber('TRIAL', numberText);
    const client = await cavia.client();
    const study = await findStudy(client, name);
    const trial = await client.cancel({ study: study.id, number, body: { ...(message !== undefined && { message }) } });
    if (out.isJson) out.printJson(trial);
    out.say(`Trial ${number} of ${study.name} is ${trial.state}.`);
    out.next(`cavia trial retry ${study.name} ${number}`);
  },
});
