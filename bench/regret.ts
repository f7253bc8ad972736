import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { Params } from '../shared/domain/parameter.ts';
import type { Observation } from '../shared/engine/observations.ts';
import { suggestWithModel, type History } from '../shared/engine/suggest-with-model.ts';
import { suggest } from '../shared/engine/suggest.ts';
import { createGenerator, type Generator } from '../shared/numerics/random.ts';
import { quantile } from './quantiles.ts';
import { conclude, isQuickRun } from './record.ts';
import { problemsOf, randomParams, type Problem } from './regret-problems.ts';

/**
 * How good the best trial of a study is after so many: our samplers against Optuna's with their defaults, one trial
 * at a time, on the same problems with the same noise.
 * The incumbent is what looked best: of hpobench_car a third of the configurations were perfect under one seed, so
 * there chance has a large say.
 * Optuna needs a Python with optuna, torch, numpy and scipy: `python3`, or what PYTHON names. Without one only our
 * own samplers run.
 */

interface Told {
  observed: number;
  mean: number;
}

/** One study: what its trials told, in order. */
interface Run {
  problem: string;
  method: string;
  seed: number;
  told: Told[];
  seconds: number;
}

type Choice = (problem: Problem, seed: number, history: History) => { params: Params } | undefined;

const isQuick = isQuickRun();
const seeds = isQuick ? [0] : [0, 1, 2, 3];
const trialCount = 60;
const trialCounts = [15, 30, 60];
/** Closer to the optimum than this share of the way from the median counts as this. */
const regretMin = 1e-4;
const checkedCount = 20;
const bootstrapCount = 2000;
const bootstrapSeed = 20_261_124;
const optunaSamplers = ['TPESampler', 'GPSampler'];
const python = process.env['PYTHON'] ?? 'python3';

const ownSamplers: Record<string, Choice> = {
  cavia: ({ space }, seed, history) =>
    suggestWithModel(
      { space, sampler: { kind: 'gp' }, seed, number: history.observations.length, fixed: {}, firstTry: 0 },
      { metric: 'loss', direction: 'minimize' },
      history,
    ),
  quasiRandom: ({ space }, seed, { observations }) =>
    suggest({ space, sampler: { kind: 'quasiRandom' }, seed, number: observations.length, fixed: {}, firstTry: 0 }),
};

const problems = problemsOf(isQuick);
const optuna = optunaVersion();
if (optuna !== undefined) await askPython(problems, []);
const startMs = performance.now();
const runs = await allRuns();
const wallSeconds = (performance.now() - startMs) / 1000;
const methods = [...Object.keys(ownSamplers), ...(optuna === undefined ? [] : optunaSamplers)];

/** By method, problem and seed: log10 of the regret after each of `trialCounts`. */
const regrets = methods.map((method) =>
  problems.map((problem) => seeds.map((seed) => regretsOf(problem, runOf(problem, method, seed)))),
);
const byProblem = problems.map(({ name }, p) => ({
  problem: name,
  ...Object.fromEntries(methods.map((method, m) => [method, rounded(mean(regrets[m][p].map(last)), 3)])),
}));
console.table(byProblem);

const rows = methods.map((method, m) => ({
  method,
  ...Object.fromEntries(
    trialCounts.map((count, at) => [`${count} trials`, withInterval((p, s) => regrets[m][p][s][at])]),
  ),
  'ms a trial': (1000 * mean(runsOf(method).map(({ seconds }) => seconds))) / trialCount,
}));
const [own, peer] = [regrets[0], regrets[methods.indexOf('GPSampler')]];
const difference = peer && ((p: number, s: number) => last(own[p][s]) - last(peer[p][s]));
conclude('regret', isQuick, rows, {
  settings: {
    seeds,
    trialCount,
    regretMin,
    bootstrapCount,
    bootstrapSeed,
    problems: problems.map(({ name, best, median }) => ({ name, best, median })),
    optuna: optuna ?? 'missing',
    processes: 2,
    wallSeconds: Math.round(wallSeconds),
  },
  verdicts: difference
    ? [
        {
          what: "cavia's mean log10 regret at 60 trials minus that of Optuna's GPSampler",
          measured: overall(difference),
          max: 0,
        },
      ]
    : [],
  samples: {
    byProblemAt60: byProblem,
    differenceToGPSamplerAt60: difference ? withInterval(difference) : 'missing',
    incumbentAfterEachTrial: Object.fromEntries(
      problems.map((problem) => [
        problem.name,
        Object.fromEntries(
          methods.map((method) => [method, seeds.map((seed) => shownIncumbents(runOf(problem, method, seed)))]),
        ),
      ]),
    ),
  },
});

