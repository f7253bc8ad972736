import { barText } from '../bar-text.ts';
import { command } from '../command.ts';
import { findStudy } from '../study-name.ts';
import { requireMetric } from '../told-values.ts';

export const importance = command({
  name: 'importance',
  summary: 'Which parameters matter, and how sure that is.',
  operands: [{ name: 'STUDY', about: 'its name' }],
  options: { metric: { type: 'string', value: 'METRIC', about: 'of which objective; the first one when left out' } },
  examples: ['cavia importance digits'],
  run: async ({ operands: [name], options: { metric }, cavia, out }) => {
    const client = await cavia.client();
    const study = await findStudy(client, name);
    if (metric !== undefined) requireMetric(metric, study);
    const answer = await client.importance({ study: study.id, query: { metric } });
    if (out.isJson) return out.printJson(answer);
    if (answer.data.length === 0) return out.say(answer.reason ?? 'There is nothing to say yet.');
    const width = Math.max(...answer.data.map((one) => one.name.length));
    const sample = answer.sampled === null ? '' : `, ${answer.sampled} of them drawn at random`;
    out.print(`${answer.metric} by ${answer.trials} trials (${answer.method})${sample}`);
    for (const { name: parameter, importance: share, low, high, isDistinguishable } of answer.data) {
      const interval = `${percent(low)}-${percent(high)} %`;
      const line = `${parameter.padEnd(width)}  ${percent(share).padStart(3)} % ${barText(share, 20)} ${interval.padStart(9)}`;
      out.print(isDistinguishable ? line : `${line}  ${out.style('dim', 'not more than noise')}`);
    }
    if (!answer.data.some((one) => one.isDistinguishable))
      out.say('No parameter shows more than noise yet: their order means nothing.');
    out.next(`cavia plot slice ${study.name} ${answer.data[0].name}`);
  },
});

function percent(share: number): string {
  return String(Math.round(share * 100));
}
