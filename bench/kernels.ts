import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { createKernels } from '../shared/numerics/kernels.ts';
import type { Observations } from '../shared/numerics/kernels-contract.ts';
import { plainKernels } from '../shared/numerics/kernels-plain.ts';
import { createGenerator } from '../shared/numerics/random.ts';
import { median } from './quantiles.ts';
import { conclude, isQuickRun } from './record.ts';
import { timeMs } from './time-ms.ts';

/**
 * The kernels against the same product in TypeScript, and the marginal likelihood with its gradient against NumPy
 * with OpenBLAS on one thread, on the same problems and the same machine.
 * The second needs a Python with numpy and scipy: `python3`, or what PYTHON names.
 */

interface Problem {
  observations: Observations;
  theta: Float64Array;
  repetitions: number;
}

interface NumpyAnswer {
  medianMs: number;
  value: number;
  gradient: number[];
  numpy: string;
}

const isQuick = isQuickRun();
const seed = 20_261_124;
const d = 10;
const candidateCount = 2048;
const productSide = 256;
const productRepetitions = isQuick ? 11 : 101;
/** WASM's time over TypeScript's: at least 3.5 times as fast. */
const productRatioMax = 1 / 3.5;
/** Our time over NumPy's, by n. */
const numpyRatioMax: Record<number, number> = { 100: 0.6, 500: 0.7, 1000: 1.3 };
const python = process.env['PYTHON'] ?? 'python3';

const kernels = createKernels();
const product = measureProduct();
const measured = [50, 100, 200, 500, 1000].map(measureModel);
const numpy = measured.find((one) => one.numpy)?.numpy?.numpy ?? 'missing';

const rows = measured.map(({ n, likelihoodMs, conditionMs, predictMs, plainMs, numpy }) => ({
  n,
  'value + gradient, ms': likelihoodMs,
  'NumPy, ms': numpy?.medianMs ?? '',
  ratio: numpy === undefined ? '' : likelihoodMs / numpy.medianMs,
  'plain TypeScript, ms': plainMs ?? '',
  'condition, ms': conditionMs,
  [`predict ${candidateCount}, ms`]: predictMs,
}));
conclude('kernels', isQuick, rows, {
  settings: { kind: kernels.kind, seed, d, productSide, productRepetitions, numpy },
  verdicts: [
    {
      what: "product in WASM over TypeScript's time",
      measured: product.wasmMs / product.plainMs,
      max: productRatioMax,
    },
    ...measured.flatMap(({ n, likelihoodMs, numpy }) =>
      numpy === undefined || numpyRatioMax[n] === undefined
        ? []
        : [
            {
              what: `value + gradient over NumPy's time, n = ${n}`,
              measured: likelihoodMs / numpy.medianMs,
              max: numpyRatioMax[n],
            },
          ],
    ),
  ],
  samples: { product, gigaflops: (2 * productSide ** 3) / product.wasmMs / 1e6 },
});

/** Both by turns, so that what the machine does meanwhile meets both alike. */
function measureProduct(): { wasmMs: number; plainMs: number } {
  const random = createGenerator(seed, 0);
  const [a, b, c] = [0, 0, 0].map(() => Float64Array.from({ length: productSide ** 2 }, () => random.nextUnit()));
  const [wasmMs, plainMs]: number[][] = [[], []];
  for (let repetition = 0; repetition < productRepetitions; repetition++) {
    wasmMs.push(timeMs(() => kernels.gemm(1, a, b, c, productSide, productSide, productSide)));
    plainMs.push(timeMs(() => tiledProduct(a, b, c, productSide)));
  }
  return { wasmMs: median(wasmMs), plainMs: median(plainMs) };
}