/** Two processes at once: Optuna's studies in one, ours in this one, and when those are done Optuna's in two. */
async function allRuns(): Promise<Run[]> {
  const found: Run[] = [];
  const waiting = optuna === undefined ? [] : [...problems];
  const peers = async (): Promise<void> => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      found.push(...(await askPython([next], optunaSamplers)));
    }
  };
  const ours = async (): Promise<void> => {
    for (const problem of problems) {
      for (const method of Object.keys(ownSamplers)) found.push(...seeds.map((seed) => ownRun(problem, method, seed)));
      await setImmediate();
    }
    await peers();
  };
  await Promise.all([peers(), ours()]);
  return found;
}

function ownRun(problem: Problem, method: string, seed: number): Run {
  let observations: Observation[] = [];
  const told: Told[] = [];
  const startedMs = performance.now();
  for (let number = 0; number < trialCount; number++) {
    const suggested = ownSamplers[method](problem, seed, { observations, pending: new Map(), inFlight: [] });
    if (!suggested) throw new Error(`${method} found no params for trial ${number} of ${problem.name}.`);
    const { params } = suggested;
    const observed = problem.observe(params, seed, number);
    told.push({ observed, mean: problem.mean(params) });
    observations = [...observations, { params, value: observed }];
  }
  return { problem: problem.name, method, seed, told, seconds: (performance.now() - startedMs) / 1000 };
}

/** undefined without Optuna or what its GPSampler needs. */
function optunaVersion(): string | undefined {
  const code = 'import optuna, torch, scipy; print(optuna.__version__)';
  const { status, stdout } = spawnSync(python, ['-c', code], { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : undefined;
}

/** Throws when Python finds another value at one of the points that are checked first. */
async function askPython(asked: readonly Problem[], samplers: string[]): Promise<Run[]> {
  const child = spawn(python, [join(import.meta.dirname, 'regret.py')], { stdio: ['pipe', 'pipe', 'inherit'] });
  let answer = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (answer += text));
  child.stdin.end(JSON.stringify({ problems: asked.map(withPoints), samplers, seeds, trialCount }));
  const code = await new Promise((resolve) => child.once('close', resolve));
  if (code !== 0) throw new Error(`regret.py ended with ${String(code)}.`);
  return JSON.parse(answer) as Run[];
}

function withPoints({ name, parameters, table, space, observe, mean: meanAt }: Problem): object {
  const points = randomParams(space, checkedCount).map((params, number) => {
    const seed = number % 4;
    return { params, seed, number, observed: observe(params, seed, number), mean: meanAt(params) };
  });
  return { name, parameters, table, points };
}

function runsOf(method: string): Run[] {
  return runs.filter((run) => run.method === method);
}

function runOf({ name }: Problem, method: string, seed: number): Run {
  const found = runsOf(method).find((run) => run.problem === name && run.seed === seed);
  if (!found) throw new Error(`There is no run of ${method} on ${name} with seed ${seed}.`);
  return found;
}

/** Of the trial that looked best after each trial: what it is without noise. */
function incumbents({ told }: Run): number[] {
  let best = told[0];
  return told.map((one) => {
    if (one.observed < best.observed) best = one;
    return best.mean;
  });
}

/** A text, because a line for each number would make the record six times as long. */
function shownIncumbents(run: Run): string {
  return incumbents(run)
    .map((value) => rounded(value, 6))
    .join(' ');
}

function regretsOf({ best, median }: Problem, run: Run): number[] {
  const values = incumbents(run);
  return trialCounts.map((count) => Math.log10(Math.max(regretMin, (values[count - 1] - best) / (median - best))));
}

/** The mean of a value by problem and seed, over both. */
function overall(valueAt: (p: number, s: number) => number): number {
  return mean(problems.flatMap((_, p) => seeds.map((_, s) => valueAt(p, s))));
}

/** The mean with the middle 90 % of the means of resampled problems, of each of which seeds are resampled. */
function withInterval(valueAt: (p: number, s: number) => number): string {
  const random = createGenerator(bootstrapSeed, 0);
  const means = Array.from({ length: bootstrapCount }, () =>
    mean(drawn(random, problems.length).flatMap((p) => drawn(random, seeds.length).map((s) => valueAt(p, s)))),
  );
  const [low, high] = [quantile(means, 0.05), quantile(means, 0.95)];
  return `${overall(valueAt).toFixed(2)} (${low.toFixed(2)} to ${high.toFixed(2)})`;
}

function drawn(random: Generator, count: number): number[] {
  return Array.from({ length: count }, () => random.nextBelow(count));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function last(values: readonly number[]): number {
  return values[values.length - 1];
}

function rounded(value: number, digits: number): number {
  return Number(value.toPrecision(digits));
}
