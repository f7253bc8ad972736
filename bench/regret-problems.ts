import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Params } from '../shared/domain/parameter.ts';
import { SearchSpace } from '../shared/domain/search-space.ts';
import { spaceOf, type Space } from '../shared/domain/space.ts';
import { suggest } from '../shared/engine/suggest.ts';
import { median } from './quantiles.ts';

/** What a problem is, as data: all that regret.py is told. Every parent stands before its children. */
export interface ProblemData {
  name: string;
  parameters: object;
  /** A file of bench/data to look up instead of the function of this name; smaller is better after the transform. */
  table?: { file: string; transform: 'negate' | 'log' };
}

export interface Problem extends ProblemData {
  space: Space;
  /** What an evaluation tells: of a table one of the listed seeds, by turns. */
  observe: (params: Params, seed: number, number: number) => number;
  /** Without noise. */
  mean: (params: Params) => number;
  best: number;
  median: number;
}

/** Random points whose median is the scale of a function. */
const randomCount = 2000;
const randomSeed = 20_261_124;

export function problemsOf(isQuick: boolean): Problem[] {
  const all = [...functions.map(functionProblem), ...tables.map(tableProblem)];
  return isQuick ? all.filter(({ name }) => name === 'branin' || name === 'hpobench_car') : all;
}

/** The first so many params of a random search. */
export function randomParams(space: Space, count: number): Params[] {
  const sampler = { kind: 'random' } as const;
  return Array.from({ length: count }, (_, number) => {
    const suggested = suggest({ space, sampler, seed: randomSeed, number, fixed: {}, firstTry: 0 });
    if (!suggested) throw new Error(`Random search found no params for number ${number}.`);
    return suggested.params;
  });
}

interface FunctionData extends ProblemData {
  best: number;
  valueOf: (params: Params) => number;
}

function functionProblem({ name, parameters, best, valueOf }: FunctionData): Problem {
  const space = readySpace(parameters);
  const values = randomParams(space, randomCount).map(valueOf);
  return { name, parameters, space, observe: valueOf, mean: valueOf, best, median: median(values) };
}

interface TableData extends ProblemData {
  parameters: Record<string, { type: string; values?: unknown[]; choices?: unknown[] }>;
  table: { file: string; transform: 'negate' | 'log' };
}

function tableProblem({ name, parameters, table }: TableData): Problem {
  const packed = readFileSync(join(import.meta.dirname, 'data', table.file));
  const rows = JSON.parse(gunzipSync(packed).toString()) as Record<string, number[]>;
  const transform = table.transform === 'log' ? Math.log : (value: number) => -value;
  const listed = Object.entries(parameters).map(([parameter, { values, choices }]) => ({
    parameter,
    list: values ?? choices ?? [],
  }));
  const rowOf = (params: Params): number[] =>
    rows[listed.map(({ parameter, list }) => list.indexOf(params[parameter])).join('')];
  const meanOf = (row: number[]): number => transform(row.reduce((sum, value) => sum + value, 0) / row.length);
  const means = Object.values(rows).map(meanOf);
  return {
    name,
    parameters,
    table,
    space: readySpace(parameters),
    observe: (params, seed, number) => {
      const row = rowOf(params);
      return transform(row[(number + seed) % row.length]);
    },
    mean: (params) => meanOf(rowOf(params)),
    best: means.reduce((least, mean) => Math.min(least, mean)),
    median: median(means),
  };
}

function readySpace(parameters: object): Space {
  const space = spaceOf(SearchSpace.parse(parameters), []);
  if ('faults' in space) throw new Error(JSON.stringify(space.faults));
  return space;
}

/** The coordinates of a point whose params are x0, x1, … */
function coordinates(params: Params): number[] {
  return Object.keys(params).map((_, i) => params[`x${i}`] as number);
}

function cube(d: number, low: number, high: number): object {
  return Object.fromEntries(Array.from({ length: d }, (_, i) => [`x${i}`, { type: 'float', low, high }]));
}

function branin(params: Params): number {
  const [x, y] = coordinates(params);
  const bowl = y - (5.1 / (4 * Math.PI ** 2)) * x * x + (5 / Math.PI) * x - 6;
  return bowl * bowl + 10 * (1 - 1 / (8 * Math.PI)) * Math.cos(x) + 10;
}

const hartmannHeights = [1, 1.2, 3, 3.2];
const hartmannScales = [
  [10, 3, 17, 3.5, 1.7, 8],
  [0.05, 10, 17, 0.1, 8, 14],
  [3, 3.5, 1.7, 10, 17, 8],
  [17, 8, 0.05, 10, 0.1, 14],
];
const hartmannCentres = [
  [0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886],
  [0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991],
  [0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.665],
  [0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381],
];

function hartmann6(params: Params): number {
  const x = coordinates(params);
  return -hartmannHeights.reduce((sum, height, k) => {
    const distance = x.reduce((all, xi, i) => all + hartmannScales[k][i] * (xi - hartmannCentres[k][i]) ** 2, 0);
    return sum + height * Math.exp(-distance);
  }, 0);
}

function rosenbrock(params: Params): number {
  const x = coordinates(params);
  return x.slice(1).reduce((sum, next, i) => sum + 100 * (next - x[i] * x[i]) ** 2 + (1 - x[i]) ** 2, 0);
}

function ackley(params: Params): number {
  const x = coordinates(params);
  const meanSquare = x.reduce((sum, xi) => sum + xi * xi, 0) / x.length;
  const meanCosine = x.reduce((sum, xi) => sum + Math.cos(2 * Math.PI * xi), 0) / x.length;
  return -20 * Math.exp(-0.2 * Math.sqrt(meanSquare)) - Math.exp(meanCosine) + 20 + Math.E;
}

