/**
 * Counter-based random numbers: a block is a pure function of (counter, key), so a stream is named by what it is for
 * and not by what was drawn before it.
 * Two asks served by two machines draw the same numbers, in any order, with nothing to store.
 *
 * Salmon, Moraes, Dror & Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
 */

/** Draws from one stream. It is mutable: give it to one consumer. */
export interface Generator {
  /** Uniform integer in 0…2^32-1. One word of the stream. */
  nextUint32(): number;
  /** Uniform multiple of 2^-53 in [0, 1). Two words of the stream. */
  nextUnit(): number;
  /**
   * Unbiased integer in [0, bound), 1 ≤ bound ≤ 2^53. Throws RangeError for another bound. Usually one word of the
   * stream, or two when bound > 2^32.
   */
  nextBelow(bound: number): number;
}

/**
 * The stream of (seed, purpose, trial, salt): key = seed, counter = [block, purpose, trial, salt]. Streams with
 * different names never share a block.
 * The stream repeats after 2^34 words, far more than one ask draws.
 * @param seed integer in 0…2^53-1.
 * @param purpose, trial, salt integers in 0…2^32-1. Throws RangeError outside, because a truncated name would
 *   silently be another stream's.
 */
export function createGenerator(seed: number, purpose: number, trial = 0, salt = 0): Generator {
  const key = seedWords(seed);
  const counter = Uint32Array.of(0, word(purpose, 'purpose'), word(trial, 'trial'), word(salt, 'salt'));
  const block = new Uint32Array(4);
  let usedCount = block.length;

  function nextUint32(): number {
    if (usedCount === block.length) {
      philox4x32(counter, key, block);
      counter[0]++;
      usedCount = 0;
    }
    return block[usedCount++];
  }

  function nextInteger53(): number {
    const high = nextUint32();
    return integer53(high, nextUint32());
  }

  return {
    nextUint32,
    nextUnit: () => nextInteger53() / 2 ** 53,
    nextBelow: (bound) =>
      bound <= 2 ** 32 ? drawBelow(bound, 2 ** 32, nextUint32) : drawBelow(bound, 2 ** 53, nextInteger53),
  };
}

/**
 * One uniform multiple of 2^-53 in [0, 1) by its place: random access, for points of which only some coordinates are
 * looked at.
 * It is the first `nextUnit` of block `index` of the stream (seed, purpose, trial, salt). Ranges and failure as
 * `createGenerator`.
 */
export function unitAt(seed: number, purpose: number, trial: number, salt: number, index: number): number {
  const counter = Uint32Array.of(
    word(index, 'index'),
    word(purpose, 'purpose'),
    word(trial, 'trial'),
    word(salt, 'salt'),
  );
  const block = philox4x32(counter, seedWords(seed), counter);
  return integer53(block[0], block[1]) / 2 ** 53;
}

/** The two Philox key words of a seed, low word first. @param seed integer in 0…2^53-1; throws RangeError outside. */
export function seedWords(seed: number): Uint32Array {
  assertSeed(seed);
  return Uint32Array.of(seed % 2 ** 32, seed / 2 ** 32);
}

/** Throws RangeError unless the seed is an integer in 0…2^53-1: beyond, different seeds would share a double. */
export function assertSeed(seed: number): void {
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new RangeError(`seed is ${seed}, expected an integer in 0…2^53-1`);
  }
}

/**
 * One block of Philox4x32-10: ten rounds of the bijection of section 4.3.
 * @param counter 4 words.
 * @param key 2 words.
 * @param out 4 words; may be `counter`. Never fails. 20 multiplications of 32×32 bits.
 */
export function philox4x32(counter: Uint32Array, key: Uint32Array, out = new Uint32Array(4)): Uint32Array {
  let [c0, c1, c2, c3] = [counter[0], counter[1], counter[2], counter[3]];
  let [k0, k1] = [key[0], key[1]];
  for (let round = 0; round < philoxRoundCount; round++) {
    const high0 = multiplyHigh(philoxMultiplier0, c0);
    const high2 = multiplyHigh(philoxMultiplier1, c2);
    const low0 = Math.imul(philoxMultiplier0, c0);
    const low2 = Math.imul(philoxMultiplier1, c2);
    c0 = (high2 ^ c1 ^ k0) >>> 0;
    c1 = low2 >>> 0;
    c2 = (high0 ^ c3 ^ k1) >>> 0;
    c3 = low0 >>> 0;
    k0 = (k0 + philoxWeyl0) >>> 0;
    k1 = (k1 + philoxWeyl1) >>> 0;
  }
  out[0] = c0;
  out[1] = c1;
  out[2] = c2;
  out[3] = c3;
  return out;
}

const philoxRoundCount = 10;
const philoxMultiplier0 = 0xd2511f53;
const philoxMultiplier1 = 0xcd9e8d57;
/** Key increments: the fraction bits of the golden ratio and of √3 - 1. */
const philoxWeyl0 = 0x9e3779b9;
const philoxWeyl1 = 0xbb67ae85;

/**
 * The upper 32 bits of a·b for uint32 a and b. A double cannot hold the 64-bit product, so it is made of 16-bit limbs,
 * whose sums stay below 2^32.
 */
function multiplyHigh(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const low = aHigh * bLow + ((aLow * bLow) >>> 16);
  const cross = aLow * bHigh + (low & 0xffff);
  return aHigh * bHigh + (low >>> 16) + (cross >>> 16);
}

/** A draw is refused with probability below 1/2, so this many refusals in a row do not happen (2^-128). */
const drawCountMax = 128;

/**
 * Uniform integer in [0, bound) from uniform integers in [0, range): those above the last whole multiple of `bound` are
 * refused, since a bare remainder favours small results.
 */
function drawBelow(bound: number, range: number, draw: () => number): number {
  if (!Number.isInteger(bound) || bound < 1 || bound > range) {
    throw new RangeError(`bound is ${bound}, expected an integer in 1…2^53`);
  }
  const accepted = range - (range % bound);
  let drawn = draw();
  for (let drawCount = 1; drawn >= accepted && drawCount < drawCountMax; drawCount++) drawn = draw();
  return drawn % bound;
}

/** 53 bits of two words, the upper 27 and 26 of them. */
function integer53(high: number, low: number): number {
  return (high >>> 5) * 2 ** 26 + (low >>> 6);
}

function word(value: number, name: string): number {
  if (value >>> 0 !== value) throw new RangeError(`${name} is ${value}, expected an integer in 0…2^32-1`);
  return value;
}
