import { command } from '../command.ts';
import { count } from '../count.ts';
import { findStudy } from '../study-name.ts';

export const studyPause = command({
  name: 'study pause',
  summary: 'Give out no trials until the study is resumed.',
  operands: [{ name: 'STUDY', about: 'its name' }],
  options: {},
  examples: ['cavia study pause digits'],
  run: async ({ operands: [name], cavia, out }) => {
    const client = await cavia.client();
    const { id } = await findStudy(client, name);
    const study = await client.updateStudy({ study: id, body: { state: 'paused' } });
    if (out.isJson) out.printJson(study);
    const { running } = study.progress;
    const others = running === 1 ? 'goes on' : 'go on';
    out.say(`Paused ${study.name}${running > 0 ? `; ${count(running, 'running trial')} ${others}` : ''}.`);
    out.next(`cavia study resume ${study.name}`);
  },
});
