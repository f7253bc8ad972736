/**
 * Seeded orders of very large sets, without storing them: the k-th cell of a grid of 10^60 cells is found in
 * microseconds.
 *
 * Luby & Rackoff, "How to construct pseudorandom permutations", SIAM J. Comput. 17 (1988), for the network;
 * Black & Rogaway, "Ciphers with arbitrary finite domains", CT-RSA 2002, for cycle walking and the balanced network
 * over the next even number of bits.
 */
import { philox4x32, seedWords } from './random.ts';

/**
 * The element at place `index` in the order of `seed`: a bijection on [0, size), different for every seed.
 * It permutes the smallest square 2^h × 2^h that holds `size`, and walks along the cycle of `index` there until it is
 * back inside. The walk ends because a cycle returns to its start, which is inside;
 * the square is smaller than 4·size, so each step lands inside with probability above 1/4 and fewer than 4 steps are
 * expected.
 * A network of halves above one bit makes even permutations of its square only: a set of exactly 4^h elements has
 * half of its orders, and in others even and odd orders are not equally likely.
 * Any few places of an order are uniform all the same, which is what drawing cells needs.
 * @param index 0 ≤ index < size, throws RangeError outside.
 * @param size 1…2^400.
 * @param seed integer in 0…2^53-1. O(log size) Philox blocks.
 */
export function permute(index: bigint, size: bigint, seed: number): bigint {
  return walk(index, size, seed);
}

/**
 * Four rounds suffice for large halves; twelve spread the orders of tiny sets, whose halves are one or two bits, evenly
 * too.
 */
const roundCount = 12;

/**
 * Never reached: (3/4)^4096 < 10^-511. A walk cannot be cut short without two places sharing an element, so past it
 * there is only a bug.
 */
const walkStepCountMax = 4096;

/** Even rounds change the left half by the right one, odd rounds the right by the left: no swap. */
function walk(start: bigint, size: bigint, seed: number): bigint {
  if (start < 0n || start >= size) throw new RangeError(`index is ${start}, expected an integer in [0, ${size})`);
  const key = permutationKey(seed);
  if (size === 1n) return 0n;
  const halfBitCount = Math.ceil(bitCount(size - 1n) / 2);
  const left = toWords(start >> BigInt(halfBitCount), halfBitCount);
  const right = toWords(start, halfBitCount);
  for (let step = 0; step < walkStepCountMax; step++) {
    for (let round = 0; round < roundCount; round++) {
      if (round % 2 === 0) applyRound(left, right, halfBitCount, round, key);
      else applyRound(right, left, halfBitCount, round, key);
    }
    const reached = (fromWords(left) << BigInt(halfBitCount)) | fromWords(right);
    if (reached < size) return reached;
  }
  throw new Error(`permutation of ${size} left its range for ${walkStepCountMax} steps from ${start}`);
}

/**
 * Seeds leave the top bit of the high word free (they have 53 bits); setting it keeps these blocks apart from every
 * generator's.
 */
function permutationKey(seed: number): Uint32Array {
  const key = seedWords(seed);
  key[1] |= 0x80000000;
  return key;
}

/**
 * target ^= F(round, source), both halves of `halfBitCount` bits in little-endian words.
 * F absorbs the source three words to a block, chained as in CBC-MAC, then draws as many blocks as the target needs.
 * The numbers of round and block stand in word 0, which the source never touches.
 */
function applyRound(
  target: Uint32Array,
  source: Uint32Array,
  halfBitCount: number,
  round: number,
  key: Uint32Array,
): void {
  const state = new Uint32Array(4);
  for (let at = 0; at < source.length; at += 3) {
    state[0] ^= (round << 16) | at;
    for (let i = 0; i < 3 && at + i < source.length; i++) state[1 + i] ^= source[at + i];
    philox4x32(state, key, state);
  }
  for (let at = 0; at < target.length; at++) {
    if (at > 0 && at % 4 === 0) {
      state[0] ^= 0x80000000 | at;
      philox4x32(state, key, state);
    }
    target[at] ^= state[at % 4];
  }
  // Drops the bits of the last word that lie beyond the half.
  target[target.length - 1] &= 0xffffffff >>> (target.length * 32 - halfBitCount);
}

function bitCount(value: bigint): number {
  return value.toString(2).length;
}

/** The lowest `bits` bits of a value as ⌈bits/32⌉ little-endian words. */
function toWords(value: bigint, bits: number): Uint32Array {
  const words = new Uint32Array(Math.ceil(bits / 32));
  let rest = BigInt.asUintN(bits, value);
  for (let at = 0; at < words.length; at++, rest >>= 32n) words[at] = Number(BigInt.asUintN(32, rest));
  return words;
}

function fromWords(words: Uint32Array): bigint {
  return words.reduceRight((value, word) => (value << 32n) | BigInt(word), 0n);
}
