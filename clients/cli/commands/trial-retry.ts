import { command } from '../command.ts';
import { findStudy } from '../study-name.ts';
import { wholeNumber } from '../whole-number.ts';

export const trialRetry = command({
  name: 'trial retry',
  summary: 'Open a failed or cancelled trial again, with the same params.',
  operands: [
    { name: 'STUDY', about: 'the name of its study' },
    { name: 'TRIAL', about: 'its number' },
  ],
  options: {},
  examples: ['cavia trial retry digits 7'],
  run: async ({ operands: [name, numberText], cavia, out }) => {
    const number = wholeNumber('TRIAL', numberText);
    const client = await cavia.client();
    const study = await findStudy(client, name);
    const trial = await client.retry({ study: study.id, number, body: {} });
    if (out.isJson) out.printJson(trial);
    out.say(`Trial ${number} of ${study.name} is ${trial.state} again.`);
    out.next(study.training ? `cavia study watch ${study.name}` : `cavia ask ${study.name}`);
  },
});
