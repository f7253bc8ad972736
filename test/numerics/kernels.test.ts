import { createHash } from 'node:crypto';
import { describe, expect, it, vi } from 'vitest';
import { extend } from '../../shared/numerics/extend.ts';
import { createKernels, sideMax } from '../../shared/numerics/kernels.ts';
import type { ConditionedModel, Kernels, Observations } from '../../shared/numerics/kernels-contract.ts';
import { plainKernels } from '../../shared/numerics/kernels-plain.ts';
import { createGenerator, type Generator } from '../../shared/numerics/random.ts';
import golden from '../golden/kernels.json' with { type: 'json' };

const simdKernels = createKernels();
const sideCount = 150;
const sides = Array.from({ length: sideCount }, (_, i) => i + 1);

describe('createKernels', () => {
  it('uses SIMD here', () => {
    expect(simdKernels.kind).toBe('simd');
  });

  it.each([
    ['WebAssembly', undefined],
    ['SIMD', { validate: () => false }],
  ])('is plain without %s', (_, stub) => {
    vi.stubGlobal('WebAssembly', stub);
    try {
      expect(createKernels()).toBe(plainKernels);
    } finally {
      vi.unstubAllGlobals();
    }
  });
});

describe.each([plainKernels, simdKernels])('$kind kernels', (kernels) => {
  it('factor, solve and invert at every size up to 150', () => {
    for (const n of sides) {
      const random = createGenerator(1, n);
      const a = positiveDefinite(random, n);
      const l = new Float64Array(n * n);
      expect(kernels.cholesky(a, n, l)).toBe(true);
      expect(faults(timesTransposed(l, l, n, n, n), a, 1e-13, `L Lᵀ, n = ${n}`)).toEqual([]);
      expect(l.every((value, at) => at % n <= Math.floor(at / n) || value === 0)).toBe(true);

      const inverse = kernels.inverseFromCholesky(l, n);
      expect(faults(timesTransposed(inverse, a, n, n, n), identity(n), 1e-12, `A⁻¹ A, n = ${n}`)).toEqual([]);

      const m = 1 + (n % 7);
      const b = uniform(random, m * n);
      expect(
        faults(timesTransposed(kernels.solveLowerRows(l, b, n, m), l, m, n, n), b, 1e-13, `L x, n = ${n}`),
      ).toEqual([]);
      const transposed = kernels.solveLowerTransposedRows(l, b, n, m);
      expect(faults(timesTransposed(transposed, transpose(l, n), m, n, n), b, 1e-13, `Lᵀ x, n = ${n}`)).toEqual([]);
    }
  });

  it('add products of every shape', () => {
    for (let at = 0; at < 60; at++) {
      const random = createGenerator(2, at);
      const [m, n, k] = [random.nextBelow(70) + 1, random.nextBelow(70) + 1, random.nextBelow(at % 4 === 0 ? 600 : 9)];
      const [a, b, c] = [uniform(random, m * k), uniform(random, n * k), uniform(random, m * n)];
      const expected = timesTransposed(a, b, m, n, k).map((value, i) => c[i] - 0.5 * value);
      kernels.gemm(-0.5, a, b, c, m, n, k);
      expect(faults(c, expected, 1e-14, `${m}×${n}×${k}`)).toEqual([]);
    }
  });

  it.each([1, 2, 4, 5, 31, 32, 33, 70])('refuse what is not positive definite at size %d', (n) => {
    const a = positiveDefinite(createGenerator(3, n), n);
    const l = new Float64Array(n * n);
    expect(kernels.cholesky(a, n, l)).toBe(true);
    for (const at of new Set([0, n >> 1, n - 1])) {
      for (const value of [0, -1, NaN, Infinity, -Infinity]) {
        const broken = a.slice();
        broken[at * n + at] = value;
        expect(kernels.cholesky(broken, n, l)).toBe(false);
      }
      const broken = a.slice();
      broken[at * n] = NaN;
      expect(kernels.cholesky(broken, n, l)).toBe(false);
    }
  });

  it('read the lower triangle alone and work in place', () => {
    for (const n of [1, 3, 4, 37]) {
      const a = positiveDefinite(createGenerator(4, n), n);
      const l = new Float64Array(n * n);
      kernels.cholesky(a, n, l);
      const inverse = kernels.inverseFromCholesky(l, n);
      const spoilt = a.map((value, at) => (at % n > Math.floor(at / n) ? NaN : value));
      expect(kernels.cholesky(spoilt, n, spoilt)).toBe(true);
      expect(spoilt).toEqual(l);
      const b = uniform(createGenerator(5, n), 3 * n);
      const [solved, transposed] = [kernels.solveLowerRows(l, b, n, 3), kernels.solveLowerTransposedRows(l, b, n, 3)];
      expect(kernels.solveLowerRows(l, b.slice(), n, 3, b.slice())).toEqual(solved);
      const [inPlace, inPlaceToo] = [b.slice(), b.slice()];
      kernels.solveLowerRows(l, inPlace, n, 3, inPlace);
      kernels.solveLowerTransposedRows(l, inPlaceToo, n, 3, inPlaceToo);
      expect([inPlace, inPlaceToo]).toEqual([solved, transposed]);
      expect(kernels.inverseFromCholesky(l, n, l)).toBe(l);
      expect(l).toEqual(inverse);
    }
  });

  it('solve more right-hand sides than fit into one pass', () => {
    const [n, m] = [9, 201];
    const random = createGenerator(6, 0);
    const l = new Float64Array(n * n);
    kernels.cholesky(positiveDefinite(random, n), n, l);
    const b = uniform(random, m * n);
    const together = kernels.solveLowerRows(l, b, n, m);
    for (const row of [0, 63, 64, 200]) {
      const alone = kernels.solveLowerRows(l, b.subarray(row * n, (row + 1) * n), n, 1);
      expect(together.subarray(row * n, (row + 1) * n)).toEqual(alone);
    }
  });

  it('agree with mpmath on Matérn-5/2 and its slope', () => {
    const { s } = golden.matern;
    const [q, value, slope] = [golden.matern.q, golden.matern.value, golden.matern.slope].map(doubles);
    const [foundValue, foundSlope] = [new Float64Array(q.length), new Float64Array(q.length)];
    kernels.matern52(q, s, foundValue, foundSlope);
    expect(q.length).toBeGreaterThan(600);
    for (let i = 0; i < q.length; i++) {
      // The rounding of √(5q) comes out of the exponential multiplied by it.
      const tolerance = 1e-15 * (3 + Math.sqrt(5 * q[i]));
      expect(Math.abs(foundValue[i] / value[i] - 1)).toBeLessThan(tolerance);
      expect(Math.abs(foundSlope[i] / slope[i] - 1)).toBeLessThan(tolerance);
    }
  });

  it('write Matérn-5/2 over its argument, and as its beginning would be alone', () => {
    const q = uniform(createGenerator(7, 0), 70_001).map(Math.abs);
    const [value, slope] = [new Float64Array(q.length), new Float64Array(q.length)];
    kernels.matern52(q, 2, value, slope);
    const other = new Float64Array(q.length);
    const inPlace = q.slice();
    kernels.matern52(inPlace, 2, inPlace, other);
    expect([inPlace, other]).toEqual([value, slope]);
    const few = [new Float64Array(3), new Float64Array(3)];
    kernels.matern52(q.subarray(0, 3), 2, few[0], few[1]);
    expect(few).toEqual([value.slice(0, 3), slope.slice(0, 3)]);
  });

  it.each(golden.cases)('agree with mpmath on $n points in $d dimensions, $categories categorical', (one) => {
    const { observations, theta } = observationsOf(one);
    const [z, gradient, mean, variance] = [one.z, one.gradient, one.mean, one.variance].map(doubles);
    const found = new Float64Array(one.d + 2);
    const likelihood = kernels.logLikelihood(observations, theta, found);
    expect(Math.abs(likelihood / one.likelihood - 1)).toBeLessThan(1e-12);
    expect(faults(found, gradient, 1e-12, 'gradient')).toEqual([]);

    const model = kernels.condition(observations, theta)!;
    const [foundMean, foundVariance] = [new Float64Array(mean.length), new Float64Array(mean.length)];
    kernels.predict(model, z, mean.length, foundMean, foundVariance);
    expect(faults(foundMean, mean, 1e-10, 'mean')).toEqual([]);
    expect(faults(foundVariance, variance, 1e-10, 'variance')).toEqual([]);
  });

  it.each(golden.cases.filter(({ l }) => l !== ''))('agree with mpmath on the factor of $n points', (one) => {
    const { observations, theta } = observationsOf(one);
    expect(faults(kernels.condition(observations, theta)!.l, doubles(one.l), 1e-13, 'L')).toEqual([]);
  });

  it('have a likelihood whose gradient agrees with differences', () => {
    for (const [n, d, categories] of [
      [3, 1, 0],
      [12, 3, 1],
      [41, 5, 5],
      [66, 4, 2],
    ]) {
      const { observations, theta } = randomProblem(n, d, categories);
      const gradient = new Float64Array(d + 2);
      kernels.logLikelihood(observations, theta, gradient);
      const differences = gradient.map((_, at) =>
        derivative((step) => kernels.logLikelihood(observations, moved(theta, at, step), new Float64Array(d + 2))),
      );
      expect(faults(gradient, differences, 1e-9, `n = ${n}`)).toEqual([]);
    }
  });

  it('have predictions whose gradients agree with differences', () => {
    const [d, categories] = [4, 1];
    const { observations, theta, random } = randomProblem(37, d, categories);
    const model = kernels.condition(observations, theta)!;
    const z = pointsOf(random, 1, d, categories);
    const [ofMean, ofVariance] = [new Float64Array(d), new Float64Array(d)];
    const there = kernels.predictGradient(model, z, ofMean, ofVariance);
    const [mean, variance] = [new Float64Array(1), new Float64Array(1)];
    kernels.predict(model, z, 1, mean, variance);
    expect(there).toEqual({ mean: mean[0], variance: variance[0] });
    const predicted = (which: Float64Array, at: number, step: number): number => {
      kernels.predict(model, moved(z, at, step), 1, mean, variance);
      return which[0];
    };
    expect([ofMean[0], ofVariance[0]]).toEqual([0, 0]);
    for (let c = categories; c < d; c++) {
      expect(Math.abs(ofMean[c] - derivative((step) => predicted(mean, c, step)))).toBeLessThan(1e-9);
      expect(Math.abs(ofVariance[c] - derivative((step) => predicted(variance, c, step)))).toBeLessThan(1e-9);
    }
  });

  it('extend a model to every size up to 150', () => {
    for (const n of sides) {
      const [d, categories] = [1 + (n % 5), n % 3 === 0 ? 1 : 0];
      const { observations, theta } = randomProblem(n, d, categories);
      const smaller = kernels.condition(firstOf(observations, Math.max(0, n - 1 - ((7 * n) % 40))), theta)!;
      const model = extendedTo(kernels, smaller, observations);
      expect(faultsOfExtended(model, smaller.mean, observations)).toEqual([]);
    }
  });

  it.each([1, 3, 8])('extend a model by %i at a time', (step) => {
    const { observations, theta } = randomProblem(38, 3, 1);
    const smaller = kernels.condition(firstOf(observations, 30), theta)!;
    let model = smaller;
    for (let n = 30; n < 38; n += step) {
      model = extendedTo(kernels, model, firstOf(observations, Math.min(n + step, 38)));
    }
    expect(faultsOfExtended(model, smaller.mean, observations)).toEqual([]);
  });

  it('take a crowd of points for little more than one of them when they estimate the mean of the prior', () => {
    const x = Float64Array.from({ length: 33 }, (_, i) => (i < 30 ? i * 1e-3 : i - 29));
    const y = Float64Array.from({ length: 33 }, (_, i) => (i < 30 ? 0 : 1));
    const observations = { n: 33, d: 1, x, y, isCategory: [false] };
    const { mean } = kernels.condition(observations, Float64Array.of(3, 0, -6))!;
    expect(mean).toBeGreaterThan(0.3);
  });

  it.each([0, 0.5, 1])('believe what is added without a value %f deviations above what is expected', (deviations) => {
    const { observations, theta, random } = randomProblem(25, 3, 0);
    let model = kernels.condition(observations, theta)!;
    const x = pointsOf(random, 4, 3, 0);
    const [y, noise] = [NaN, 1e-8].map((value) => new Float64Array(4).fill(value));
    const together = extend(kernels, model, { p: 4, x, y, deviations, noise });
    const [mean, variance] = [new Float64Array(1), new Float64Array(1)];
    for (let i = 0; i < 4; i++) {
      const one = x.subarray(3 * i, 3 * i + 3);
      kernels.predict(model, one, 1, mean, variance);
      expect(together.y[i]).toBeCloseTo(mean[0] + deviations * Math.sqrt(variance[0]), 9);
      const added = { p: 1, x: one, y: Float64Array.of(together.y[i]), deviations: 0, noise: noise.subarray(0, 1) };
      ({ model } = extend(kernels, model, added));
    }
    expect(faults(together.model.alpha, model.alpha, 1e-6, 'K⁻¹ y')).toEqual([]);
  });

  it('leave out additions that add nothing', () => {
    const { observations, theta } = randomProblem(6, 2, 0);
    const model = kernels.condition(observations, theta)!;
    const x = Float64Array.of(0.1, 0.9, 0.1, 0.9, NaN, 0, 0.7, 0.2);
    const [y, noise] = [NaN, 1e-18].map((value) => new Float64Array(4).fill(value));
    const extended = extend(kernels, model, { p: 4, x, y, deviations: 1, noise });
    expect([...extended.y].map(Number.isNaN)).toEqual([false, true, true, false]);
    expect(extended.model.observations.n).toBe(8);
    expect([...extended.model.observations.x.subarray(12)]).toEqual([0.1, 0.9, 0.7, 0.2]);
  });

  it('predict the prior without observations', () => {
    const nothing = { n: 0, d: 2, x: new Float64Array(), y: new Float64Array(), isCategory: [false, true] };
    const theta = Float64Array.of(0, 0, Math.log(2), -3);
    const gradient = new Float64Array(4).fill(7);
    expect(kernels.logLikelihood(nothing, theta, gradient)).toBeCloseTo(0, 15);
    expect([...gradient].map((one) => one + 0)).toEqual([0, 0, 0, 0]);
    const model = kernels.condition(nothing, theta)!;
    const [mean, variance] = [new Float64Array(2), new Float64Array(2)];
    kernels.predict(model, Float64Array.of(0.1, 1, 0.2, 0), 2, mean, variance);
    expect([...mean]).toEqual([0, 0]);
    expect(faults(variance, Float64Array.of(2, 2), 1e-15, 'variance')).toEqual([]);
    const noise = Float64Array.of(Math.exp(-3));
    const added = { p: 1, x: Float64Array.of(0.1, 1), y: Float64Array.of(3), deviations: 0, noise };
    const one = extend(kernels, model, added).model;
    expect(one.alpha[0]).toBeCloseTo(3 / (2 + Math.exp(-3)), 14);
  });

  it('find no likelihood and no model where K is singular or not a number', () => {
    const twice = { n: 2, d: 1, x: Float64Array.of(0.5, 0.5), y: Float64Array.of(1, 2), isCategory: [false] };
    const gradient = new Float64Array(3).fill(7);
    expect(kernels.logLikelihood(twice, Float64Array.of(0, 0, -80), gradient)).toBe(-Infinity);
    expect(gradient).toEqual(new Float64Array(3));
    expect(kernels.condition(twice, Float64Array.of(0, 0, -80))).toBeUndefined();
    expect(kernels.condition({ ...twice, x: Float64Array.of(0.5, NaN) }, Float64Array.of(0, 0, -3))).toBeUndefined();
  });

  it('keep the parameters of a model when the caller changes his', () => {
    const { observations, theta } = randomProblem(8, 2, 0);
    const model = kernels.condition(observations, theta)!;
    const before = theta.slice();
    theta.fill(7);
    expect(model.logParameters).toEqual(before);
  });

  it('give every candidate the same bits alone and among others', () => {
    const { observations, theta, random } = randomProblem(53, 4, 1);
    const model = kernels.condition(observations, theta)!;
    const z = pointsOf(random, 131, 4, 1);
    const [mean, variance, meanAlone, varianceAlone] = [131, 131, 1, 1].map((count) => new Float64Array(count));
    kernels.predict(model, z, 131, mean, variance);
    for (const i of [0, 1, 63, 64, 130]) {
      kernels.predict(model, z.subarray(i * 4), 1, meanAlone, varianceAlone);
      expect([meanAlone[0], varianceAlone[0]]).toEqual([mean[i], variance[i]]);
    }
  });
});

