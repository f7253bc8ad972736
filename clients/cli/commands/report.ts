import { command } from '../command.ts';
import { findStudy } from '../study-name.ts';
import { toldValues } from '../told-values.ts';
import { wholeNumber } from '../whole-number.ts';

export const report = command({
  name: 'report',
  summary: 'Say how a trial stands at a step, and that it is alive; without a step only the latter.',
  operands: [
    { name: 'STUDY', about: 'its name' },
    { name: 'TRIAL', about: 'its number' },
    { name: 'STEP', about: 'such as the epoch', count: 'optional' },
    { name: 'VALUE', about: 'the value, or metric=value', count: 'many' },
  ],
  options: {
    attempt: { type: 'string', value: 'N', about: 'which attempt it is about; the present one when left out' },
  },
  notes: ['On standard output: stop when the trial shall end, else go on.'],
  examples: ['cavia report digits 7 3 0.9', 'cavia report digits 7'],
  run: async ({ operands: [name, numberText, step, ...texts], options: { attempt }, cavia, out }) => {
    const number = wholeNumber('TRIAL', numberText);
    const client = await cavia.client();
    const study = await findStudy(client, name);
    const body = {
      ...(attempt !== undefined && { attempt: wholeNumber('--attempt', attempt, 1) }),
      ...(step !== undefined && { step: wholeNumber('STEP', step), values: toldValues(texts, study) }),
    };
    const answer = await client.report({ study: study.id, number, body });
    if (out.isJson) out.printJson(answer);
    else out.print(answer.stop ? 'stop' : 'go on');
    out.next(`cavia tell ${study.name} ${number} VALUE`);
  },
});
