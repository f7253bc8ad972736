import type { Client, Study } from '../api.ts';
import { command } from '../command.ts';
import { progressText, stateText } from '../study-text.ts';
import { tableText } from '../table-text.ts';

export const studyList = command({
  name: 'study list',
  summary: 'List the studies, the oldest first.',
  operands: [],
  options: {},
  examples: ['cavia study list', "cavia study list --json | jq -r '.[].name'"],
  run: async ({ cavia, out }) => {
    const studies = await allStudies(await cavia.client());
    if (out.isJson) return out.printJson(studies);
    if (studies.length === 0) {
      out.say('There are no studies.');
      return out.next("cavia study create first 'lr=log(1e-5, 1e-1)' --minimize loss");
    }
    const rows = studies.map((study) => [study.name, stateText(study), progressText(study), study.created]);
    out.print(tableText([['NAME', 'STATE', 'TRIALS', 'CREATED'], ...rows]));
  },
});

async function allStudies(client: Client): Promise<Study[]> {
  const studies: Study[] = [];
  let after: string | undefined;
  do {
    const page = await client.listStudies({ query: { limit: 100, after } });
    studies.push(...page.data);
    after = page.nextCursor ?? undefined;
  } while (after !== undefined);
  return studies;
}
