import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import type { Params } from '../shared/domain/parameter.ts';
import { SearchSpace } from '../shared/domain/search-space.ts';
import { spaceOf, type Space } from '../shared/domain/space.ts';
import type { Observation } from '../shared/engine/observations.ts';
import { suggestWithModel } from '../shared/engine/suggest-with-model.ts';
import { unitAt } from '../shared/numerics/random.ts';
import { growthPlot, writePlot, type Line } from './plots.ts';
import { median } from './quantiles.ts';
import { conclude, isQuickRun } from './record.ts';
import { timeMs } from './time-ms.ts';

/**
 * How the time of an ask grows with the history, in one process without a service: when the model is known, and after
 * a result, which is when hyperparameters may be fitted. Against Optuna's GPSampler on the same histories, one thread
 * each. The second needs a Python with optuna, torch and scipy: `python3`, or what PYTHON names.
 */

const isQuick = isQuickRun();
const d = 10;
const seed = 20_261_124;
const counts = isQuick ? [50, 100] : [50, 100, 200, 500, 1000, 2000, 5000, 10_000];
/** What Optuna can be asked without waiting for minutes. */
const optunaCountMax = 500;
const optunaAsks = isQuick ? 3 : 7;
/** Asks after a result, each followed by asks of the known model. */
const results = isQuick ? 3 : 15;
const repeatedAsks = 3;
/** As many trials may be out at the same time. */
const pendingCount = 1000;
/** With so many an ask may take so many times as long as without. */
const pendingRatioMax = 4;
const pendingJudgedCount = 1000;
const objectives = [{ metric: 'loss', direction: 'minimize' as const }];
/** ms of an ask whose model is known, on a quiet core. */
const knownMsMax: Record<number, number> = { 100: 6, 500: 60, 1000: 120, 10_000: 180 };
const residentMiBMax = 512;
const python = process.env['PYTHON'] ?? 'python3';

interface Measured {
  count: number;
  knownMs: number;
  afterResultMs: number;
  pendingMs: number;
  quietestKnownMs: number;
}

const space = cubeOf(d);
const measured = counts.map(measure);
const residentMiB = process.resourceUsage().maxRSS / 1024;
const optuna = askOptuna(counts.filter((count) => count <= optunaCountMax));
const ratios = measured.map(({ afterResultMs }, i) => (optuna?.askMs[i] ? afterResultMs / optuna.askMs[i] : undefined));

const exponent = growthExponent(measured.map(({ count, knownMs }) => [count, knownMs]));
if (!isQuick) writePlot('ask-growth', growthPlot('Time of an ask, 10 parameters', lines()));
conclude(
  'ask-growth',
  isQuick,
  measured.map(({ count, knownMs, afterResultMs, pendingMs }, i) => ({
    results: count,
    'ask, model known, ms': knownMs,
    'ask after a result, ms': afterResultMs,
    [`model known, ${pendingCount} pending, ms`]: pendingMs,
    'GPSampler, ms': optuna?.askMs[i] ?? '',
    ratio: ratios[i] ?? '',
  })),
  {
    settings: { d, seed, results, repeatedAsks, pendingCount, optuna: optuna?.version ?? 'missing' },
    verdicts: [
      ...measured.flatMap(({ count, quietestKnownMs }) =>
        knownMsMax[count] === undefined
          ? []
          : [
              {
                what: `ms of an ask at ${count} results, model known, the quietest`,
                measured: quietestKnownMs,
                max: knownMsMax[count],
              },
            ],
      ),
      ...ratios.flatMap((ratio, i) =>
        ratio === undefined
          ? []
          : [{ what: `ask after a result over GPSampler's, at ${counts[i]} results`, measured: ratio, max: 1 }],
      ),
      ...measured
        .filter(({ count }) => count === pendingJudgedCount)
        .map(({ count, pendingMs, knownMs }) => ({
          what: `ask with ${pendingCount} pending over one with none, at ${count} results`,
          measured: pendingMs / knownMs,
          max: pendingRatioMax,
        })),
      { what: 'power of the count of results that an ask grows with, model known', measured: exponent, max: 1 },
      { what: 'MiB of memory at most, at the end', measured: residentMiB, max: residentMiBMax },
    ],
    samples: { plots: isQuick ? [] : ['ask-growth'] },
  },
);