describe('simd kernels', () => {
  it('agree with the plain ones at every size up to 150', () => {
    for (const n of sides) {
      const [d, categories] = [1 + (n % 5), n % 3 === 0 ? 1 : 0];
      const { observations, theta, random } = randomProblem(n, d, categories);
      const [plain, simd] = [plainKernels, simdKernels].map((kernels) => everything(kernels, observations, theta));
      for (const name of Object.keys(plain))
        expect(faults(simd[name], plain[name], 1e-12, `${name}, n = ${n}`)).toEqual([]);
      const z = pointsOf(random, 20, d, categories);
      const predictions = [plainKernels, simdKernels].map((kernels) => {
        const [mean, variance] = [new Float64Array(20), new Float64Array(20)];
        kernels.predict(kernels.condition(observations, theta)!, z, 20, mean, variance);
        return [mean, variance];
      });
      expect(faults(predictions[1][0], predictions[0][0], 1e-10, `mean, n = ${n}`)).toEqual([]);
      expect(faults(predictions[1][1], predictions[0][1], 1e-10, `variance, n = ${n}`)).toEqual([]);
    }
  });

  it('keep their bits: a change here is another suggestion for the same history', () => {
    const hash = createHash('sha256');
    for (const n of [1, 6, 33, 100]) {
      const { observations, theta } = randomProblem(n, 5, 2);
      for (const values of Object.values(everything(simdKernels, observations, theta))) {
        hash.update(new Uint8Array(values.buffer));
      }
    }
    expect(hash.digest('hex')).toBe('c8fe070d75541e2099979b8fba121661ba1b3c58c374b859ad47f460ec59f247');
  });

  it('do not mix up the models that they keep', () => {
    const problems = [randomProblem(20, 3, 0), randomProblem(45, 3, 1)];
    const models = problems.map(({ observations, theta }) => simdKernels.condition(observations, theta)!);
    const z = pointsOf(createGenerator(8, 0), 5, 3, 0);
    const predicted = (at: number): Float64Array[] => {
      const [mean, variance] = [new Float64Array(5), new Float64Array(5)];
      simdKernels.predict(models[at], z, 5, mean, variance);
      return [mean, variance];
    };
    const first = [predicted(0), predicted(1)];
    const again = [predicted(0), predicted(0), predicted(1)];
    simdKernels.cholesky(new Float64Array(90_000), 300, new Float64Array(90_000));
    expect([...again, predicted(1), predicted(0)]).toEqual([first[0], first[0], first[1], first[1], first[0]]);
  });

  it('use the same memory again: 500 calls would otherwise need more than there is', () => {
    const { observations, theta } = randomProblem(150, 2, 0);
    const kernels = createKernels();
    const gradient = new Float64Array(4);
    const values = Array.from({ length: 500 }, () => kernels.logLikelihood(observations, theta, gradient));
    expect(new Set(values).size).toBe(1);
  });

  it('refuse a larger matrix than they promise', () => {
    expect(() => simdKernels.cholesky(new Float64Array(), sideMax + 1, new Float64Array())).toThrow(
      new RangeError('n is 2049, expected at most 2048'),
    );
  });
});

