import { describe, expect, it } from 'vitest';
import { reportOf } from './report.ts';
import { simulate } from './run.ts';
import { scenarioNames } from './scenarios.ts';

const seeds = Array.from({ length: 60 }, (_, seed) => seed);
const timeoutMs = 400_000;

describe.each(scenarioNames)('the scenario %s', (scenario) => {
  it(
    'breaks no invariant, whatever is lost, doubled, late or dead',
    async () => {
      for (const seed of seeds) {
        const run = await simulate(seed, scenario);
        expect(run.violation && reportOf(run)).toBeUndefined();
      }
    },
    timeoutMs,
  );

  it('is the same to the last line when it is run again', async () => {
    const [first, again, other] = [
      await simulate(61, scenario),
      await simulate(61, scenario),
      await simulate(62, scenario),
    ];
    expect(again.traceHash).toBe(first.traceHash);
    expect(other.traceHash).not.toBe(first.traceHash);
  });
});
