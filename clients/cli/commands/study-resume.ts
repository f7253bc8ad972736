import { closed } from '../after-the-end.ts';
import { command } from '../command.ts';
import { sayHowToGoOn } from '../say-what-next.ts';
import { findStudy } from '../study-name.ts';
import { stateText } from '../study-text.ts';

export const studyResume = command({
  name: 'study resume',
  summary: 'Go on with a study that was paused.',
  operands: [{ name: 'STUDY', about: 'its name' }],
  options: {},
  examples: ['cavia study resume digits'],
  run: async ({ operands: [name], cavia, out }) => {
    const client = await cavia.client();
    const before = await findStudy(client, name);
    if (before.state === 'finished')
      throw closed(before, `${before.name} is ${stateText(before)} and cannot be resumed.`);
    const study = await client.updateStudy({ study: before.id, body: { state: 'active' } });
    if (out.isJson) out.printJson(study);
    out.say(`Resumed ${study.name}.`);
    sayHowToGoOn(study, out);
  },
});