type GoldenCase = (typeof golden.cases)[number];

function observationsOf({ n, d, categories, x, y, theta }: GoldenCase): {
  observations: Observations;
  theta: Float64Array;
} {
  const isCategory = Array.from({ length: d }, (_, c) => c < categories);
  return { observations: { n, d, x: doubles(x), y: doubles(y), isCategory }, theta: doubles(theta) };
}

/**
 * Points in the unit cube, the first coordinates categorical with three values; noise of 0.02 keeps K well away from
 * singular.
 */
function randomProblem(
  n: number,
  d: number,
  categories: number,
): { observations: Observations; theta: Float64Array; random: Generator } {
  const random = createGenerator(9, n, d, categories);
  const x = pointsOf(random, n, d, categories);
  const isCategory = Array.from({ length: d }, (_, c) => c < categories);
  const theta = uniform(random, d + 2);
  theta[d + 1] = -4;
  return { observations: { n, d, x, y: uniform(random, n), isCategory }, theta, random };
}

function pointsOf(random: Generator, count: number, d: number, categories: number): Float64Array {
  return Float64Array.from({ length: count * d }, (_, at) =>
    at % d < categories ? random.nextBelow(3) : random.nextUnit(),
  );
}

function firstOf(observations: Observations, n: number): Observations {
  const { d, x, y } = observations;
  return { ...observations, n, x: x.slice(0, n * d), y: y.slice(0, n) };
}

