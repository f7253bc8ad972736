import { describe, expect, it } from 'vitest';
import { SearchSpace } from '../../../shared/domain/search-space.ts';
import { spaceOf, type Space } from '../../../shared/domain/space.ts';
import { featuresOf, writeFeatures } from '../../../shared/engine/gp/features.ts';
import { fitHyperparameters, negativeLogPosterior, priorMode } from '../../../shared/engine/gp/fit.ts';
import { kernels } from '../../../shared/engine/gp/kernels.ts';
import { fitModel } from '../../../shared/engine/gp/model.ts';
import { fittedCountOf } from '../../../shared/engine/gp/schedule.ts';
import type { Observation } from '../../../shared/engine/observations.ts';
import type { Observations } from '../../../shared/numerics/kernels-contract.ts';
import { createGenerator } from '../../../shared/numerics/random.ts';

function randomData(n: number, seed: number): Observations {
  const random = createGenerator(seed, 99);
  const x = Float64Array.from({ length: n * 4 }, (_, at) => (at % 4 === 2 ? random.nextBelow(3) : random.nextUnit()));
  const y = Float64Array.from({ length: n }, () => random.nextUnit() * 2 - 1);
  return { n, d: 4, x, y, isCategory: [false, false, true, false] };
}

describe('negativeLogPosterior', () => {
  it('has the gradient that finite differences have', () => {
    const data = randomData(20, 1);
    const theta = Float64Array.of(0.7, 2.1, -0.4, 1.3, 0.2, -3);
    const gradient = new Float64Array(6);
    negativeLogPosterior(data, theta, gradient);
    for (let k = 0; k < 6; k++) {
      const at = (step: number) =>
        negativeLogPosterior(
          data,
          theta.map((t, i) => (i === k ? t + step : t)),
          new Float64Array(6),
        );
      expect(gradient[k]).toBeCloseTo((at(1e-5) - at(-1e-5)) / 2e-5, 5);
    }
  });

  it('is +Infinity where the matrix is not positive definite', () => {
    const data = randomData(6, 2);
    data.x.copyWithin(4, 0, 4);
    expect(negativeLogPosterior(data, Float64Array.of(0, 0, 0, 0, 0, -200), new Float64Array(6))).toBe(Infinity);
  });
});

describe('fitHyperparameters', () => {
  it('finds which coordinates matter', () => {
    const data = randomData(60, 3);
    for (let i = 0; i < 60; i++) data.y[i] = Math.sin(6 * data.x[4 * i]) + 0.5 * (data.x[4 * i + 2] === 1 ? 1 : 0);
    const theta = fitHyperparameters(data, priorMode(4));
    expect(theta[0]).toBeGreaterThan(Math.max(theta[1], theta[3]) + 1);
    // The objective has no noise, and the fit sees that.
    expect(theta[5]).toBeLessThan(-8);
  });
});

