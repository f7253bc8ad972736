import { describe, expect, it } from 'vitest';
import type { Params } from '../../shared/domain/parameter.ts';
import type { Observation } from '../../shared/engine/observations.ts';
import { spaceFrom } from '../domain/space-from.ts';
import { askModel, maximize, minimize } from './model-asks.ts';

const space = spaceFrom({
  rate: { type: 'float', low: 1e-5, high: 1, scale: 'log' },
  decay: { type: 'float', low: 1e-6, high: 0.1, scale: 'log' },
  dropout: { type: 'float', low: 0, high: 0.9 },
  layers: { type: 'int', low: 1, high: 8 },
});
const trialCount = 30;

/** 0 at a rate of 0.002, a decay of 1e-4, a dropout of 0.3 and 4 layers. */
function lossAt({ rate, decay, dropout, layers }: Params): number {
  return (
    (Math.log10(rate as number) + 2.7) ** 2 +
    0.5 * (Math.log10(decay as number) + 4) ** 2 +
    4 * ((dropout as number) - 0.3) ** 2 +
    0.1 * ((layers as number) - 4) ** 2
  );
}

/** The least loss of a study whose first trial exploded. Of 30 random ones it is about 0.6. */
function leastAfter(exploded: number, seed: number, sign: 1 | -1): number {
  const first = { rate: 1, decay: 1e-6, dropout: 0, layers: 8 };
  const observations: Observation[] = [{ params: first, value: sign * exploded }];
  const options = { seed, objectives: [sign === 1 ? minimize : maximize] };
  const losses = Array.from({ length: trialCount }, () => {
    const { params } = askModel(space, { observations: [...observations] }, options)!;
    observations.push({ params, value: sign * lossAt(params) });
    return lossAt(params);
  });
  return Math.min(...losses);
}

describe('a study in which a loss has exploded', () => {
  it.each([1e4, 1e8, 1e16, 1e300])('to %f finds the least loss as if it had not', (exploded) => {
    for (const seed of [1, 2]) {
      expect(leastAfter(exploded, seed, 1)).toBeLessThan(0.01);
      expect(leastAfter(exploded, seed, -1)).toBeLessThan(0.01);
    }
  });
});