/** The model with the observations that it does not know yet, under its own noise. */
function extendedTo(kernels: Kernels, model: ConditionedModel, { n, d, x, y }: Observations): ConditionedModel {
  const known = model.observations.n;
  const noise = new Float64Array(n - known).fill(Math.exp(model.logParameters[d + 1]));
  return extend(kernels, model, { p: n - known, x: x.subarray(known * d), y: y.subarray(known), deviations: 0, noise })
    .model;
}

/** L as the plain kernels factor the whole of K, and L L⁻¹ (y - m) = y - m = L Lᵀ K⁻¹ (y - m) for the m that was there. */
function faultsOfExtended(model: ConditionedModel, m: number, observations: Observations): string[] {
  const { n, y } = observations;
  const { l, whitened, alpha, logParameters } = model;
  expect(model.observations).toEqual(observations);
  expect(model.mean).toBe(m);
  return [
    ...faults(l, plainKernels.condition(observations, logParameters)!.l, 1e-12, `L, n = ${n}`),
    ...faults(
      timesTransposed(whitened, l, 1, n, n),
      y.map((one) => one - m),
      1e-12,
      `L⁻¹ (y - m), n = ${n}`,
    ),
    ...faults(timesTransposed(alpha, transpose(l, n), 1, n, n), whitened, 1e-12, `K⁻¹ (y - m), n = ${n}`),
  ];
}

