import type { ProblemError } from '../../../shared/api/client.ts';
import { closed } from '../after-the-end.ts';
import { command } from '../command.ts';
import { misused } from '../refusal.ts';
import { sayHowToGoOn } from '../say-what-next.ts';
import { spaceOfTexts } from '../space-input.ts';
import { findStudy } from '../study-name.ts';
import { stateText } from '../study-text.ts';
import { wholeNumber } from '../whole-number.ts';

export const studyExtend = command({
  name: 'study extend',
  summary:
    'Give a study more trials, more time, another limit or wider ranges; one that ended for want of them goes on.',
  operands: [
    { name: 'STUDY', about: 'its name' },
    { name: 'COUNT', about: 'how many trials more', count: 'optional' },
    { name: 'RANGE', about: "a parameter with a range that holds the old one: 'lr=log(1e-6, 1)'", count: 'many' },
  ],
  options: {
    deadline: { type: 'string', value: 'TIME', about: 'a later end, like 2026-12-24T18:00:00Z; none for no end' },
    parallel: { type: 'string', value: 'N', about: 'how many at the same time; none for no limit' },
  },
  examples: [
    'cavia study extend digits 20',
    'cavia study extend digits --deadline none',
    "cavia study extend digits 'lr=log(1e-6, 1)'",
  ],
  run: async ({ operands: [name, ...typed], options: { deadline, parallel }, cavia, out }) => {
    if (typed.length === 0 && deadline === undefined && parallel === undefined)
      throw misused('Say what to extend: a COUNT of trials, a RANGE, --deadline or --parallel.');
    const [count, ranges] = typed[0]?.includes('=') ? [undefined, typed] : [typed[0], typed.slice(1)];
    const more = count === undefined ? undefined : wholeNumber('COUNT', count, 1);
    const limit = parallel === undefined || parallel === 'none' ? null : wholeNumber('--parallel', parallel, 1);
    const wider = spaceOfTexts(ranges);
    const client = await cavia.client();
    const before = await findStudy(client, name);
    if (before.endReason === 'stopped' || before.endReason === 'target')
      throw closed(before, `${name} is ${stateText(before)} and cannot be extended.`);
    const budget = {
      ...(more !== undefined && { trials: before.budget.trials + more }),
      ...(deadline !== undefined && { deadline: deadline === 'none' ? null : deadline }),
      ...(parallel !== undefined && { parallel: limit }),
    };
    const space = { ...before.space, ...wider };
    const study = await client
      .updateStudy({ study: before.id, body: { budget, ...(ranges.length > 0 && { space }) } })
      .catch((error: ProblemError) => {
        if (error.problem?.code !== 'study_closed') throw error;
        throw closed(before, `${name} is ${stateText(before)}, and this does not open it again.`);
      });
    if (out.isJson) out.printJson(study);
    out.say(`${study.name} has ${study.progress.left} of ${study.budget.trials} trials left.`);
    sayHowToGoOn(study, out);
  },
});
