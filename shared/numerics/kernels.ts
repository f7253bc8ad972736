/**
 * The kernels in WebAssembly: kernels.as compiled, one instance, one arena. About ten times as fast as plain
 * TypeScript; the same bits on every machine that has SIMD, which is every supported Node.
 *
 * Memory: every call lays out the arena anew, which stays as large as its largest call (a likelihood needs 24 MB for
 * 1,000 points, 100 MB for 2,048) until the kernels are dropped.
 * The last model that predicted stays in it until another kind of call needs the room, so that a search does not copy
 * L each time.
 */

import { log } from './elementary.ts';
import { createArena, indexOfRow, roundUp, type Matrix } from './kernels-arena.ts';
import {
  halfLogTwoPi,
  parametersOf,
  type ConditionedModel,
  type Kernels,
  type Observations,
} from './kernels-contract.ts';
import { instantiateKernels, type KernelsInstance } from './kernels-instance.ts';
import { plainKernels } from './kernels-plain.ts';
import { addPredictionGradients } from './prediction-gradients.ts';
import { meanOf, meanPrecision } from './prior-mean.ts';

/**
 * Side of the largest matrix. A larger one throws RangeError: above 1,000 points the engine conditions on an active
 * set.
 */
export const sideMax = 2048;

/**
 * New kernels with an arena of their own; the plain ones where WebAssembly or its SIMD is missing. About a millisecond:
 * make them once.
 */
export function createKernels(): Kernels {
  const wasm = instantiateKernels();
  return wasm === undefined ? plainKernels : simdKernels(wasm);
}

/** The points of a model in the arena, and their parameters. */
interface Points {
  /** d×n, scaled, the continuous coordinates first. */
  x: Matrix;
  weights: number;
  order: Uint32Array;
  scales: Float64Array;
  continuousCount: number;
  n: number;
  d: number;
  side: number;
  s: number;
  v: number;
}

/** A model in the arena with room for a chunk of candidates. */
interface Resident {
  model: ConditionedModel;
  points: Points;
  l: Matrix;
  alpha: number;
  z: number;
  cross: Matrix;
  slopes: Matrix;
  means: number;
  variances: number;
}

/** Rows that are in the arena together: right-hand sides, candidates. A multiple of 4. */
const chunkRows = 64;

