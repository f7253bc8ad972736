import { command } from '../command.ts';
import { findStudy } from '../study-name.ts';

export const studyResume = command({
  name: 'study resume',
  summary: 'Go on with a study that was paused.',
  operands: [{ name: 'STUDY', about: 'its name' }],
  options: {},
  examples: ['cavia study resume digits'],
  run: async ({ operands: [name], cavia, out }) => {
    const client = await cavia.client();
    const { id } = await findStudy(client, name);
    const study = await client.updateStudy({ study: id, body: { state: 'active' } });
    if (out.isJson) out.printJson(study);
    out.say(`Resumed ${study.name}.`);
    out.next(study.training ? `cavia study watch ${study.name}` : `cavia run ${study.name} -- python train.py {*}`);
  },
});
