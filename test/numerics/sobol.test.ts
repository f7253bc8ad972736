import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createGenerator } from '../../shared/numerics/random.ts';
import { owenScramble, sobolBits, sobolDimensionCount, sobolUnit } from '../../shared/numerics/sobol.ts';
import golden from '../golden/sobol.json' with { type: 'json' };

const dimensions = Array.from({ length: sobolDimensionCount }, (_, dimension) => dimension);
const seeds = [0, 1, 2 ** 32, 2 ** 53 - 1];

describe('sobolBits', () => {
  it.each(golden.rows)('agrees with scipy in every dimension at index $index', ({ index, bits }) => {
    expect(dimensions.map((dimension) => sobolBits(index, dimension))).toEqual(bits);
  });

  it('agrees with scipy at the first 1024 points of every dimension', () => {
    const indices = Array.from({ length: golden.pointCount }, (_, index) => index);
    const checksums = dimensions.map((dimension) => checksum(indices.map((index) => sobolBits(index, dimension))));
    expect(checksums).toEqual(golden.pointChecksums);
  });

  it('agrees with scipy on the direction number of every index bit', () => {
    const powers = Array.from({ length: 32 }, (_, bit) => 2 ** bit);
    const checksums = dimensions.map((dimension) => checksum(powers.map((index) => sobolBits(index, dimension))));
    expect(checksums).toEqual(golden.directionChecksums);
  });

  it('is linear over xor, so the powers of two decide every point', () => {
    const word = fc.integer({ min: 0, max: 0xffffffff });
    fc.assert(
      fc.property(word, word, fc.integer({ min: 0, max: 127 }), (a, b, dimension) => {
        const sum = (sobolBits(a, dimension) ^ sobolBits(b, dimension)) >>> 0;
        expect(sobolBits((a ^ b) >>> 0, dimension)).toBe(sum);
      }),
    );
  });

  it.each([
    [-1, 0],
    [2 ** 32, 0],
    [0.5, 0],
    [0, -1],
    [0, 128],
    [0, NaN],
    [0, 1.5],
  ])('refuses index %d of dimension %d', (index, dimension) => {
    expect(() => sobolBits(index, dimension)).toThrow(RangeError);
  });
});

describe('owenScramble', () => {
  it('agrees with the published hash', () => {
    for (const [bits, seed, scrambled] of golden.scrambles) expect(owenScramble(bits, seed)).toBe(scrambled);
  });

  it('maps the intervals of one length onto each other, whatever the bits below', () => {
    const below = createGenerator(1, 0);
    for (let prefixBits = 0; prefixBits <= 10; prefixBits++) {
      const size = 2 ** (32 - prefixBits);
      const cell = (low: number, prefix: number) => Math.floor(owenScramble(prefix * size + low, 0x9d2c5680) / size);
      const reached = Array.from({ length: 2 ** prefixBits }, (_, prefix) => cell(0, prefix));
      expect(new Set(reached).size).toBe(2 ** prefixBits);
      reached.forEach((expected, prefix) => expect(cell(below.nextBelow(size), prefix)).toBe(expected));
    }
  });

  it('flips each bit of the result for about half of the seeds', () => {
    const draw = createGenerator(2, 0);
    const flipCounts = Array<number>(32).fill(0);
    for (let i = 0; i < 4096; i++) {
      const flips = owenScramble(0x12345678, draw.nextUint32()) ^ 0x12345678;
      for (let bit = 0; bit < 32; bit++) flipCounts[bit] += (flips >>> bit) & 1;
    }
    // Five standard deviations of 4096 coins are 160.
    for (const flipCount of flipCounts) expect(Math.abs(flipCount - 2048)).toBeLessThan(160);
  });
});

