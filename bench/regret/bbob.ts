import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { conclude } from '../record.ts';
import { openEngine, type Engine } from './engine.ts';
import { ecdfPlot, writePlot } from '../plots.ts';
import { openProblems, type Problems } from './problems.ts';
import { shown } from './report.ts';
import { writeRuns } from './results.ts';
import { mean, meanEstimate } from './statistics.ts';

/**
 * The 24 functions of BBOB: which share of their targets is hit after so many evaluations a dimension. The peers' runs
 * are those of run_bbob.py; of each dimension the functions and instances count that a peer and the engine both have.
 */

/** By function and instance: the evaluation that hit each target, 0 if none did. */
interface Hits {
  method: string;
  version: string;
  d: number;
  runs: Record<string, number[]>;
}

const { values: asked } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    dimensions: { type: 'string', default: '2,5,10,20' },
    /** How many of each function. */
    instances: { type: 'string', default: '3' },
    /** The root of another tree whose engine is run instead, such as a copy with a change; it writes no record. */
    engine: { type: 'string' },
    /** Does not run the engine, but takes what was recorded. */
    recorded: { type: 'boolean', default: false },
  },
});
const isTrial = asked.quick || asked.engine !== undefined;
const evaluationsPerDimension = 50;
const functionCount = asked.quick ? 3 : 24;
/** From 100 to 1e-8, five to a power of ten. */
const targets = Array.from({ length: 51 }, (_, i) => 10 ** (2 - i / 5));
const shownCounts = [5, 10, 20, 50];
const folder = join(import.meta.dirname, '..', 'results', 'regret-bbob');
const dimensions = (asked.quick ? '2' : asked.dimensions).split(',').map(Number);
const instances = Array.from({ length: asked.quick ? 1 : Number(asked.instances) }, (_, i) => i + 1);

const own = asked.recorded ? readHits('cavia') : await ownHits();
const peers = readdirSync(folder)
  .filter((name) => name !== 'cavia')
  .flatMap(readHits);
const pairs = own.flatMap((ours) =>
  peers
    .filter(({ d }) => d === ours.d)
    .map((peer) => ({ ours, peer, names: commonNames(ours, peer) }))
    .filter(({ names }) => names.length > 0),
);
if (!isTrial) for (const ours of own) writePlot(`bbob-d${ours.d}`, ecdfPlot(`BBOB, d = ${ours.d}`, curvesOf(ours)));
conclude(
  'regret-bbob',
  isTrial,
  pairs.map(({ ours, peer, names }) => ({
    d: ours.d,
    peer: peer.method,
    runs: names.length,
    ...Object.fromEntries(
      shownCounts.map((count) => [
        `ours / its @${count}d`,
        `${share(ours, names, count).toFixed(3)} / ${share(peer, names, count).toFixed(3)}`,
      ]),
    ),
    'difference @50d': shown(
      meanEstimate(
        names.map((name) => [
          solved(ours, name, evaluationsPerDimension) - solved(peer, name, evaluationsPerDimension),
        ]),
      ),
      3,
    ),
  })),
  {
    settings: {
      evaluationsPerDimension,
      functions: functionCount,
      targets: targets.length,
      runs: Object.fromEntries(
        [...own, ...peers].map(({ method, d, runs }) => [`${method} d=${d}`, Object.keys(runs).length]),
      ),
      versions: Object.fromEntries([...own, ...peers].map(({ method, d, version }) => [`${method} d=${d}`, version])),
    },
    verdicts: pairs.map(({ ours, peer, names }) => ({
      what: `d = ${ours.d}: share of targets that ${peer.method} hits at 50·d, minus ours (${names.length} runs)`,
      measured: share(peer, names, evaluationsPerDimension) - share(ours, names, evaluationsPerDimension),
      max: 0,
    })),
    samples: { plots: own.map(({ d }) => `bbob-d${d}`) },
  },
);

async function ownHits(): Promise<Hits[]> {
  const problems = await openProblems();
  const engine = await openEngine(asked.engine);
  const found: Hits[] = [];
  for (const d of dimensions) {
    const head = { method: 'cavia', version: engine.version, d };
    const hits: Hits = { ...head, runs: {} };
    for (const instance of instances) {
      for (let number = 1; number <= functionCount; number++) {
        const name = `f${number}_i${instance}`;
        hits.runs[name] = await ownRun(engine, problems, `bbob_${name}_d${d}`, d, instance);
        process.stderr.write(`d = ${d}: ${name}\n`);
      }
      if (!isTrial) writeRuns(join(folder, 'cavia', `d${d}.json`), head, hits.runs);
    }
    found.push(hits);
  }
  problems.close();
  return found;
}

async function ownRun(engine: Engine, problems: Problems, name: string, d: number, seed: number): Promise<number[]> {
  const parameters = Object.fromEntries(
    Array.from({ length: d }, (_, i) => [`x${i}`, { type: 'float', low: -5, high: 5 }]),
  );
  const study = engine.start(parameters, seed);
  const hits = targets.map(() => 0);
  for (let number = 0; number < evaluationsPerDimension * d && hits.at(-1) === 0; number++) {
    const params = study.ask(number);
    const [value] = await problems.evaluate(name, params, seed, number);
    study.tell(params, value);
    targets.forEach((target, i) => {
      if (hits[i] === 0 && value <= target) hits[i] = number + 1;
    });
  }
  return hits;
}

function readHits(method: string): Hits[] {
  return [2, 5, 10, 20]
    .map((d) => join(folder, method, `d${d}.json`))
    .filter((file) => existsSync(file))
    .map((file) => JSON.parse(readFileSync(file, 'utf8')) as Hits);
}

function commonNames({ runs }: Hits, other: Hits): string[] {
  return Object.keys(runs).filter((name) => name in other.runs);
}

/** The share of the targets of one run that are hit after `count` evaluations a dimension. */
function solved({ runs, d }: Hits, name: string, count: number): number {
  return mean(runs[name].map((hit) => (hit > 0 && hit <= count * d ? 1 : 0)));
}

function share(hits: Hits, names: readonly string[], count: number): number {
  return mean(names.map((name) => solved(hits, name, count)));
}

/** Of every method on the runs that all have which have as many as half of ours. */
function curvesOf(ours: Hits): { name: string; points: [evaluationsPerDimension: number, share: number][] }[] {
  const all = [ours, ...peers.filter(({ d, runs }) => d === ours.d && Object.keys(runs).length >= functionCount)];
  const names = Object.keys(ours.runs).filter((name) => all.every(({ runs }) => name in runs));
  return all.map((hits) => ({
    name: hits.method,
    points: Array.from({ length: evaluationsPerDimension * hits.d }, (_, i): [number, number] => [
      (i + 1) / hits.d,
      share(hits, names, (i + 1) / hits.d),
    ]),
  }));
}
