import { describe, expect, it } from 'vitest';
import { explainedShare } from '../../../shared/engine/importance/explained-share.ts';
import type { Observations } from '../../../shared/numerics/kernels-contract.ts';
import { plainKernels } from '../../../shared/numerics/kernels-plain.ts';
import { createGenerator } from '../../../shared/numerics/random.ts';

const theta = Float64Array.of(2, -1, 0, -4);

function observed(valueOf: (x: number) => number): Observations {
  const random = createGenerator(3, 99);
  const x = Float64Array.from({ length: 60 }, () => random.nextUnit());
  const y = Float64Array.from({ length: 30 }, (_, i) => valueOf(x[2 * i]));
  return { n: 30, d: 2, x, y, isCategory: [false, false] };
}

/** Asks a model about each observation that was made without it. */
function bruteForce({ n, d, x, y, isCategory }: Observations): number {
  const mean = y.reduce((sum, one) => sum + one, 0) / n;
  let [errors, spread] = [0, 0];
  for (let out = 0; out < n; out++) {
    const others = {
      n: n - 1,
      d,
      x: x.filter((_, at) => Math.floor(at / d) !== out),
      y: y.filter((_, i) => i !== out),
      isCategory,
    };
    const [foretold, variance] = [new Float64Array(1), new Float64Array(1)];
    plainKernels.predict(plainKernels.condition(others, theta)!, x.slice(d * out, d * out + d), 1, foretold, variance);
    errors += (y[out] - foretold[0]) ** 2;
    spread += (y[out] - mean) ** 2;
  }
  return 1 - errors / spread;
}

describe('explainedShare', () => {
  const noise = createGenerator(4, 99);

  it.each([
    ['a smooth function', (x: number) => Math.sin(6 * x)],
    ['noise', () => noise.nextUnit() - 0.5],
  ])('is that of models which do not know the trial (%s)', (_, valueOf) => {
    const observations = observed(valueOf);
    const model = plainKernels.condition(observations, theta)!;
    expect(explainedShare(model)).toBeCloseTo(bruteForce(observations), 9);
  });

  it('is nearly 1 for a smooth function, and below 0 for noise', () => {
    expect(
      explainedShare(
        plainKernels.condition(
          observed((x) => Math.sin(6 * x)),
          theta,
        )!,
      ),
    ).toBeGreaterThan(0.95);
    expect(
      explainedShare(
        plainKernels.condition(
          observed(() => noise.nextUnit() - 0.5),
          theta,
        )!,
      ),
    ).toBeLessThan(0);
  });
});