describe('sobolUnit', () => {
  it.each(golden.scrambled)(
    'agrees with Python at index $index, dimension $dimension, seed $seed',
    ({ index, dimension, seed, bits }) => {
      expect(sobolUnit(index, dimension, seed)).toBe(bits / 2 ** 32);
    },
  );

  it('puts one point of an aligned block of 2^k in each interval of length 2^-k, in every dimension', () => {
    for (const seed of seeds.slice(1, 3)) {
      for (const dimension of dimensions) {
        for (const k of [0, 1, 4, 9]) {
          expect(hasOnePointPerCell(block(5, k), [k], [dimension], seed)).toBe(true);
        }
      }
    }
  });

  it.each(seeds)('makes a (0, m, 2)-net of dimensions 0 and 1 with seed %d', (seed) => {
    for (const m of [1, 4, 8, 10]) {
      for (const start of [0, 3]) {
        for (let k = 0; k <= m; k++) expect(hasOnePointPerCell(block(start, m), [k, m - k], [0, 1], seed)).toBe(true);
      }
    }
  });

  it('covers the cube more evenly than random points do', () => {
    const d = 5;
    for (const seed of seeds) {
      const generator = createGenerator(seed, 0);
      const sobol = Array.from({ length: 256 * d }, (_, at) => sobolUnit(Math.floor(at / d), at % d, seed));
      const random = Array.from({ length: 256 * d }, generator.nextUnit);
      expect(centredDiscrepancy(sobol, d)).toBeLessThan(centredDiscrepancy(random, d) / 3);
    }
  });

  it('gives every seed and every dimension its own first point', () => {
    const firsts = seeds.flatMap((seed) => dimensions.map((dimension) => sobolUnit(0, dimension, seed)));
    expect(new Set(firsts).size).toBe(seeds.length * sobolDimensionCount);
  });

  it('spreads the first point of consecutive seeds evenly', () => {
    for (const dimension of [0, 1, 64, 127]) {
      const counts = Array<number>(16).fill(0);
      for (let seed = 0; seed < 3200; seed++) counts[Math.floor(sobolUnit(0, dimension, seed) * 16)]++;
      const chiSquare = counts.reduce((sum, count) => sum + (count - 200) ** 2 / 200, 0);
      // 15 degrees of freedom: mean 15, standard deviation 5.5.
      expect(chiSquare).toBeLessThan(45);
    }
  });

  it.each([-1, 0.5, 2 ** 53, NaN])('refuses the seed %d', (seed) => {
    expect(() => sobolUnit(0, 0, seed)).toThrow(RangeError);
  });
});

/** As in test/golden/sobol.py. */
function checksum(words: number[]): number {
  return words.reduce((hash, word) => (Math.imul(hash, 31) + word) >>> 0, 0);
}

function block(number: number, k: number): number[] {
  return Array.from({ length: 2 ** k }, (_, offset) => number * 2 ** k + offset);
}

/** The cell of a point has cellBits[i] leading bits of the coordinate in dimensionsOfCell[i]. */
function hasOnePointPerCell(indices: number[], cellBits: number[], dimensionsOfCell: number[], seed: number): boolean {
  const cells = indices.map((index) =>
    dimensionsOfCell.reduce((cell, dimension, i) => {
      const width = 2 ** cellBits[i];
      return cell * width + Math.floor(sobolUnit(index, dimension, seed) * width);
    }, 0),
  );
  return new Set(cells).size === indices.length;
}

/**
 * Squared centred L2 discrepancy: Hickernell, "A generalized discrepancy and quadrature error bound" (1998), eq. 5.1c.
 * @param x n×d in the unit cube. O(n² d).
 */
function centredDiscrepancy(x: number[], d: number): number {
  const n = x.length / d;
  const centred = x.map((value) => Math.abs(value - 1 / 2));
  let single = 0;
  let double = 0;
  for (let i = 0; i < n; i++) {
    let product = 1;
    for (let k = 0; k < d; k++) product *= 1 + centred[i * d + k] / 2 - centred[i * d + k] ** 2 / 2;
    single += product;
    for (let j = 0; j < n; j++) {
      let pair = 1;
      for (let k = 0; k < d; k++) {
        pair *= 1 + (centred[i * d + k] + centred[j * d + k] - Math.abs(x[i * d + k] - x[j * d + k])) / 2;
      }
      double += pair;
    }
  }
  return (13 / 12) ** d - (2 / n) * single + double / n ** 2;
}
