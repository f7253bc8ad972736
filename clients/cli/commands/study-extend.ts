import { command } from '../command.ts';
import { misused } from '../refusal.ts';
import { findStudy } from '../study-name.ts';
import { wholeNumber } from '../whole-number.ts';

export const studyExtend = command({
  name: 'study extend',
  summary: 'Give a study more trials, more time, or another limit; one that ended for want of them goes on.',
  operands: [
    { name: 'STUDY', about: 'its name' },
    { name: 'COUNT', about: 'how many trials more', count: 'optional' },
  ],
  options: {
    deadline: { type: 'string', value: 'TIME', about: 'a later end, like 2026-12-24T18:00:00Z; none for no end' },
    parallel: { type: 'string', value: 'N', about: 'how many at the same time; none for no limit' },
  },
  examples: ['cavia study extend digits 20', 'cavia study extend digits --deadline none'],
  run: async ({ operands: [name, count], options: { deadline, parallel }, cavia, out }) => {
    if (count === undefined && deadline === undefined && parallel === undefined)
      throw misused('Say what to extend: a COUNT of trials, --deadline or --parallel.');
    const more = count === undefined ? undefined : wholeNumber('COUNT', count, 1);
    const limit = parallel === undefined || parallel === 'none' ? null : wholeNumber('--parallel', parallel, 1);
    const client = await cavia.client();
    const before = await findStudy(client, name);
    const budget = {
      ...(more !== undefined && { trials: before.budget.trials + more }),
      ...(deadline !== undefined && { deadline: deadline === 'none' ? null : deadline }),
      ...(parallel !== undefined && { parallel: limit }),
    };
    const study = await client.updateStudy({ study: before.id, body: { budget } });
    if (out.isJson) out.printJson(study);
    out.say(`${study.name} has ${study.progress.left} of ${study.budget.trials} trials left.`);
    out.next(study.training ? `cavia study watch ${study.name}` : `cavia run ${study.name} -- python train.py {*}`);
  },
});
