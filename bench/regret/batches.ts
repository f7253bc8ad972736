import { globSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Params } from '../../shared/domain/parameter.ts';
import { paramsKey } from '../../shared/domain/params.ts';
import { withPatch } from '../patched-tree.ts';
import { conclude } from '../record.ts';
import { openEngine, type Engine } from './engine.ts';
import { ownRun } from './own-runs.ts';
import { openProblems, type Problem } from './problems.ts';
import { shown } from './report.ts';
import type { Run } from './results.ts';
import { scoresOf } from './scores.ts';
import { countToReach, estimate, meanCurve, medianEstimate } from './statistics.ts';

/**
 * What it costs to ask for eight at once and tell them together, instead of one at a time: how many times the trials it
 * takes to be where one at a time is after so many, as a median over problems; the same where pending points are
 * treated otherwise, which patches of `batched` do. And how many different configurations a hundred asked at once are.
 */

/** The scores after each trial. */
interface Curves {
  single: number[];
  batched: number[];
}

const { values: asked } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    split: { type: 'string' },
    seeds: { type: 'string', default: '8' },
    /** Names of patches, by commas; all without it. */
    patches: { type: 'string' },
    engine: { type: 'string' },
  },
});
const isTrial = [asked.split, asked.patches, asked.engine].some((one) => one !== undefined) || asked.quick;
const batchSize = 8;
const targetCounts = [20, 30, 40];
const judgedCount = 40;
const singleCount = 40;
const batchedCount = 96;
const ratioMax = 1.3;
const manyCount = 100;
/** Of the problem that many are asked of. */
const historyCount = 20;
const quickProblems = ['branin', 'switches'];

const problems = await openProblems();
const whole = await openEngine(asked.engine);
const seeds = Array.from({ length: asked.quick ? 1 : Number(asked.seeds) }, (_, seed) => seed);
const chosen = problems.listed.filter(
  ({ name, split }) => (asked.split ?? split) === split && (!asked.quick || quickProblems.includes(name)),
);
const patches = globSync(join(import.meta.dirname, 'batched', '*.patch'))
  .sort()
  .filter((file) => asked.patches === undefined || asked.patches.split(',').includes(basename(file, '.patch')))
  .slice(0, asked.quick ? 1 : undefined);

const singles = await curvesBy('one at a time', (problem, seed) => ownRun(whole, problems, problem, seed, singleCount));
const found = [await inBatches('as Cavia does', whole)];
for (const patch of patches) {
  found.push(
    await withPatch(patch, ['shared'], async (copy) => inBatches(basename(patch, '.patch'), await openEngine(copy))),
  );
}
const many = await distinctOfMany(problems.listed.find(({ name }) => name === 'branin')!);
problems.close();

conclude(
  'regret-batches',
  isTrial,
  found.map(({ name, curves }) => ({
    'pending points': name,
    ...Object.fromEntries(
      targetCounts.map((count) => [`trials to its @${count}`, shown(medianEstimate(curves, ratioAt(count)))]),
    ),
    ...Object.fromEntries(
      targetCounts.map((count) => [`on the mean, @${count}`, shown(estimate(curves, onTheMean(count)))]),
    ),
    problems: curves.length,
    seeds: seeds.length,
  })),
  {
    settings: { batchSize, seeds, singleCount, batchedCount, engine: whole.version },
    verdicts: [
      {
        what: `trials in batches of ${batchSize} over those one at a time, to its value after ${judgedCount}, median`,
        measured: medianEstimate(found[0].curves, ratioAt(judgedCount)).value,
        max: ratioMax,
      },
      ...targetCounts.map((count) => ({
        what: `the same to its value after ${count}, on the mean over all problems`,
        measured: onTheMean(count)(found[0].curves),
        max: ratioMax,
      })),
      { what: `of ${manyCount} asked at once, how many are the same as another`, measured: manyCount - many, max: 0 },
    ],
    samples: {
      ratios: Object.fromEntries(
        found.map(({ name, curves }) => [
          name,
          Object.fromEntries(
            curves.map((all, p) => [chosen[p].name, targetCounts.map((count) => ratioAt(count)(all))]),
          ),
        ]),
      ),
    },
  },
);

/** The scores in batches beside those one at a time, by problem and seed. */
async function inBatches(name: string, engine: Engine): Promise<{ name: string; curves: Curves[][] }> {
  const batched = await curvesBy(name, (problem, seed) => batchedRun(engine, problem, seed));
  const curves = batched.map((ofProblem, p) =>
    ofProblem.map((scores, s) => ({ single: singles[p][s], batched: scores })),
  );
  return { name, curves };
}

/** The scores after each trial, by problem and seed; shows how far it is. */
async function curvesBy(name: string, run: (problem: Problem, seed: number) => Promise<Run>): Promise<number[][][]> {
  const curves: number[][][] = [];
  for (const problem of chosen) {
    const ofProblem: number[][] = [];
    for (const seed of seeds) ofProblem.push(scoresOf(problem, await run(problem, seed)));
    curves.push(ofProblem);
    process.stderr.write(`${name}: ${curves.length} of ${chosen.length}, ${problem.name}\n`);
  }
  return curves;
}

/** How many times the trials; where the value is not reached, as if it were one trial later. */
function ratioAt(count: number): (curves: readonly Curves[]) => number {
  return (curves) => {
    const single = meanCurve(curves.map((one) => one.single));
    const batched = meanCurve(curves.map((one) => one.batched));
    const target = single[count - 1];
    return countToReach(batched, target) / countToReach(single, target);
  };
}

function onTheMean(count: number): (problems: readonly (readonly Curves[])[]) => number {
  return (problems) => ratioAt(count)(problems.map(meanOfSeeds));
}

function meanOfSeeds(curves: readonly Curves[]): Curves {
  return {
    single: meanCurve(curves.map(({ single }) => single)),
    batched: meanCurve(curves.map(({ batched }) => batched)),
  };
}

async function batchedRun(engine: Engine, { name, parameters }: Problem, seed: number): Promise<Run> {
  const study = engine.start(parameters, seed);
  const run: Required<Run> = { seconds: 0, told: [], true: [] };
  while (run.told.length < batchedCount) {
    const pending = new Map<number, Params>();
    for (let i = 0; i < batchSize; i++) {
      const number = run.told.length + i;
      pending.set(number, study.ask(number, new Map(pending)));
    }
    for (const [number, params] of pending) {
      const [told, exact] = await problems.evaluate(name, params, seed, number);
      run.told.push(told);
      run.true.push(exact);
      study.tell(params, told);
    }
  }
  return run;
}

async function distinctOfMany({ name, parameters }: Problem): Promise<number> {
  const study = whole.start(parameters, 0);
  for (let number = 0; number < historyCount; number++) {
    const params = study.ask(number);
    study.tell(params, (await problems.evaluate(name, params, 0, number))[0]);
  }
  const pending = new Map<number, Params>();
  for (let number = historyCount; number < historyCount + manyCount; number++) {
    pending.set(number, study.ask(number, new Map(pending)));
  }
  return new Set([...pending.values()].map(paramsKey)).size;
}