describe('fitModel', () => {
  const space = spaceOf(SearchSpace.parse({ x: { type: 'float', low: 0, high: 1 } }), []) as Space;
  const objective = { metric: 'loss', direction: 'minimize' } as const;
  const observed = (values: (number | undefined)[]): Observation[] =>
    values.map((value, i) => ({ params: { x: ((i * 7) % 20) / 20 }, value }));

  it.each([
    ['one result', [1]],
    ['equal results', [2, 2, 2, 2, 2]],
    ['infeasible ones among them', [1, undefined, 2, undefined, 3]],
    ['the ends of what is allowed', [1e300, -1e300, 0, 1]],
    ['results a hair apart', [1, 1 + 2e-16, 1, 1 + 4e-16]],
  ])('makes a model of %s', (_, values) => {
    const model = fitModel(space, objective, observed(values))!;
    expect(Number.isFinite(model.best)).toBe(true);
    expect([...model.posterior.alpha].every(Number.isFinite)).toBe(true);
  });

  it('makes a model of the same configuration a hundred times', () => {
    const same = Array.from({ length: 100 }, (_, i) => ({ params: { x: 0.5 }, value: i % 2 }));
    expect(fitModel(space, objective, same)).toBeDefined();
  });

  it('makes none of results that are all infeasible', () => {
    expect(fitModel(space, objective, observed([undefined, undefined]))).toBeUndefined();
  });

  it('aims at the best that is expected where there is a result, which without noise is the best that was seen', () => {
    const random = createGenerator(11, 0);
    const values = (noise: number): number[] =>
      Array.from({ length: 40 }, (_, i) => Math.cos(i * 7) + noise * (random.nextUnit() - 0.5));
    const smooth = fitModel(
      space,
      objective,
      observed(Array.from({ length: 15 }, (_, i) => (((i * 7) % 20) - 8) ** 2)),
    )!;
    expect(smooth.best).toBeCloseTo(Math.min(...smooth.posterior.observations.y), 4);
    const noisy = fitModel(space, objective, observed(values(3)))!;
    expect(noisy.best).toBeGreaterThan(Math.min(...noisy.posterior.observations.y) + 0.3);
    const [mean, variance] = [new Float64Array(40), new Float64Array(40)];
    kernels.predict(noisy.posterior, noisy.posterior.observations.x, 40, mean, variance);
    expect(noisy.best).toBeCloseTo(Math.min(...mean), 8);
  });

  it('gives the same with hyperparameters that are known', () => {
    const history = observed(Array.from({ length: 75 }, (_, i) => Math.sin(i * i)));
    const known = new Map<number, Float64Array>();
    const first = fitModel(space, objective, history.slice(0, 73), known);
    expect([...known.keys()]).toEqual([64, 72]);
    const [later, cold] = [fitModel(space, objective, history, known)!, fitModel(space, objective, history)!];
    expect(later.posterior.logParameters).toEqual(first!.posterior.logParameters);
    expect(later.posterior.alpha).toEqual(cold.posterior.alpha);
  });

  it('raises the noise where numbers are too near to each other for it, and says so', () => {
    const crowd = Array.from({ length: 40 }, (_, i) => ({ params: { x: 0.5 + i * 2 ** -52 }, value: 1 }));
    const known = new Map([[40, Float64Array.of(-9, 9, -30)]]);
    const model = fitModel(space, objective, crowd, known)!;
    expect(model.repair).toBe('noise_raised');
    expect(model.posterior.logParameters[2]).toBeGreaterThan(-30);
  });

  it('gives up hyperparameters with which there is no model, and says so', () => {
    const known = new Map([[5, Float64Array.of(NaN, 0, 0)]]);
    const model = fitModel(space, objective, observed([1, 2, 3, 4, 5]), known)!;
    expect(model.repair).toBe('prior_mode');
    expect(model.posterior.logParameters).toEqual(priorMode(1));
  });

  it('needs no repair for ordinary results', () => {
    expect(fitModel(space, objective, observed([3, 1, 4, 1, 5]))!.repair).toBeUndefined();
  });

  it('stops fitting when the time is up, and keeps nothing that it did not finish', () => {
    const history = observed(Array.from({ length: 48 }, (_, i) => Math.sin(i * i)));
    let asked = 0;
    const known = new Map<number, Float64Array>();
    const cut = fitModel(space, objective, history, known, () => ++asked > 2)!;
    expect(known.size).toBe(0);
    const whole = fitModel(space, objective, history)!;
    expect(cut.posterior.logParameters).not.toEqual(whole.posterior.logParameters);
    expect(asked).toBeLessThan(10);
  });

  it('counts what is infeasible as the worst that is not', () => {
    const { y } = fitModel(space, objective, observed([undefined, 1, undefined, 7, 2, 5, undefined]))!.posterior
      .observations;
    const worst = Math.max(y[1], y[3], y[4], y[5]);
    expect(y[3]).toBe(worst);
    expect([y[0], y[2], y[6]]).toEqual([worst, worst, worst]);
    expect(worst).toBeGreaterThan(0.5);
  });

  it.each([
    [1000, 'minimize'],
    [1001, 'minimize'],
    [1300, 'minimize'],
    [1300, 'maximize'],
    [10_000, 'minimize'],
  ] as const)('takes the better 500 and the latest others of %i results (%s)', (count, direction) => {
    const many = Array.from({ length: count }, (_, i) => ({ params: { x: i / count }, value: (i * 1709) % count }));
    const model = fitModel(space, { direction }, many, new Map([[fittedCountOf(count), priorMode(1)]]))!;
    const sign = direction === 'minimize' ? 1 : -1;
    const ranked = many.map((_, i) => i).sort((a, b) => sign * (many[a].value - many[b].value));
    const others = ranked.slice(500).sort((a, b) => a - b);
    const kept = [...ranked.slice(0, 500), ...others.slice(-500)].sort((a, b) => a - b);
    expect([...model.posterior.observations.x].map((x) => Math.round(x * count))).toEqual(kept);
    expect(model.bestParams).toEqual(ranked.slice(0, 5).map((i) => many[i].params));
    expect(model.keys.size).toBe(count);
  });
});

describe('features', () => {
  const space = spaceOf(
    SearchSpace.parse({
      rate: { type: 'float', low: 1e-4, high: 1, scale: 'log' },
      kind: { type: 'categorical', choices: ['a', 'b', 'c'] },
      depth: { type: 'int', low: 1, high: 4, when: { kind: 'b' } },
      size: { type: 'ordinal', values: [16, 32] },
      momentum: { type: 'categorical', choices: [0, 0.9], when: { kind: 'c' } },
    }),
    [],
  ) as Space;

  it('place numbers on their scale, lists by index, and what is inactive apart', () => {
    const x = new Float64Array(featuresOf(space).count);
    writeFeatures(space, { rate: 1e-2, kind: 'b', depth: 4, size: 32 }, x);
    expect([...x].map((one) => Number(one.toFixed(6)))).toEqual([0.5, 1, 0.875, 0.75, -1]);
    writeFeatures(space, { rate: 1, kind: 'a', size: 16 }, x);
    expect([...x]).toEqual([1, 0, 0.5, 0.25, -1]);
  });
});