/** What a model is made of, as arrays by name. */
function everything(kernels: Kernels, observations: Observations, theta: Float64Array): Record<string, Float64Array> {
  const gradient = new Float64Array(theta.length);
  const likelihood = Float64Array.of(kernels.logLikelihood(observations, theta, gradient));
  const { l, whitened, alpha } = kernels.condition(observations, theta)!;
  const inverse = kernels.inverseFromCholesky(l, observations.n);
  return { likelihood, gradient, l, whitened, alpha, inverse };
}

/** f'(0) by central differences of two steps, extrapolated: an error of order step⁴. */
function derivative(f: (step: number) => number): number {
  const step = 1e-3;
  const wide = (f(2 * step) - f(-2 * step)) / (4 * step);
  const narrow = (f(step) - f(-step)) / (2 * step);
  return (4 * narrow - wide) / 3;
}

function moved(values: Float64Array, at: number, step: number): Float64Array {
  const out = values.slice();
  out[at] += step;
  return out;
}

/** Uniform in [-1, 1). */
function uniform(random: Generator, count: number): Float64Array {
  return Float64Array.from({ length: count }, () => 2 * random.nextUnit() - 1);
}

/** B Bᵀ / n + I / 2, whose condition number is below 10. */
function positiveDefinite(random: Generator, n: number): Float64Array {
  const b = uniform(random, n * n);
  return timesTransposed(b, b, n, n, n).map((value, at) => value / n + (at % (n + 1) === 0 ? 0.5 : 0));
}

