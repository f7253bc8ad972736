import { command } from '../command.ts';
import { misused, Refusal } from '../refusal.ts';
import { plainValue } from '../range-text.ts';
import { instead } from '../instead.ts';
import { findStudy } from '../study-name.ts';
import { paramsText } from '../trial-text.ts';
import { wholeNumber } from '../whole-number.ts';
import { whyNothing } from '../ask-reasons.ts';

export const ask = command({
  name: 'ask',
  summary: 'Take the next trials to try.',
  operands: [{ name: 'STUDY', about: 'its name' }],
  options: {
    count: { type: 'string', short: 'n', value: 'N', about: 'how many; 1 when left out' },
    worker: { type: 'string', value: 'NAME', about: 'who takes them' },
    fix: { type: 'string', value: 'NAME=VALUE', multiple: true, about: 'a parameter that shall have this value' },
    lease: { type: 'string', value: 'SECONDS', about: 'how long it may be silent' },
  },
  examples: ['cavia ask digits', 'cavia ask digits -n 4 --fix layers=2 --json'],
  run: async ({ operands: [name], options: { count = '1', worker, fix = [], lease }, cavia, out }) => {
    const fixed = Object.fromEntries(fix.map(fixedValue));
    const client = await cavia.client();
    const study = await findStudy(client, name);
    const names = Object.keys(study.space);
    const unknown = Object.keys(fixed).find((one) => !names.includes(one));
    if (unknown !== undefined)
      throw misused(`${study.name} has no parameter "${unknown}"; ${instead(unknown, names, 'it has')}`);
    const answer = await client.ask({
      study: study.id,
      body: {
        count: wholeNumber('--count', count, 1),
        fixed,
        ...(worker !== undefined && { worker }),
        ...(lease !== undefined && { leaseSeconds: wholeNumber('--lease', lease, 1) }),
      },
    });
    if (out.isJson) out.printJson(answer);
    else for (const { number, params } of answer.trials) out.print(`${number}  ${paramsText(params)}`);
    if (answer.reason) {
      const why = whyNothing(answer.reason, study.name);
      if (answer.trials.length === 0) throw new Refusal(why);
      out.say(why);
    }
    const [{ number }] = answer.trials;
    out.next(`cavia tell ${study.name} ${number} ${study.objectives.map(({ metric }) => `${metric}=VALUE`).join(' ')}`);
  },
});

function fixedValue(text: string): [string, string | number | boolean] {
  const [, name, value] = /^([^=]+)=(.*)$/.exec(text) ?? [];
  if (name === undefined) throw misused(`--fix must be written like layers=2; got "${text}".`);
  return [name, plainValue(value)];
}