/** C += A Bᵀ in the tiles of kernels.as, one lane instead of two. */
function tiledProduct(a: Float64Array, b: Float64Array, c: Float64Array, n: number): void {
  for (let i = 0; i < n; i += 4) {
    for (let j = 0; j < n; j += 2) {
      const [a0, a1, a2, a3] = [i * n, (i + 1) * n, (i + 2) * n, (i + 3) * n];
      const [b0, b1] = [j * n, (j + 1) * n];
      let s00 = 0;
      let s01 = 0;
      let s10 = 0;
      let s11 = 0;
      let s20 = 0;
      let s21 = 0;
      let s30 = 0;
      let s31 = 0;
      for (let k = 0; k < n; k++) {
        const y0 = b[b0 + k];
        const y1 = b[b1 + k];
        const x0 = a[a0 + k];
        s00 += x0 * y0;
        s01 += x0 * y1;
        const x1 = a[a1 + k];
        s10 += x1 * y0;
        s11 += x1 * y1;
        const x2 = a[a2 + k];
        s20 += x2 * y0;
        s21 += x2 * y1;
        const x3 = a[a3 + k];
        s30 += x3 * y0;
        s31 += x3 * y1;
      }
      c[a0 + j] += s00;
      c[a0 + j + 1] += s01;
      c[a1 + j] += s10;
      c[a1 + j + 1] += s11;
      c[a2 + j] += s20;
      c[a2 + j + 1] += s21;
      c[a3 + j] += s30;
      c[a3 + j + 1] += s31;
    }
  }
}

function measureModel(n: number): {
  n: number;
  likelihoodMs: number;
  conditionMs: number;
  predictMs: number;
  plainMs: number | undefined;
  numpy: NumpyAnswer | undefined;
} {
  const problem = problemOf(n);
  const { observations, theta, repetitions } = problem;
  const gradient = new Float64Array(d + 2);
  const likelihoodMs = medianMs(repetitions, () => kernels.logLikelihood(observations, theta, gradient));
  const value = kernels.logLikelihood(observations, theta, gradient);
  const numpy = askNumpy(problem);
  if (numpy !== undefined) assertSame(n, [value, ...gradient], [numpy.value, ...numpy.gradient]);

  const conditionMs = medianMs(repetitions, () => kernels.condition(observations, theta));
  const model = kernels.condition(observations, theta);
  if (model === undefined) throw new Error(`K of ${n} points is not positive definite.`);
  const z = uniform(1, candidateCount * d);
  const [mean, variance] = [new Float64Array(candidateCount), new Float64Array(candidateCount)];
  const predictMs = medianMs(7, () => kernels.predict(model, z, candidateCount, mean, variance));
  const plainMs = n > 200 ? undefined : medianMs(31, () => plainKernels.logLikelihood(observations, theta, gradient));
  return { n, likelihoodMs, conditionMs, predictMs, plainMs, numpy };
}

function problemOf(n: number): Problem {
  const theta = new Float64Array(d + 2);
  theta[d + 1] = -4;
  const isCategory = Array.from({ length: d }, () => false);
  const repetitions = Math.max(5, Math.round((isQuick ? 2_000 : 20_000) / n));
  return { observations: { n, d, x: uniform(2, n * d), y: uniform(3, n), isCategory }, theta, repetitions };
}

function uniform(purpose: number, count: number): Float64Array {
  const random = createGenerator(seed, purpose, count);
  return Float64Array.from({ length: count }, () => random.nextUnit() - 0.5);
}

/** undefined without numpy and scipy. */
function askNumpy({ observations: { n, x, y }, theta, repetitions }: Problem): NumpyAnswer | undefined {
  const input = JSON.stringify({ n, d, x: [...x], y: [...y], theta: [...theta], repetitions });
  const { status, stdout } = spawnSync(python, [join(import.meta.dirname, 'kernels.py')], { input, encoding: 'utf8' });
  return status === 0 ? (JSON.parse(stdout) as NumpyAnswer) : undefined;
}

/** Fast and wrong does not count. NumPy's distances by products lose some digits. */
function assertSame(n: number, ours: number[], theirs: number[]): void {
  const scale = Math.max(...theirs.map(Math.abs));
  if (ours.every((one, at) => Math.abs(one - theirs[at]) <= 1e-10 * scale)) return;
  throw new Error(`At n = ${n} the kernels found ${ours.join(', ')}, NumPy ${theirs.join(', ')}.`);
}

function medianMs(repetitions: number, run: () => unknown): number {
  return median(Array.from({ length: repetitions }, () => timeMs(run)));
}
