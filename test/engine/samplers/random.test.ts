import { describe, expect, it } from 'vitest';
import { randomPoint } from '../../../shared/engine/samplers/random.ts';
import { samplerContract } from '../../contract/sampler.ts';
import { samplerOf } from './sampler-of.ts';

samplerContract('random', samplerOf({ kind: 'random' }));

describe('randomPoint', () => {
  it('has coordinates that are not tied to each other, to the number or to the try', () => {
    const count = 4000;
    const pairs: [string, (n: number) => [number, number]][] = [
      ['coordinates', (n) => [randomPoint(1, n, 0)(0), randomPoint(1, n, 0)(1)]],
      ['numbers', (n) => [randomPoint(1, n, 0)(0), randomPoint(1, n + 1, 0)(0)]],
      ['tries', (n) => [randomPoint(1, n, 0)(0), randomPoint(1, n, 1)(0)]],
      ['seeds', (n) => [randomPoint(1, n, 0)(0), randomPoint(2, n, 0)(0)]],
    ];
    // The correlation of independent numbers has a standard deviation of 1/√count.
    const tied = pairs.filter(([, pair]) => Math.abs(correlation(pair, count)) > 4.5 / Math.sqrt(count));
    expect(tied.map(([what]) => what)).toEqual([]);
  });
});

function correlation(pair: (n: number) => [number, number], count: number): number {
  let product = 0;
  for (let n = 0; n < count; n++) {
    const [a, b] = pair(n);
    product += (a - 0.5) * (b - 0.5) * 12;
  }
  return product / count;
}
