import { command } from '../command.ts';
import { completionsOf } from '../completions.ts';

const studiesMax = 1000;

/** What the completion scripts of the shells call. */
export const complete = command({
  name: 'complete',
  summary: 'Say what may come next, one a line.',
  operands: [],
  options: {},
  rest: 'WORD…',
  examples: [],
  isHidden: true,
  run: async ({ rest = [], cavia, out, commands }) => {
    const found = await completionsOf(rest, commands, async () => {
      const client = await cavia.client(0);
      const { data } = await client.listStudies({ query: { limit: studiesMax } });
      return data.map(({ name }) => name);
    });
    if (found.length > 0) out.print(found.join('\n'));
  },
});
