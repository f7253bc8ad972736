import { parseArgs } from 'node:util';
import type { Params } from '../../shared/domain/parameter.ts';
import { paramsKey } from '../../shared/domain/params.ts';
import { conclude } from '../record.ts';
import { openEngine, type Engine } from './engine.ts';
import { ownRun } from './own-runs.ts';
import { openProblems, type Problem, type Problems } from './problems.ts';
import { shown } from './report.ts';
import type { Run } from './results.ts';
import { scoresOf } from './scores.ts';
import { countToReach, estimate, meanCurve, medianEstimate } from './statistics.ts';

/**
 * What it costs to ask for eight at once and tell them together, instead of one at a time: how many more trials it
 * takes to be where one at a time is after so many, as a median over problems. And how many different configurations
 * a hundred asked at once are.
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
    seeds: { type: 'string', default: '2' },
    engine: { type: 'string' },
  },
});
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
const engine = await openEngine(asked.engine);
const seeds = Array.from({ length: asked.quick ? 1 : Number(asked.seeds) }, (_, seed) => seed);
const chosen = problems.listed.filter(
  ({ name, split }) => (asked.split ?? split) === split && (!asked.quick || quickProblems.includes(name)),
);
const found: { problem: Problem; curves: Curves[] }[] = [];
for (const problem of chosen) {
  const curves: Curves[] = [];
  for (const seed of seeds) {
    const single = await ownRun(engine, problems, problem, seed, singleCount);
    const batched = await batchedRun(engine, problems, problem, seed);
    curves.push({ single: scoresOf(problem, single), batched: scoresOf(problem, batched) });
  }
  found.push({ problem, curves });
  process.stderr.write(`${problem.name}: ${ratioAt(judgedCount)(curves).toFixed(2)}\n`);
}
const many = await distinctOfMany(problems.listed.find(({ name }) => name === 'branin')!);
problems.close();

const all = found.map(({ curves }) => curves);
conclude(
  'regret-batches',
  asked.quick || asked.split !== undefined || asked.engine !== undefined,
  targetCounts.map((count) => ({
    'the value of one at a time after': count,
    'takes in batches of 8 so many times the trials': shown(medianEstimate(all, ratioAt(count))),
    'on the mean over all problems': shown(estimate(all, (curves) => ratioAt(count)(curves.map(meanOfSeeds)))),
    problems: all.length,
    seeds: seeds.length,
  })),
  {
    settings: { batchSize, seeds, singleCount, batchedCount, engine: engine.version },
    verdicts: [
      {
        what: `trials in batches of ${batchSize} over those one at a time, to its value after ${judgedCount}`,
        measured: medianEstimate(all, ratioAt(judgedCount)).value,
        max: ratioMax,
      },
      { what: `of ${manyCount} asked at once, how many are the same as another`, measured: manyCount - many, max: 0 },
    ],
    samples: {
      ratios: Object.fromEntries(
        found.map(({ problem, curves }) => [problem.name, targetCounts.map((count) => ratioAt(count)(curves))]),
      ),
    },
  },
);

/** How many times the trials; where the value is not reached, as if it were one trial later. */
function ratioAt(count: number): (curves: readonly Curves[]) => number {
  return (curves) => {
    const single = meanCurve(curves.map((one) => one.single));
    const batched = meanCurve(curves.map((one) => one.batched));
    const target = single[count - 1];
    return countToReach(batched, target) / countToReach(single, target);
  };
}

function meanOfSeeds(curves: readonly Curves[]): Curves {
  return {
    single: meanCurve(curves.map(({ single }) => single)),
    batched: meanCurve(curves.map(({ batched }) => batched)),
  };
}

async function batchedRun(one: Engine, at: Problems, { name, parameters }: Problem, seed: number): Promise<Run> {
  const study = one.start(parameters, seed);
  const run: Required<Run> = { seconds: 0, told: [], true: [] };
  while (run.told.length < batchedCount) {
    const pending = new Map<number, Params>();
    for (let i = 0; i < batchSize; i++) {
      const number = run.told.length + i;
      pending.set(number, study.ask(number, new Map(pending)));
    }
    for (const [number, params] of pending) {
      const [told, exact] = await at.evaluate(name, params, seed, number);
      run.told.push(told);
      run.true.push(exact);
      study.tell(params, told);
    }
  }
  return run;
}

async function distinctOfMany({ name, parameters }: Problem): Promise<number> {
  const study = engine.start(parameters, 0);
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
