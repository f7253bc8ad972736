import { command } from '../command.ts';
import { numberText as shownNumber } from '../number-text.ts';
import { findStudy } from '../study-name.ts';
import { trialText } from '../trial-text.ts';
import { wholeNumber } from '../whole-number.ts';

const stepsShownMax = 20;

export const trialShow = command({
  name: 'trial show',
  summary: 'Show a trial with what it reported.',
  operands: [
    { name: 'STUDY', about: 'the name of its study' },
    { name: 'TRIAL', about: 'its number' },
  ],
  options: {},
  examples: ['cavia trial show digits 7'],
  run: async ({ operands: [name, numberText], cavia, out }) => {
    const number = wholeNumber('TRIAL', numberText);
    const client = await cavia.client();
    const study = await findStudy(client, name);
    const trial = await client.getTrial({ study: study.id, number });
    if (out.isJson) return out.printJson(trial);
    out.print(trialText(trial, study));
    for (const { step, values } of trial.intermediate.slice(-stepsShownMax)) {
      const shown = Object.entries(values).map(([metric, value]) => `${metric}=${shownNumber(value)}`);
      out.print(`step ${String(step).padEnd(7)}${shown.join(' ')}`);
    }
  },
});
