/**
 * Scrambled Sobol points. They fill the cube more evenly than random points do, and scrambling keeps that evenness
 * while making every seed a different set.
 *
 * Sobol sequence: Joe & Kuo, "Constructing Sobol sequences with better two-dimensional projections", SIAM J. Sci.
 * Comput. 30 (2008).
 * Scrambling: Owen, "Randomly permuted (t,m,s)-nets and (t,s)-sequences" (1995), in the hashed form of Laine & Karras
 * (2011) described by
 * Burley, "Practical Hash-based Owen Scrambling", JCGT 9(4) (2020).
 */
import { assertSeed } from './random.ts';
import { sobolDirections } from './sobol-directions.ts';

/** Dimensions are numbered 0…sobolDimensionCount-1. */
export const sobolDimensionCount = 128;

/**
 * Coordinate `dimension` of scrambled point `index`, a multiple of 2^-32 in [0, 1).
 * Each dimension has its own scramble: with a shared one, the first points would line up on the diagonal.
 * @param seed integer in 0…2^53-1. Throws RangeError like `sobolBits` and `assertSeed`. Stateless, O(32).
 */
export function sobolUnit(index: number, dimension: number, seed: number): number {
  return owenScramble(sobolBits(index, dimension), scrambleSeed(seed, dimension)) / 2 ** 32;
}

/**
 * Coordinate `dimension` of plain Sobol point `index` as uint32 (divide by 2^32 for the unit interval), eq. 3 of Joe
 * & Kuo: the xor of the direction numbers at the set bits of the index.
 * Binary order, not the Gray-code order of most libraries: it costs up to 32 xors and makes every point a function of
 * its index alone. Any aligned block of 2^k points is the same set in both.
 * @param index integer in 0…2^32-1. @param dimension 0…127. Throws RangeError outside.
 */
export function sobolBits(index: number, dimension: number): number {
  if (index >>> 0 !== index) throw new RangeError(`index is ${index}, expected an integer in 0…2^32-1`);
  if (!Number.isInteger(dimension) || dimension < 0 || dimension >= sobolDimensionCount) {
    throw new RangeError(`dimension is ${dimension}, expected an integer in 0…${sobolDimensionCount - 1}`);
  }
  let bits = 0;
  for (let rest = index, at = dimension * 32; rest !== 0; rest >>>= 1, at++) {
    if (rest & 1) bits ^= directions[at];
  }
  return bits >>> 0;
}

/**
 * Nested uniform scramble of a uint32 read as a fraction: the flip of each bit depends on the bits above it and on
 * the seed, so every dyadic interval is mapped onto one of its own length.
 * The hash is Vegdahl's final one ("Building a Better LK Hash", psychopath.io, 2021): each step moves information
 * only from lower to higher bits, hence the reversals around it.
 * @param bits uint32.
 * @param seed uint32, well mixed: its lowest bit alone decides the top bit of the result. Never fails.
 */
export function owenScramble(bits: number, seed: number): number {
  let v = reverseBits(bits);
  v ^= Math.imul(v, 0x3d20adea);
  v += seed;
  v = Math.imul(v, (seed >>> 16) | 1);
  v ^= Math.imul(v, 0x05526c56);
  v ^= Math.imul(v, 0x53a22864);
  return reverseBits(v);
}

function reverseBits(value: number): number {
  let v = value;
  v = ((v >>> 1) & 0x55555555) | ((v & 0x55555555) << 1);
  v = ((v >>> 2) & 0x33333333) | ((v & 0x33333333) << 2);
  v = ((v >>> 4) & 0x0f0f0f0f) | ((v & 0x0f0f0f0f) << 4);
  v = ((v >>> 8) & 0x00ff00ff) | ((v & 0x00ff00ff) << 8);
  return ((v >>> 16) | (v << 16)) >>> 0;
}

/**
 * The dimension is absorbed first, so two seeds whose 64 bits happen to meet in 32 for one dimension part again in the
 * next.
 */
function scrambleSeed(seed: number, dimension: number): number {
  assertSeed(seed);
  const seedHigh = Math.floor(seed / 2 ** 32);
  return mix(mix(mix(dimension) ^ (seed >>> 0)) ^ seedHigh);
}

/**
 * A bijection of 32 bits in which every input bit flips every output bit half the time: Wellons' lowbias32, after a
 * shift because it keeps 0.
 */
function mix(value: number): number {
  let v = (value + 0x9e3779b9) | 0;
  v = Math.imul(v ^ (v >>> 16), 0x7feb352d);
  v = Math.imul(v ^ (v >>> 15), 0x846ca68b);
  return (v ^ (v >>> 16)) >>> 0;
}

/**
 * sobolDimensionCount×32: row d holds the direction numbers v_1…v_32 of dimension d, each with its binary point before
 * the top bit.
 */
const directions = expandDirections(sobolDirections);

function expandDirections(table: string): Uint32Array {
  const expanded = new Uint32Array(sobolDimensionCount * 32);
  for (let bit = 0; bit < 32; bit++) expanded[bit] = 1 << (31 - bit);
  for (const line of table.trim().split('\n')) {
    const [dimension, degree, polynomial, ...initial] = line.trim().split(' ').map(Number);
    expandRow(expanded.subarray((dimension - 1) * 32, dimension * 32), degree, polynomial, initial);
  }
  return expanded;
}

/**
 * Eq. 2 of Joe & Kuo.
 * @param polynomial the inner coefficients a_1…a_(s-1) as bits, a_1 on top.
 * @param initial m_1…m_s.
 */
function expandRow(v: Uint32Array, degree: number, polynomial: number, initial: number[]): void {
  for (let i = 0; i < degree; i++) v[i] = initial[i] << (31 - i);
  for (let i = degree; i < 32; i++) {
    v[i] = v[i - degree] ^ (v[i - degree] >>> degree);
    for (let k = 1; k < degree; k++) {
      if ((polynomial >>> (degree - 1 - k)) & 1) v[i] ^= v[i - k];
    }
  }
}