/** A Bᵀ. */
function timesTransposed(a: Float64Array, b: Float64Array, m: number, n: number, k: number): Float64Array {
  const out = new Float64Array(m * n);
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let l = 0; l < k; l++) sum += a[i * k + l] * b[j * k + l];
      out[i * n + j] = sum;
    }
  }
  return out;
}

function transpose(a: Float64Array, n: number): Float64Array {
  return a.map((_, at) => a[(at % n) * n + Math.floor(at / n)]);
}

function identity(n: number): Float64Array {
  return Float64Array.from({ length: n * n }, (_, at) => (at % (n + 1) === 0 ? 1 : 0));
}

function doubles(text: string): Float64Array {
  return new Float64Array(new Uint8Array(Buffer.from(text, 'base64')).buffer);
}

/**
 * Nothing, or a sentence: the largest difference may be `tolerance` times the largest expected value. Not Math.max: a
 * NaN must count.
 */
function faults(found: Float64Array, expected: Float64Array, tolerance: number, what: string): string[] {
  let worst = 0;
  let scale = 0;
  for (let i = 0; i < expected.length; i++) {
    const difference = Math.abs(found[i] - expected[i]);
    if (!(difference <= worst)) worst = difference;
    scale = Math.max(scale, Math.abs(expected[i]));
  }
  const isClose = found.length === expected.length && worst <= tolerance * scale;
  return isClose ? [] : [`${what} is off by ${worst} at a scale of ${scale}`];
}
