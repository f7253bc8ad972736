import { parseArgs } from 'node:util';
import { alignedTable, conclude } from '../record.ts';
import { knownMethods, writeResults } from './results.ts';
import { counts, methodOf, recordedMethod, type Method } from './comparison.ts';
import { openEngine } from './engine.ts';
import { ownRuns, trialCount } from './own-runs.ts';
import { openProblems, splits, type Problem } from './problems.ts';
import { regretPlot, writePlot } from '../plots.ts';
import { curvesOf, familiesOf, problemTable, reportTables, verdictsOf, type Table } from './report.ts';
import { regretMin } from './scores.ts';

/**
 * How good the best trial of a study is after so many: the engine against the peers of run_peers.py, one trial at a
 * time, on the same problems with the same noise. The engine runs afresh, of the peers the recorded runs count.
 * A part of the problems or seeds shows tables; all of them make the record.
 */

const { values: asked } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    /** dev or held-out. */
    split: { type: 'string' },
    family: { type: 'string' },
    /** Names of problems, by commas. */
    only: { type: 'string' },
    seeds: { type: 'string', default: '8' },
    /** Peers to compare with, by commas; all without it. */
    peers: { type: 'string' },
    /** The root of another tree whose engine is run instead, such as a copy with a change. */
    engine: { type: 'string' },
    /** Does not run the engine, but takes what was recorded. */
    recorded: { type: 'boolean', default: false },
  },
});
const quickProblems = ['branin', 'hpobench_car', 'momentum'];
/** What a peer did on fewer says nothing of it, and is left out of the record. */
const problemCountMin = 5;

const problems = await openProblems();
const chosen = problems.listed.filter(isChosen);
const seeds = Array.from({ length: asked.quick ? 1 : Number(asked.seeds) }, (_, seed) => seed);
const isWhole = chosen.length === problems.listed.length && asked.engine === undefined && asked.seeds === '8';
const isTrial = asked.quick || !isWhole;
const own = await ownMethod();
problems.close();
const peers = knownMethods()
  .filter(isPeer)
  .map((name) => recordedMethod(name, chosen, seeds))
  .filter((method) => method !== undefined)
  .filter(({ curves }) => isTrial || curves.size >= problemCountMin);
if (!isWhole) {
  const recorded = asked.recorded ? undefined : recordedMethod('cavia', chosen, seeds);
  if (recorded) peers.unshift({ ...recorded, name: 'cavia, recorded' });
}

const halves = splits.filter((split) => chosen.some((problem) => problem.split === split));
const sections = [
  ...halves.map((split) => ({ where: split as string, within: chosen.filter((problem) => problem.split === split) })),
  ...(halves.length > 1 ? [{ where: 'all', within: chosen }] : []),
];
const tables: Table[] = sections.flatMap(({ where, within }) =>
  reportTables(own, peers, within).map((table) => ({ ...table, title: `${where}: ${table.title}` })),
);
tables.push(problemTable(own, peers, chosen));
for (const { title, rows } of tables.slice(0, -1)) console.log(`\n${title}\n${alignedTable(rows)}`);
const plots = isTrial ? [] : writePlots();
conclude('regret', isTrial, tables.at(-1)!.rows, {
  settings: {
    seeds,
    trialCount,
    counts,
    regretMin,
    problems: Object.fromEntries(
      splits.map((split) => [split, chosen.filter((p) => p.split === split).map(({ name }) => name)]),
    ),
    versions: Object.fromEntries([own, ...peers].map(({ name, version }) => [name, version])),
  },
  verdicts: sections.flatMap(({ where, within }) => verdictsOf(own, peers, within, where)),
  samples: { plots, tables: tables.slice(0, -1) },
});

/** Of all, of each half, and of each family; their names. */
function writePlots(): string[] {
  const parts = [
    ...sections.toReversed(),
    ...familiesOf(chosen).map((family) => ({
      where: family,
      within: chosen.filter((problem) => problem.family === family),
    })),
  ];
  return parts.map(({ where, within }) => {
    const name = `regret-${where}`;
    writePlot(name, regretPlot(`${where}: ${within.length} problems`, curvesOf(own, peers, within)));
    return name;
  });
}

function isChosen({ name, split, family }: Problem): boolean {
  return (
    (!asked.quick || quickProblems.includes(name)) &&
    (asked.split ?? split) === split &&
    (asked.family ?? family) === family &&
    (asked.only === undefined || asked.only.split(',').includes(name))
  );
}

function isPeer(name: string): boolean {
  return asked.peers === undefined ? name !== 'cavia' : asked.peers.split(',').includes(name);
}

/** Ours, run now unless what was recorded is wanted; the whole run is kept. */
async function ownMethod(): Promise<Method> {
  if (asked.recorded) {
    const recorded = recordedMethod('cavia', chosen, seeds);
    if (!recorded) throw new Error('Nothing is recorded of cavia on these problems.');
    return recorded;
  }
  const engine = await openEngine(asked.engine);
  const runs = await ownRuns(engine, problems, chosen, seeds);
  if (!isTrial) {
    for (const { name, version } of chosen) {
      const head = { method: 'cavia', version: engine.version, problem: name, problemVersion: version };
      writeResults({ ...head, runs: runs.get(name)! });
    }
  }
  return methodOf('cavia', engine.version, runs, chosen, seeds);
}
