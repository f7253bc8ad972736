import { describe, expect, it } from 'vitest';
import { permute } from '../../shared/numerics/permutation.ts';
import { createGenerator } from '../../shared/numerics/random.ts';
import golden from '../golden/permutation.json' with { type: 'json' };

describe('permute', () => {
  it('agrees with the network written in Python, for sizes from 1 to 2^400', () => {
    for (const { index, size, seed, element } of golden.cases) {
      expect(permute(BigInt(index), BigInt(size), seed)).toBe(BigInt(element));
    }
  });

  it('reaches every element once, for every size up to 600', () => {
    for (let size = 1; size <= 600; size++) expect(order(size, 7)).toSatisfy(isBijection);
  });

  it.each([4096, 10007])('reaches every element of %i once', (size) => {
    expect(order(size, 2 ** 53 - 1)).toSatisfy(isBijection);
  });

  it.each([2n ** 32n, 2n ** 64n + 13n, 2n ** 200n + 235n, 2n ** 400n])('reaches no element of %d twice', (size) => {
    const generator = createGenerator(17, 0);
    const indices = new Set(Array.from({ length: 200 }, () => drawIndex(size, generator.nextUint32)));
    const elements = [...indices].map((index) => permute(index, size, 99));
    expect(new Set(elements).size).toBe(indices.size);
    expect(elements.every((element) => element >= 0n && element < size)).toBe(true);
  });

  it('orders the same set in another way for another seed', () => {
    const orders = [0, 1, 2, 2 ** 32, 2 ** 53 - 1].map((seed) => order(100, seed).join());
    expect(new Set(orders).size).toBe(orders.length);
  });

  it('keeps the only element of a set of one', () => {
    expect(permute(0n, 1n, 5)).toBe(0n);
  });

  it.each([5, 16, 100])('starts anywhere in a set of %i, evenly over seeds', (size) => {
    expect(chiSquareOverSeeds(size, (seed) => Number(permute(0n, BigInt(size), seed)))).toBeLessThan(
      size + 5 * Math.sqrt(2 * size),
    );
  });

  it('makes all 24 orders of four elements, evenly over seeds', () => {
    const orders = new Map<string, number>();
    const place = (seed: number): number => {
      const key = order(4, seed).join();
      return orders.get(key) ?? orders.set(key, orders.size).size - 1;
    };
    expect(chiSquareOverSeeds(24, place)).toBeLessThan(24 + 5 * Math.sqrt(48));
    expect(orders.size).toBe(24);
  });

  it('has about one fixed point in a large set', () => {
    const fixedCount = order(10007, 3).filter((element, index) => element === index).length;
    expect(fixedCount).toBeLessThan(8);
  });

  it.each([
    [-1n, 10n],
    [10n, 10n],
    [0n, 0n],
  ])('refuses the index %d of %d', (index, size) => {
    expect(() => permute(index, size, 1)).toThrow(RangeError);
  });

  it('refuses a seed that is not an integer', () => {
    expect(() => permute(0n, 1n, 0.5)).toThrow(RangeError);
  });
});

function order(size: number, seed: number): number[] {
  return Array.from({ length: size }, (_, index) => Number(permute(BigInt(index), BigInt(size), seed)));
}

function isBijection(elements: number[]): boolean {
  return new Set(elements).size === elements.length && elements.every((e) => e >= 0 && e < elements.length);
}

function chiSquareOverSeeds(cellCount: number, cellOf: (seed: number) => number): number {
  const counts = Array<number>(cellCount).fill(0);
  for (let seed = 0; seed < 40 * cellCount; seed++) counts[cellOf(seed)]++;
  return counts.reduce((sum, count) => sum + (count - 40) ** 2 / 40, 0);
}

function drawIndex(size: bigint, nextUint32: () => number): bigint {
  let value = 0n;
  for (let i = 0; i < 14; i++) value = (value << 32n) | BigInt(nextUint32());
  return value % size;
}
