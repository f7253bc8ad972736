import { parseArgs } from 'node:util';
import { reportOf } from './report.ts';
import { simulate } from './run.ts';
import { scenarioNames, type ScenarioName } from './scenarios.ts';

/** `--seed N --scenario S` replays one run and shows all of it; `--seeds A:B` runs many. */
const { values: asked } = parseArgs({
  options: {
    seed: { type: 'string' },
    seeds: { type: 'string', default: '0:20' },
    /** One of the scenarios, or several by commas; all when it is left out. */
    scenario: { type: 'string' },
    /** Says what was found as JSON, and nothing else. */
    json: { type: 'boolean', default: false },
    /** Goes on after a violation. */
    'keep-going': { type: 'boolean', default: false },
  },
});
const scenarios = (asked.scenario?.split(',') as ScenarioName[] | undefined) ?? scenarioNames;
const [from, to] =
  asked.seed === undefined ? asked.seeds.split(':').map(Number) : [Number(asked.seed), +asked.seed + 1];
const isReplay = asked.seed !== undefined && scenarios.length === 1 && !asked.json;

const totals = { runs: 0, steps: 0, deaths: 0, faults: 0, violations: 0 };
const beganMs = performance.now();
seeds: for (let seed = from; seed < to; seed++) {
  for (const scenario of scenarios) {
    const run = await simulate(seed, scenario, isReplay ? (line) => console.log(line) : undefined);
    totals.runs++;
    totals.steps += run.steps;
    totals.deaths += run.deaths;
    totals.faults += run.faults;
    if (isReplay) console.log(`trace ${run.traceHash}`);
    if (!run.violation) continue;
    totals.violations++;
    process.exitCode = 1;
    if (asked.json) console.log(JSON.stringify({ seed, scenario, ...run.violation, runs: totals.runs }));
    else console.log(reportOf(run));
    if (!asked['keep-going']) break seeds;
  }
  if (!asked.json && !isReplay && (seed + 1) % 10 === 0) console.log(`seed ${seed}: ${said()}`);
}
if (!asked.json) console.log(said());

function said(): string {
  const { runs, steps, deaths, faults, violations } = totals;
  const seconds = ((performance.now() - beganMs) / 1000).toFixed(1);
  return `${runs} runs, ${steps} steps, ${deaths} deaths, ${faults} other faults, ${violations} violations, ${seconds} s`;
}
