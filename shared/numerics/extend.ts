import { parametersOf, type ConditionedModel, type Kernels } from './kernels-contract.ts';
import { squaredDistances } from './squared-distances.ts';

/** Less than this of a variance is rounding. */
const roundingShare = 1e-13;

/** Observations that are added to a model under its parameters and its mean. */
export interface Additions {
  p: number;
  /** p×d. */
  x: Float64Array;
  /** p; NaN where it is believed to come out so many deviations above what is expected by then. */
  y: Float64Array;
  deviations: number;
  /** p, the variance of each y. */
  noise: Float64Array;
}

/**
 * The model with p more observations, all in one step: with K = [[K₁₁, ·], [K₂₁, K₂₂]] and K₁₁ = L₁₁L₁₁ᵀ the factor grows
 * by L₂₁ = K₂₁ L₁₁⁻ᵀ and by that of the Schur complement K₂₂ - L₂₁L₂₁ᵀ (Golub & Van Loan, "Matrix Computations", 4.2.9).
 * An addition that adds nothing to rounding is left out. O(p n² + p² n) and one copy of L.
 * @returns the model, and the y of what was added, p; NaN where it was left out.
 */
export function extend(
  kernels: Kernels,
  model: ConditionedModel,
  { p, x, y, deviations, noise }: Additions,
): { model: ConditionedModel; y: Float64Array } {
  const { observations, logParameters, mean } = model;
  const { n, d } = observations;
  const rows = kernels.solveLowerRows(model.l, covariances(kernels, model, x, p, observations.x, n), n, p);
  const schur = covariances(kernels, model, x, p, x, p);
  kernels.gemm(-1, rows, rows, schur, p, p, n);
  for (let i = 0; i < p; i++) schur[i * p + i] += noise[i];
  const { kept, factor } = factorOf(schur, p);

  const q = kept.length;
  const size = n + q;
  const l = new Float64Array(size * size);
  for (let i = 0; i < n; i++) l.set(model.l.subarray(i * n, i * n + i + 1), i * size);
  const whitened = new Float64Array(size);
  whitened.set(model.whitened);
  const added = new Float64Array(p).fill(NaN);
  const all = { ...observations, n: size, x: new Float64Array(size * d), y: new Float64Array(size) };
  all.x.set(observations.x.subarray(0, n * d));
  all.y.set(observations.y.subarray(0, n));
  kept.forEach((i, k) => {
    const at = n + k;
    const row = l.subarray(at * size, at * size + at + 1);
    row.set(rows.subarray(i * n, (i + 1) * n));
    for (let j = 0; j <= k; j++) row[n + j] = factor[i * p + kept[j]];
    let expected = mean;
    for (let j = 0; j < at; j++) expected += row[j] * whitened[j];
    const pivot = row[at];
    const told = Number.isNaN(y[i]) ? expected + deviations * Math.sqrt(Math.max(pivot * pivot - noise[i], 0)) : y[i];
    whitened[at] = (told - expected) / pivot;
    added[i] = all.y[at] = told;
    all.x.set(x.subarray(i * d, (i + 1) * d), at * d);
  });
  const alpha = kernels.solveLowerTransposedRows(l, whitened, size, 1);
  return { model: { observations: all, logParameters, l, mean, whitened, alpha }, y: added };
}

/** K without noise between the points of two sets, m×n. */
function covariances(
  kernels: Kernels,
  { observations: { d, isCategory }, logParameters }: ConditionedModel,
  a: Float64Array,
  m: number,
  b: Float64Array,
  n: number,
): Float64Array {
  const { w, s } = parametersOf(logParameters);
  const values = squaredDistances(a, m, b, n, d, w, isCategory);
  kernels.matern52(values, s, values, new Float64Array(values.length));
  return values;
}

/** The rows of the Schur complement that have a factor, and that, in the lower half of `schur`. */
function factorOf(schur: Float64Array, p: number): { kept: number[]; factor: Float64Array } {
  const kept: number[] = [];
  for (let i = 0; i < p; i++) {
    const row = schur.subarray(i * p, i * p + i + 1);
    const variance = row[i];
    for (const j of kept) {
      const other = schur.subarray(j * p, j * p + j + 1);
      for (const k of kept) {
        if (k === j) break;
        row[j] -= row[k] * other[k];
      }
      row[j] /= other[j];
      row[i] -= row[j] * row[j];
    }
    if (!(row[i] > roundingShare * variance)) continue;
    row[i] = Math.sqrt(row[i]);
    kept.push(i);
  }
  return { kept, factor: schur };
}