function levy(params: Params): number {
  const w = coordinates(params).map((xi) => 1 + (xi - 1) / 4);
  const last = w[w.length - 1];
  const middle = w
    .slice(0, -1)
    .reduce((sum, wi) => sum + (wi - 1) ** 2 * (1 + 10 * Math.sin(Math.PI * wi + 1) ** 2), 0);
  return Math.sin(Math.PI * w[0]) ** 2 + middle + (last - 1) ** 2 * (1 + Math.sin(2 * Math.PI * last) ** 2);
}

const mixedOptimizers: Record<string, { rate: number; curvature: number; loss: number }> = {
  sgd: { rate: -1, curvature: 1, loss: 0.2 },
  adam: { rate: -3, curvature: 0.5, loss: 0 },
  rmsprop: { rate: -3.5, curvature: 2, loss: 0.1 },
};

/** A valley: wider networks want smaller rates. 0 at adam, width 256, rate 10^-3.4, and > 0 elsewhere. */
function mixed({ learningRate, width, optimizer }: Params): number {
  const { rate, curvature, loss } = mixedOptimizers[optimizer as string];
  const size = Math.log2(width as number);
  const offValley = Math.log10(learningRate as number) - rate + 0.4 * (size - 7);
  return loss + curvature * offValley * offValley + 0.2 * (size - 8) ** 2;
}

/** What sgd steps by is rate / (1 - momentum). 0 at sgd, momentum 1 - 10^-1.3, rate 10^-1.3, and > 0 elsewhere. */
function conditional({ optimizer, learningRate, momentum }: Params): number {
  const rate = Math.log10(learningRate as number);
  if (optimizer === 'adam') return 0.15 + 0.5 * (rate + 3) ** 2;
  const rest = Math.log10(1 - (momentum as number));
  return (rate - rest) ** 2 + 0.5 * (rest + 1.3) ** 2;
}

const learningRate = { type: 'float', low: 1e-5, high: 1, scale: 'log' };

const functions: FunctionData[] = [
  {
    name: 'branin',
    parameters: { x0: { type: 'float', low: -5, high: 10 }, x1: { type: 'float', low: 0, high: 15 } },
    best: 0.397887357729738,
    valueOf: branin,
  },
  { name: 'hartmann6', parameters: cube(6, 0, 1), best: -3.322368011415515, valueOf: hartmann6 },
  { name: 'rosenbrock5', parameters: cube(5, -2, 2), best: 0, valueOf: rosenbrock },
  { name: 'ackley5', parameters: cube(5, -15, 30), best: 0, valueOf: ackley },
  { name: 'levy10', parameters: cube(10, -10, 10), best: 0, valueOf: levy },
  {
    name: 'mixed',
    parameters: {
      learningRate,
      width: { type: 'int', low: 8, high: 1024, scale: 'log' },
      optimizer: { type: 'categorical', choices: ['sgd', 'adam', 'rmsprop'] },
    },
    best: 0,
    valueOf: mixed,
  },
  {
    name: 'conditional',
    parameters: {
      optimizer: { type: 'categorical', choices: ['sgd', 'adam'] },
      learningRate,
      momentum: { type: 'float', low: 0.5, high: 0.999, scale: 'reverseLog', when: { optimizer: ['sgd'] } },
    },
    best: 0,
    valueOf: conditional,
  },
];

const hpobench = {
  alpha: ordinal([
    1e-8, 7.742637e-8, 5.994842e-7, 4.641589e-6, 3.5938137e-5, 2.7825593e-4, 2.1544348e-3, 1.6681006e-2, 1.2915497e-1,
    1,
  ]),
  batch_size: ordinal([4, 6, 10, 16, 25, 40, 64, 101, 161, 256]),
  depth: ordinal([1, 2, 3]),
  learning_rate_init: ordinal([
    1e-5, 3.5938137e-5, 1.2915497e-4, 4.641589e-4, 1.6681006e-3, 5.9948424e-3, 2.1544347e-2, 7.742637e-2, 2.7825594e-1,
    1,
  ]),
  width: ordinal([16, 25, 40, 64, 101, 161, 256, 406, 645, 1024]),
};
const activation = { type: 'categorical', choices: ['relu', 'tanh'] };
const dropout = ordinal([0, 0.3, 0.6]);
const units = ordinal([16, 32, 64, 128, 256, 512]);
const operation = {
  type: 'categorical',
  choices: ['none', 'skip_connect', 'nor_conv_1x1', 'nor_conv_3x3', 'avg_pool_3x3'],
};

/** Parameters in the order of the key's characters. */
const tables: TableData[] = [
  tableData('hpobench_australian', 'negate', hpobench),
  tableData('hpobench_car', 'negate', hpobench),
  tableData('hpolib_slice_localization', 'log', {
    activation_fn_1: activation,
    activation_fn_2: activation,
    batch_size: ordinal([8, 16, 32, 64]),
    dropout_1: dropout,
    dropout_2: dropout,
    init_lr: ordinal([5e-4, 1e-3, 5e-3, 1e-2, 5e-2, 1e-1]),
    lr_schedule: { type: 'categorical', choices: ['cosine', 'const'] },
    n_units_1: units,
    n_units_2: units,
  }),
  tableData('nasbench201_cifar10', 'negate', {
    Op0: operation,
    Op1: operation,
    Op2: operation,
    Op3: operation,
    Op4: operation,
    Op5: operation,
  }),
];

function tableData(name: string, transform: 'negate' | 'log', parameters: TableData['parameters']): TableData {
  return { name, parameters, table: { file: `${name}.json.gz`, transform } };
}

function ordinal(values: number[]): { type: string; values: number[] } {
  return { type: 'ordinal', values };
}
