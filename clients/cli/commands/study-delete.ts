import { command } from '../command.ts';
import { count } from '../count.ts';
import { confirm } from '../confirm.ts';
import { findStudy } from '../study-name.ts';

export const studyDelete = command({
  name: 'study delete',
  summary: 'Delete a study with its trials; its jobs end, and their results and checkpoints go.',
  operands: [{ name: 'STUDY', about: 'its name' }],
  options: { yes: { type: 'boolean', short: 'y', about: 'do not ask' } },
  examples: ['cavia study delete digits', 'cavia study delete digits --yes'],
  run: async ({ operands: [name], options, cavia, out }) => {
    const client = await cavia.client();
    const study = await findStudy(client, name);
    await confirm(
      `Delete ${study.name} with its ${count(study.progress.given, 'trial')}? This cannot be undone.`,
      options.yes,
    );
    await client.deleteStudy({ study: study.id });
    if (out.isJson) out.printJson({ deleted: study.name });
    out.say(`Deleted ${study.name}.`);
    out.next('cavia study list');
  },
});