function simdKernels(wasm: KernelsInstance): Kernels {
  const arena = createArena(wasm.memory, wasm.arenaStart());
  let resident: Resident | undefined;

  /** Every call but a prediction begins with an empty arena. */
  function begin(n: number): void {
    if (n > sideMax) throw new RangeError(`n is ${n}, expected at most ${sideMax}`);
    resident = undefined;
    arena.reset();
  }

  function gemm(
    alpha: number,
    a: Float64Array,
    b: Float64Array,
    c: Float64Array,
    m: number,
    n: number,
    k: number,
  ): void {
    begin(0);
    const depth = roundUp(k, 2);
    const left = arena.matrix(roundUp(m, 4), depth);
    const right = arena.matrix(roundUp(n, 4), depth);
    const sum = arena.matrix(roundUp(m, 4), roundUp(n, 2));
    arena.loadRows(left, a, m, k);
    arena.loadRows(right, b, n, k);
    arena.loadRows(sum, c, m, n);
    wasm.gemm(
      left.at,
      left.stride,
      right.at,
      right.stride,
      sum.at,
      sum.stride,
      roundUp(m, 4),
      roundUp(n, 2),
      depth,
      alpha,
    );
    arena.storeRows(sum, m, n, c);
  }

  function cholesky(a: Float64Array, n: number, out: Float64Array): boolean {
    begin(n);
    const matrix = arena.loadLower(a, n);
    if (wasm.cholesky(matrix.at, matrix.stride, roundUp(n, 4)) === 0) return false;
    arena.storeLower(matrix, n, out);
    return true;
  }

  function rowSolver(solve: KernelsInstance['solveLowerRows']): Kernels['solveLowerRows'] {
    return (l, b, n, m, out = new Float64Array(m * n)) => {
      begin(n);
      const side = roundUp(n, 4);
      const lower = arena.loadLower(l, n);
      const chunk = arena.matrix(chunkRows, side);
      for (let first = 0; first < m; first += chunkRows) {
        const count = Math.min(chunkRows, m - first);
        arena.loadRows(chunk, b.subarray(first * n), count, n);
        solve(lower.at, lower.stride, side, chunk.at, chunk.stride, roundUp(count, 4));
        arena.storeRows(chunk, count, n, out.subarray(first * n));
      }
      return out;
    };
  }
  const solveLowerRows = rowSolver(wasm.solveLowerRows);
  const solveLowerTransposedRows = rowSolver(wasm.solveLowerTransposedRows);

  function inverseFromCholesky(l: Float64Array, n: number, out: Float64Array = new Float64Array(n * n)): Float64Array {
    begin(n);
    const side = roundUp(n, 4);
    const lower = arena.loadLower(l, n);
    const scratch = arena.matrix(side, side);
    wasm.inverse(lower.at, scratch.at, lower.stride, side);
    arena.storeLower(lower, n, out);
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < i; j++) out[j * n + i] = out[i * n + j];
    }
    return out;
  }

  function matern52(q: Float64Array, s: number, value: Float64Array, slope: Float64Array): void {
    begin(0);
    const width = Math.min(roundUp(q.length, 2), 2 ** 16);
    const values = arena.matrix(1, width);
    const slopes = arena.matrix(1, width);
    for (let first = 0; first < q.length; first += width) {
      const count = Math.min(width, q.length - first);
      arena.loadRows(values, q.subarray(first), 1, count);
      wasm.matern52(values.at, values.at, slopes.at, 8 * roundUp(count, 2), s);
      arena.storeRows(values, 1, count, value.subarray(first));
      arena.storeRows(slopes, 1, count, slope.subarray(first));
    }
  }

  function loadPoints({ n, d, x, isCategory }: Observations, logParameters: Float64Array): Points {
    const { w, s, v } = parametersOf(logParameters);
    const order = Uint32Array.from([...Array(d).keys()].sort((a, b) => Number(isCategory[a]) - Number(isCategory[b])));
    const scales = w.map((weight, c) => (isCategory[c] ? 1 : Math.sqrt(weight)));
    const points = {
      x: arena.matrix(d, n),
      weights: arena.allocate(d),
      order,
      scales,
      continuousCount: isCategory.filter((one) => !one).length,
      n,
      d,
      side: roundUp(n, 4),
      s,
      v,
    };
    const memory = arena.doubles();
    for (let k = 0; k < d; k++) {
      const c = order[k];
      const row = indexOfRow(points.x, k);
      for (let i = 0; i < n; i++) memory[row + i] = x[i * d + c] * scales[c];
      memory.fill(0, row + n, indexOfRow(points.x, k + 1));
      memory[points.weights / 8 + k] = w[c];
    }
    return points;
  }

  /** K, then L, in `matrix`; false when K is not positive definite. */
  function factorize(points: Points, matrix: Matrix, slopesAt: number): boolean {
    const { x, weights, continuousCount, d, n, side, s, v } = points;
    wasm.covariance(x.at, x.stride, weights, continuousCount, d, n, side, s, v, matrix.at, slopesAt, matrix.stride);
    return wasm.cholesky(matrix.at, matrix.stride, side) !== 0;
  }

  /** m, and L⁻¹ (y - m) and K⁻¹ (y - m) in the first rows of two matrices. */
  function solveValues({ n, y }: Observations, l: Matrix): { mean: number; whitened: Matrix; alpha: Matrix } {
    const side = roundUp(n, 4);
    const whitened = arena.matrix(4, side);
    const alpha = arena.matrix(1, side);
    const both = new Float64Array(2 * n).fill(1);
    both.set(y.subarray(0, n));
    arena.loadRows(whitened, both, 2, n);
    wasm.solveLowerRows(l.at, l.stride, side, whitened.at, whitened.stride, 4);
    const [values, ones] = [0, 1].map((row) => rowOf(whitened, row, n));
    const mean = meanOf(ones, values, n);
    for (let i = 0; i < n; i++) values[i] -= mean * ones[i];
    arena.doubles().copyWithin(alpha.at / 8, whitened.at / 8, (whitened.at + whitened.stride) / 8);
    wasm.solveLowerTransposedRows(l.at, l.stride, side, alpha.at, alpha.stride, 1);
    return { mean, whitened, alpha };
  }

  function rowOf(matrix: Matrix, row: number, n: number): Float64Array {
    const start = indexOfRow(matrix, row);
    return arena.doubles().subarray(start, start + n);
  }

  function logLikelihood(observations: Observations, logParameters: Float64Array, gradient: Float64Array): number {
    const { n, d } = observations;
    begin(n);
    gradient.fill(0);
    const points = loadPoints(observations, logParameters);
    const { side, v } = points;
    const l = arena.matrix(side, side);
    const slopes = arena.matrix(side, side);
    const scratch = arena.matrix(side, side);
    if (!factorize(points, l, slopes.at)) return -Infinity;
    const { mean, whitened, alpha } = solveValues(observations, l);
    const sums = arena.allocate(2 * d);
    const memory = arena.doubles();
    const fit = squaredNorm(memory, whitened.at / 8, n);
    let value = -0.5 * (fit + meanPrecision * mean * mean) - n * halfLogTwoPi;
    for (let i = 0; i < n; i++) value -= log(memory[indexOfRow(l, i) + i]);

    wasm.inverse(l.at, scratch.at, l.stride, side);
    // tr(αα' - K⁻¹), read before the gradient uses the rows up.
    let trace = squaredNorm(memory, alpha.at / 8, n);
    for (let i = 0; i < n; i++) trace -= memory[indexOfRow(l, i) + i];
    gradient[d] = 0.5 * (fit - n - v * trace);
    gradient[d + 1] = 0.5 * v * trace;

    memory.fill(0, sums / 8, sums / 8 + 2 * d);
    const { x, weights, continuousCount } = points;
    wasm.likelihoodGradient(x.at, x.stride, weights, continuousCount, d, n, alpha.at, l.at, slopes.at, l.stride, sums);
    for (let k = 0; k < d; k++) gradient[points.order[k]] = memory[sums / 8 + 2 * k] + memory[sums / 8 + 2 * k + 1];
    return value;
  }

  function condition(observations: Observations, logParameters: Float64Array): ConditionedModel | undefined {
    const { n } = observations;
    begin(n);
    const points = loadPoints(observations, logParameters);
    const matrix = arena.matrix(points.side, points.side);
    if (!factorize(points, matrix, 0)) return undefined;
    const solved = solveValues(observations, matrix);
    const l = new Float64Array(n * n);
    const whitened = new Float64Array(n);
    const alpha = new Float64Array(n);
    arena.storeLower(matrix, n, l);
    arena.storeRows(solved.whitened, 1, n, whitened);
    arena.storeRows(solved.alpha, 1, n, alpha);
    return { observations, logParameters: logParameters.slice(), l, mean: solved.mean, whitened, alpha };
  }

  function reside(model: ConditionedModel): Resident {
    if (resident?.model === model) return resident;
    const { n, d } = model.observations;
    begin(n);
    const points = loadPoints(model.observations, model.logParameters);
    const l = arena.loadLower(model.l, n);
    const alpha = arena.matrix(1, points.side);
    const loaded = {
      model,
      points,
      l,
      alpha: alpha.at,
      z: arena.allocate(chunkRows * d),
      cross: arena.matrix(chunkRows, points.side),
      slopes: arena.matrix(4, points.side),
      means: arena.allocate(chunkRows),
      variances: arena.allocate(chunkRows),
    };
    arena.loadRows(alpha, model.alpha, 1, n);
    resident = loaded;
    return loaded;
  }

  /** Means and variances of at most `chunkRows` candidates, in the arena. */
  function predictChunk(loaded: Resident, z: Float64Array, count: number, slopesAt: number): void {
    const { points, l, cross } = loaded;
    const { x, weights, continuousCount, n, d, side, s, order, scales } = points;
    const rows = roundUp(count, 4);
    const memory = arena.doubles();
    const start = loaded.z / 8;
    for (let i = 0; i < count; i++) {
      for (let k = 0; k < d; k++) memory[start + i * d + k] = z[i * d + order[k]] * scales[order[k]];
    }
    memory.fill(0, start + count * d, start + rows * d);
    wasm.posterior(
      x.at,
      x.stride,
      weights,
      continuousCount,
      d,
      n,
      side,
      s,
      l.at,
      l.stride,
      loaded.alpha,
      loaded.z,
      rows,
      cross.at,
      slopesAt,
      loaded.means,
      loaded.variances,
    );
  }

  function predict(
    model: ConditionedModel,
    z: Float64Array,
    m: number,
    mean: Float64Array,
    variance: Float64Array,
  ): void {
    const loaded = reside(model);
    const { d } = loaded.points;
    const memory = arena.doubles();
    for (let first = 0; first < m; first += chunkRows) {
      const count = Math.min(chunkRows, m - first);
      predictChunk(loaded, z.subarray(first * d), count, 0);
      for (let i = 0; i < count; i++) mean[first + i] = model.mean + memory[loaded.means / 8 + i];
      variance.set(memory.subarray(loaded.variances / 8, loaded.variances / 8 + count), first);
    }
  }

  function predictGradient(
    model: ConditionedModel,
    z: Float64Array,
    meanGradient: Float64Array,
    varianceGradient: Float64Array,
  ): { mean: number; variance: number } {
    const loaded = reside(model);
    const { l, cross, slopes, points } = loaded;
    predictChunk(loaded, z, 1, slopes.at);
    wasm.solveLowerTransposedRows(l.at, l.stride, points.side, cross.at, cross.stride, 1);
    const memory = arena.doubles();
    const slopeRow = memory.subarray(slopes.at / 8, slopes.at / 8 + points.n);
    const beta = memory.subarray(cross.at / 8, cross.at / 8 + points.n);
    addPredictionGradients(model, z, slopeRow, beta, meanGradient, varianceGradient);
    return { mean: model.mean + memory[loaded.means / 8], variance: memory[loaded.variances / 8] };
  }

  return {
    kind: 'simd',
    gemm,
    cholesky,
    solveLowerRows,
    solveLowerTransposedRows,
    inverseFromCholesky,
    matern52,
    logLikelihood,
    condition,
    predict,
    predictGradient,
  };
}

function squaredNorm(values: Float64Array, start: number, count: number): number {
  let sum = 0;
  for (let i = start; i < start + count; i++) sum += values[i] * values[i];
  return sum;
}
