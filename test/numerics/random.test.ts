import { describe, expect, it } from 'vitest';
import { createGenerator, philox4x32 } from '../../shared/numerics/random.ts';
import golden from '../golden/generator.json' with { type: 'json' };

describe('philox4x32', () => {
  it.each(golden.blocks)('agrees with randomgen on counter $counter', ({ counter, key, words }) => {
    expect([...philox4x32(Uint32Array.from(counter), Uint32Array.from(key))]).toEqual(words);
  });

  it('may write over its counter', () => {
    const counter = Uint32Array.of(1, 2, 3, 4);
    const expected = philox4x32(counter, Uint32Array.of(5, 6));
    expect(philox4x32(counter, Uint32Array.of(5, 6), counter)).toEqual(expected);
  });
});

describe('a generator', () => {
  it.each(golden.streams)('draws the words of randomgen for the name $name', ({ name, words }) => {
    const [seed, purpose, trial, salt] = name;
    const generator = createGenerator(seed, purpose, trial, salt);
    expect(words.map(() => generator.nextUint32())).toEqual(words);
  });

  it('builds a unit number from the upper 27 and 26 bits of two words', () => {
    const { name, words } = golden.streams[1];
    const [high, low] = [BigInt(words[0]) >> 5n, BigInt(words[1]) >> 6n];
    const generator = createGenerator(name[0], name[1], name[2], name[3]);
    expect(generator.nextUnit()).toBe(Number((high << 26n) | low) / 2 ** 53);
  });

  it('does not share state with another of the same name', () => {
    const one = createGenerator(9, 1);
    for (let i = 0; i < 7; i++) one.nextUint32();
    const other = createGenerator(9, 1);
    for (let i = 0; i < 7; i++) other.nextUint32();
    expect(other.nextUnit()).toBe(one.nextUnit());
  });

  it('draws another stream when any part of the name changes', () => {
    const names = [
      [1, 1, 1, 1],
      [2, 1, 1, 1],
      [1 + 2 ** 32, 1, 1, 1],
      [1, 2, 1, 1],
      [1, 1, 2, 1],
      [1, 1, 1, 2],
    ];
    const firsts = names.map(([seed, purpose, trial, salt]) => createGenerator(seed, purpose, trial, salt).nextUnit());
    expect(new Set(firsts).size).toBe(names.length);
  });

  it('has unit numbers with the mean and variance of the uniform distribution', () => {
    const generator = createGenerator(4, 0);
    const count = 100_000;
    const units = Array.from({ length: count }, generator.nextUnit);
    const mean = units.reduce((sum, u) => sum + u, 0) / count;
    const variance = units.reduce((sum, u) => sum + (u - mean) ** 2, 0) / count;
    // Five standard errors of each estimate.
    expect(Math.abs(mean - 1 / 2)).toBeLessThan(5 * Math.sqrt(1 / 12 / count));
    expect(Math.abs(variance - 1 / 12)).toBeLessThan(5 * Math.sqrt(1 / 180 / count));
  });

  it.each([1, 2, 3, 7, 10])('draws below %i evenly', (bound) => {
    const generator = createGenerator(11, bound);
    const counts = Array<number>(bound).fill(0);
    for (let i = 0; i < 20_000; i++) counts[generator.nextBelow(bound)]++;
    const expected = 20_000 / bound;
    const chiSquare = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
    expect(chiSquare).toBeLessThan(bound + 6 * Math.sqrt(2 * bound));
  });

  it.each([
    [3 * 2 ** 30, 'one word'],
    [3 * 2 ** 51, 'two words'],
  ])('does not favour small results where a remainder would: below %i, of %s', (bound) => {
    const generator = createGenerator(12, 3);
    let lowerThirdCount = 0;
    for (let i = 0; i < 20_000; i++) if (generator.nextBelow(bound) < bound / 3) lowerThirdCount++;
    // A bare remainder would put half of the draws there.
    expect(Math.abs(lowerThirdCount / 20_000 - 1 / 3)).toBeLessThan(0.02);
  });

  it.each([1, 2 ** 32 - 1, 2 ** 32, 2 ** 32 + 1, 2 ** 53])('stays below %i and reaches its upper half', (bound) => {
    const generator = createGenerator(13, 0);
    const drawn = Array.from({ length: 100 }, () => generator.nextBelow(bound));
    expect(drawn.every((value) => Number.isInteger(value) && value >= 0 && value < bound)).toBe(true);
    expect(Math.max(...drawn)).toBeGreaterThanOrEqual(Math.floor(bound / 2));
  });

  it.each([0, -1, 1.5, NaN, 2 ** 53 + 2, Infinity])('refuses the bound %d', (bound) => {
    expect(() => createGenerator(1, 1).nextBelow(bound)).toThrow(RangeError);
  });

  it.each([
    [-1, 0, 0],
    [2 ** 53, 0, 0],
    [0.5, 0, 0],
    [0, 2 ** 32, 0],
    [0, 0, -1],
    [0, 0, 1.5],
  ])('refuses the name %d, %d, %d', (seed, purpose, trial) => {
    expect(() => createGenerator(seed, purpose, trial)).toThrow(RangeError);
  });
});