function measure(count: number): Measured {
  let observations = historyOf(count - results);
  const [knownMs, afterResultMs, pendingMs]: number[][] = [[], [], []];
  const pending = new Map(Array.from({ length: pendingCount }, (_, i) => [count + i, paramsAt(count + i)]));
  ask(observations);
  for (let more = 0; more < results; more++) {
    observations = [...observations, observationAt(observations.length)];
    afterResultMs.push(timeMs(() => ask(observations)));
    for (let again = 0; again < repeatedAsks; again++) knownMs.push(timeMs(() => ask(observations)));
    pendingMs.push(timeMs(() => ask(observations, pending)));
  }
  process.stderr.write(`${count} results\n`);
  return {
    count,
    knownMs: median(knownMs),
    afterResultMs: median(afterResultMs),
    pendingMs: median(pendingMs),
    quietestKnownMs: Math.min(...knownMs),
  };
}

function ask(observations: readonly Observation[], pending: ReadonlyMap<number, Params> = new Map()): Params {
  const request = {
    space,
    sampler: { kind: 'gp' as const },
    seed,
    number: observations.length + pending.size,
    fixed: {},
    firstTry: 0,
  };
  const suggested = suggestWithModel(request, objectives, {
    observations,
    pending,
    failed: new Map(),
    inFlight: [],
  });
  if (suggested?.sampler !== 'gp') throw new Error(`The model was not asked at ${observations.length} results.`);
  return suggested.params;
}

function historyOf(count: number): Observation[] {
  return Array.from({ length: count }, (_, i) => observationAt(i));
}

/** Points spread evenly, and values of a valley with waves. */
function observationAt(i: number): Observation {
  return { params: paramsAt(i), value: valueAt(pointAt(i)) };
}

function paramsAt(i: number): Params {
  const point = pointAt(i);
  return Object.fromEntries(space.names.map((name, k) => [name, point[k]]));
}

function pointAt(i: number): number[] {
  return Array.from({ length: d }, (_, k) => unitAt(seed, 0, i, 0, k));
}

function valueAt(point: readonly number[]): number {
  return point.reduce((sum, x, k) => sum + (k + 1) * (x - 0.3) ** 2 + 0.1 * Math.sin(9 * x), 0);
}

function cubeOf(count: number): Space {
  const parameters = Object.fromEntries(
    Array.from({ length: count }, (_, k) => [`x${k}`, { type: 'float', low: 0, high: 1 }]),
  );
  const found = spaceOf(SearchSpace.parse(parameters), []);
  if ('faults' in found) throw new Error(JSON.stringify(found.faults));
  return found;
}

/** undefined without optuna. */
function askOptuna(at: readonly number[]): { version: string; askMs: number[] } | undefined {
  const histories = at.map((count) => {
    const points = Array.from({ length: count }, (_, i) => pointAt(i));
    return { points, values: points.map(valueAt) };
  });
  const input = JSON.stringify({ histories, asks: optunaAsks, seed });
  const { status, stdout } = spawnSync(python, [join(import.meta.dirname, 'optuna_ask.py')], {
    input,
    encoding: 'utf8',
  });
  return status === 0 ? (JSON.parse(stdout) as { version: string; askMs: number[] }) : undefined;
}

function lines(): Line[] {
  return [
    { name: 'model known', points: measured.map(({ count, knownMs }) => [count, knownMs]) },
    { name: 'after a result', points: measured.map(({ count, afterResultMs }) => [count, afterResultMs]) },
    ...(optuna ? [{ name: 'GPSampler', points: optuna.askMs.map((ms, i): [number, number] => [counts[i], ms]) }] : []),
  ];
}

/** p of time ~ count^p, by least squares on the logs. */
function growthExponent(points: readonly [count: number, ms: number][]): number {
  const logs = points.map(([count, ms]) => [Math.log(count), Math.log(ms)]);
  const [x, y] = [0, 1].map((axis) => logs.reduce((sum, point) => sum + point[axis], 0) / logs.length);
  const covariance = logs.reduce((sum, [a, b]) => sum + (a - x) * (b - y), 0);
  return covariance / logs.reduce((sum, [a]) => sum + (a - x) ** 2, 0);
}
