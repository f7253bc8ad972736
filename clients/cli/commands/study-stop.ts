import { command } from '../command.ts';
import { confirm } from '../confirm.ts';
import { findStudy } from '../study-name.ts';
import { stateText } from '../study-text.ts';

export const studyStop = command({
  name: 'study stop',
  summary: 'End a study for good: it cannot be resumed, and what it has found is kept.',
  operands: [{ name: 'STUDY', about: 'its name' }],
  options: { yes: { type: 'boolean', short: 'y', about: 'do not ask' } },
  examples: ['cavia study stop digits'],
  run: async ({ operands: [name], options, cavia, out }) => {
    const client = await cavia.client();
    const { id, name: known, state } = await findStudy(client, name);
    if (state !== 'finished') await confirm(`Stop ${known} for good?`, options.yes);
    const study = await client.updateStudy({ study: id, body: { state: 'stopped' } });
    if (out.isJson) out.printJson(study);
    out.say(`${study.name} is ${stateText(study)}.`);
    out.next(`cavia study show ${study.name}`);
  },
});
