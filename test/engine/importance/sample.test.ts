import { expect, it } from 'vitest';
import { sampleOf } from '../../../shared/engine/importance/sample.ts';

const numbers = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

it('is everything where that is not too much', () => {
  const all = numbers(10);
  expect(sampleOf(all, 10)).toBe(all);
});

it('is so many different ones in their order, the same every time', () => {
  const sample = sampleOf(numbers(1000), 100);
  expect(sample).toHaveLength(100);
  expect(sample.every((one, i) => i === 0 || one > sample[i - 1])).toBe(true);
  expect(sampleOf(numbers(1000), 100)).toEqual(sample);
});

it('has its share of every part', () => {
  const sample = sampleOf(numbers(100_000), 10_000);
  const tenths = numbers(10).map((tenth) => sample.filter((one) => Math.floor(one / 10_000) === tenth).length);
  // 1000 ± 28.5 each (hypergeometric): five deviations.
  for (const count of tenths) expect(Math.abs(count - 1000)).toBeLessThan(143);
});
