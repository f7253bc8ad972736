/**
 * The kernels in AssemblyScript: TypeScript's grammar, compiled to WebAssembly with plain SIMD (simd128). Relaxed
 * SIMD would be 20-30 % faster, and another suggestion on another machine.
 * docs/kernels-module.ts compiles this file into kernels-wasm.ts; kernels.ts lays out the memory and is the only
 * caller. The file does not end in .ts because it is no TypeScript: `tsc` must not read it.
 *
 * Pointers and strides are bytes, counts are elements. Matrices are row-major; their side is a multiple of 4, padded
 * with rows of the identity, their stride an odd multiple of 64 bytes, so that rows do not meet
 * in one cache set. Everything is the one product C += α A Bᵀ, which reads both operands along memory: a tile of 4×2
 * sums needs 14 of the 16 registers, and no packing. Unrolled, it would spill.
 * Only the lower triangle of a symmetric or lower matrix is defined; what lies above the diagonal is left over from
 * sums.
 */

const double: usize = 8;
const pair: usize = 16;

/**
 * Columns that are solved together: their rows of L stay in the second cache while the rows of the right-hand side pass
 * by.
 */
const blockSide: i32 = 32;
/** Depth of one pass of the product: 4 rows of A stay in the first cache. */
const depthMax: i32 = 256;
/** Columns of C in one pass of the product. */
const columnsMax: i32 = 64;
/** A reach that leaves no column out. */
const everyColumn: i32 = 1 << 30;

/** The first free byte after the constants. */
export function arenaStart(): usize {
  return __heap_base;
}

/** C += α A Bᵀ. A rows×depth, B columns×depth, C rows×columns; rows a multiple of 4, columns and depth of 2. */
export function gemm(
  a: usize,
  aStride: usize,
  b: usize,
  bStride: usize,
  c: usize,
  cStride: usize,
  rows: i32,
  columns: i32,
  depth: i32,
  alpha: f64,
): void {
  product(a, aStride, b, bStride, c, cStride, rows, columns, depth, alpha, everyColumn);
}

/** The lower factor in the place of A. Returns whether every pivot was positive and finite. */
export function cholesky(a: usize, stride: usize, n: i32): bool {
  for (let start = 0; start < n; start += blockSide) {
    const end = min(start + blockSide, n);
    const left = a + <usize>start * stride;
    product(left, stride, left, stride, at(a, stride, start, start), stride, n - start, end - start, start, -1, 4);
    for (let j = start; j < end; j += 4) {
      const inBlock = at(a, stride, j, start);
      const diagonal = at(a, stride, j, j);
      product(inBlock, stride, inBlock, stride, diagonal, stride, n - j, 4, j - start, -1, 4);
      if (!factorizeFour(diagonal, stride)) return false;
      solveFour(diagonal, stride, diagonal + 4 * stride, stride, n - j - 4);
    }
  }
  return true;
}

/** X Lᵀ = B in the place of B, rows×n. */
export function solveLowerRows(l: usize, lStride: usize, n: i32, b: usize, bStride: usize, rows: i32): void {
  for (let start = 0; start < n; start += blockSide) {
    const end = min(start + blockSide, n);
    const block = b + <usize>start * double;
    product(b, bStride, at(l, lStride, start, 0), lStride, block, bStride, rows, end - start, start, -1, everyColumn);
    solveBlock(l, lStride, start, end, block, bStride, rows);
  }
}

/** X L = B in the place of B, rows×n: x_i leaves the equations before it, along row i of L. */
export function solveLowerTransposedRows(l: usize, lStride: usize, n: i32, b: usize, bStride: usize, rows: i32): void {
  for (let row = 0; row < rows; row++, b += bStride) {
    for (let i = n - 1; i >= 0; i--) {
      const lRow = l + <usize>i * lStride;
      const own = b + <usize>i * double;
      const solved = load<f64>(own) / load<f64>(lRow + <usize>i * double);
      store<f64>(own, solved);
      const solvedTwice = f64x2.splat(solved);
      const pairsEnd = <usize>(i >> 1) * pair;
      for (let k: usize = 0; k < pairsEnd; k += pair) {
        v128.store(b + k, f64x2.sub(v128.load(b + k), f64x2.mul(solvedTwice, v128.load(lRow + k))));
      }
      if (i & 1) store<f64>(b + pairsEnd, load<f64>(b + pairsEnd) - solved * load<f64>(lRow + pairsEnd));
    }
  }
}

/**
 * The lower triangle of A⁻¹ = U Uᵀ in the place of L, with U = L⁻ᵀ upper: the rows of X Lᵀ = I.
 * @param u room for U.
 */
export function inverse(l: usize, u: usize, stride: usize, n: i32): void {
  invertTransposed(l, u, stride, n);
  for (let start = 0; start < n; start += blockSide) {
    const end = min(start + blockSide, n);
    for (let i = start; i < end; i += 4) {
      const own = at(u, stride, i, i);
      const row = l + <usize>i * stride;
      for (let r: usize = 0; r < 4; r++) memory.fill(row + r * stride, 0, <usize>(i + 4) * double);
      // The triangular part of the block row, where U begins at its own diagonal.
      product(own, stride, u + <usize>i * double, stride, row, stride, 4, i + 4, end - i, 1, everyColumn);
    }
    const rest = <usize>end * double;
    const rows = u + <usize>start * stride + rest;
    product(rows, stride, u + rest, stride, l + <usize>start * stride, stride, end - start, end, n - end, 1, start + 4);
  }
}

/**
 * Matérn-5/2 with signal variance s over squared scaled distances q: value s (1 + √5q + 5q/3) e^(-√5q), and its slope
 * in q, -(5/6) s (1 + √5q) e^(-√5q).
 * @param slopes 0 when they are not wanted; may be `distances`, as `values` may.
 * @param bytes of each array, a multiple of 16.
 */
export function matern52(distances: usize, values: usize, slopes: usize, bytes: usize, signal: f64): void {
  const five = f64x2.splat(5);
  const one = f64x2.splat(1);
  const third = f64x2.splat(1.0 / 3.0);
  const signalTwice = f64x2.splat(signal);
  const slopeFactor = f64x2.splat(-5.0 / 6.0);
  for (let k: usize = 0; k < bytes; k += pair) {
    const square = f64x2.mul(five, v128.load(distances + k));
    const root = f64x2.sqrt(square);
    const decay = f64x2.mul(signalTwice, expOfNegative(root));
    const linear = f64x2.add(one, root);
    v128.store(values + k, f64x2.mul(decay, f64x2.add(linear, f64x2.mul(square, third))));
    if (slopes) v128.store(slopes + k, f64x2.mul(slopeFactor, f64x2.mul(decay, linear)));
  }
}

/**
 * The lower triangles of K + noise·I and of the slopes, padded with the identity.
 * @param x dimensions×n, coordinates scaled by 1/lengthscale, `xStride` a multiple of 64 bytes; the first
 *   `continuous` dimensions are differences, the others count a mismatch as their weight.
 */
export function covariance(
  x: usize,
  xStride: usize,
  weights: usize,
  continuous: i32,
  dimensions: i32,
  n: i32,
  side: i32,
  signal: f64,
  noise: f64,
  values: usize,
  slopes: usize,
  stride: usize,
): void {
  for (let i = 0; i < side; i++) {
    const row = values + <usize>i * stride;
    const own = <usize>i * double;
    if (i < n) {
      // Whole blocks of eight: what lies beyond the diagonal is not read.
      const bytes = (own + 64) & ~63;
      squaredDistances(x, xStride, weights, continuous, dimensions, x + own, xStride, row, bytes);
      matern52(row, row, slopes ? slopes + <usize>i * stride : 0, bytes, signal);
      store<f64>(row + own, signal + noise);
    } else {
      memory.fill(row, 0, own + double);
      store<f64>(row + own, 1);
    }
  }
}

/**
 * The gradient of the log marginal likelihood in log w: sums[k] = two partial sums of Σ_{j < i} (α_i α_j - K⁻¹_ij)
 * slope_ij w_k d_k(i, j). `inverse`'s rows are used up as scratch.
 * Parameters as in `covariance`; sums dimensions×2, not zeroed here.
 */
export function likelihoodGradient(
  x: usize,
  xStride: usize,
  weights: usize,
  continuous: i32,
  dimensions: i32,
  n: i32,
  alpha: usize,
  inverse: usize,
  slopes: usize,
  stride: usize,
  sums: usize,
): void {
  for (let i = 1; i < n; i++) {
    const own = <usize>i * double;
    const row = inverse + <usize>i * stride;
    const slopeRow = slopes + <usize>i * stride;
    const alphaOwn = f64x2.splat(load<f64>(alpha + own));
    const bytes = (own + 63) & ~63;
    for (let k: usize = 0; k < bytes; k += pair) {
      const factor = f64x2.sub(f64x2.mul(alphaOwn, v128.load(alpha + k)), v128.load(row + k));
      v128.store(row + k, f64x2.mul(factor, v128.load(slopeRow + k)));
    }
    memory.fill(row + own, 0, bytes - own);
    addWeightedDistances(x, xStride, weights, continuous, dimensions, x + own, row, bytes, sums);
  }
}

/**
 * Posterior mean and variance of rows candidates: k·α, and s - |L⁻¹ k|². L⁻¹ k stays in `cross`.
 * @param z rows×dimensions, scaled as x; rows a multiple of 4.
 * @param cross rows×stride.
 * @param slopes 0, or rows×stride for the slopes of the covariances.
 */
export function posterior(
  x: usize,
  xStride: usize,
  weights: usize,
  continuous: i32,
  dimensions: i32,
  n: i32,
  side: i32,
  signal: f64,
  l: usize,
  stride: usize,
  alpha: usize,
  z: usize,
  rows: i32,
  cross: usize,
  slopes: usize,
  means: usize,
  variances: usize,
): void {
  const used = <usize>n * double;
  const bytes = (used + 63) & ~63;
  for (let i = 0; i < rows; i++) {
    const row = cross + <usize>i * stride;
    const own = z + <usize>i * <usize>dimensions * double;
    squaredDistances(x, xStride, weights, continuous, dimensions, own, double, row, bytes);
    matern52(row, row, slopes ? slopes + <usize>i * stride : 0, bytes, signal);
    memory.fill(row + used, 0, bytes - used);
    store<f64>(means + <usize>i * double, dot(row, alpha, <usize>side * double));
  }
  solveLowerRows(l, stride, side, cross, stride, rows);
  for (let i = 0; i < rows; i++) {
    const row = cross + <usize>i * stride;
    store<f64>(variances + <usize>i * double, max(signal - dot(row, row, <usize>side * double), 0));
  }
}

/** C += α A Bᵀ in the columns that a row block reaches: below `i + reach`. */
function product(
  a: usize,
  aStride: usize,
  b: usize,
  bStride: usize,
  c: usize,
  cStride: usize,
  rows: i32,
  columns: i32,
  depth: i32,
  alpha: f64,
  reach: i32,
): void {
  for (let k = 0; k < depth; k += depthMax) {
    const bytes = <usize>min(depthMax, depth - k) * double;
    for (let first = 0; first < columns; first += columnsMax) {
      const last = min(first + columnsMax, columns);
      for (let i = 0; i < rows; i += 4) {
        const rowsOfA = a + <usize>i * aStride + <usize>k * double;
        const end = min(last, i + reach);
        for (let j = first; j < end; j += 2) {
          tile(rowsOfA, aStride, b + <usize>j * bStride + <usize>k * double, bStride, at(c, cStride, i, j), cStride, bytes, alpha);
        }
      }
    }
  }
}

/** Four rows of A by two of B: eight sums of two lanes each. */
// @ts-ignore
@inline
function tile(a0: usize, aStride: usize, b0: usize, bStride: usize, c: usize, cStride: usize, bytes: usize, alpha: f64): void {
  let s00 = f64x2.splat(0);
  let s01 = f64x2.splat(0);
  let s10 = f64x2.splat(0);
  let s11 = f64x2.splat(0);
  let s20 = f64x2.splat(0);
  let s21 = f64x2.splat(0);
  let s30 = f64x2.splat(0);
  let s31 = f64x2.splat(0);
  const a1 = a0 + aStride;
  const a2 = a1 + aStride;
  const a3 = a2 + aStride;
  const b1 = b0 + bStride;
  for (let k: usize = 0; k < bytes; k += pair) {
    const y0 = v128.load(b0 + k);
    const y1 = v128.load(b1 + k);
    const x0 = v128.load(a0 + k);
    s00 = f64x2.add(s00, f64x2.mul(x0, y0));
    s01 = f64x2.add(s01, f64x2.mul(x0, y1));
    const x1 = v128.load(a1 + k);
    s10 = f64x2.add(s10, f64x2.mul(x1, y0));
    s11 = f64x2.add(s11, f64x2.mul(x1, y1));
    const x2 = v128.load(a2 + k);
    s20 = f64x2.add(s20, f64x2.mul(x2, y0));
    s21 = f64x2.add(s21, f64x2.mul(x2, y1));
    const x3 = v128.load(a3 + k);
    s30 = f64x2.add(s30, f64x2.mul(x3, y0));
    s31 = f64x2.add(s31, f64x2.mul(x3, y1));
  }
  const alphaTwice = f64x2.splat(alpha);
  addSums(c, s00, s01, alphaTwice);
  addSums(c + cStride, s10, s11, alphaTwice);
  addSums(c + 2 * cStride, s20, s21, alphaTwice);
  addSums(c + 3 * cStride, s30, s31, alphaTwice);
}

// @ts-ignore
@inline
function addSums(c: usize, s0: v128, s1: v128, alphaTwice: v128): void {
  const sums = f64x2.add(v128.shuffle<f64>(s0, s1, 0, 2), v128.shuffle<f64>(s0, s1, 1, 3));
  v128.store(c, f64x2.add(v128.load(c), f64x2.mul(alphaTwice, sums)));
}

/** X L_JJᵀ = B for the columns start … end, whose earlier columns have been subtracted. */
function solveBlock(l: usize, lStride: usize, start: i32, end: i32, block: usize, bStride: usize, rows: i32): void {
  for (let j = start; j < end; j += 4) {
    const columns = block + <usize>(j - start) * double;
    product(block, bStride, at(l, lStride, j, start), lStride, columns, bStride, rows, 4, j - start, -1, everyColumn);
    solveFour(at(l, lStride, j, j), lStride, columns, bStride, rows);
  }
}

/** X Tᵀ = B in the place of B, rows×4, for a lower 4×4 block T. */
function solveFour(t: usize, tStride: usize, b: usize, bStride: usize, rows: i32): void {
  const t1 = t + tStride;
  const t2 = t1 + tStride;
  const t3 = t2 + tStride;
  const t10 = load<f64>(t1);
  const t20 = load<f64>(t2);
  const t21 = load<f64>(t2, 8);
  const t30 = load<f64>(t3);
  const t31 = load<f64>(t3, 8);
  const t32 = load<f64>(t3, 16);
  const inverse0 = 1 / load<f64>(t);
  const inverse1 = 1 / load<f64>(t1, 8);
  const inverse2 = 1 / load<f64>(t2, 16);
  const inverse3 = 1 / load<f64>(t3, 24);
  for (let row = 0; row < rows; row++, b += bStride) {
    const x0 = load<f64>(b) * inverse0;
    const x1 = (load<f64>(b, 8) - x0 * t10) * inverse1;
    const x2 = (load<f64>(b, 16) - x0 * t20 - x1 * t21) * inverse2;
    const x3 = (load<f64>(b, 24) - x0 * t30 - x1 * t31 - x2 * t32) * inverse3;
    store<f64>(b, x0);
    store<f64>(b, x1, 8);
    store<f64>(b, x2, 16);
    store<f64>(b, x3, 24);
  }
}

/** The factor of a 4×4 block in its place. */
function factorizeFour(a: usize, stride: usize): bool {
  for (let i: usize = 0; i < 4; i++) {
    const row = a + i * stride;
    for (let j: usize = 0; j <= i; j++) {
      const other = a + j * stride;
      let sum = load<f64>(row + j * double);
      for (let k: usize = 0; k < j; k++) sum -= load<f64>(row + k * double) * load<f64>(other + k * double);
      if (j < i) store<f64>(row + j * double, sum / load<f64>(other + j * double));
      else if (sum > 0 && sum < Infinity) store<f64>(row + j * double, sqrt(sum));
      else return false;
    }
  }
  return true;
}

/** U = L⁻ᵀ, each group of four rows from its diagonal on. */
function invertTransposed(l: usize, u: usize, stride: usize, n: i32): void {
  for (let i = 0; i < n; i++) {
    const row = at(u, stride, i, i & ~3);
    memory.fill(row, 0, <usize>(n - (i & ~3)) * double);
    store<f64>(at(u, stride, i, i), 1);
  }
  for (let start = 0; start < n; start += blockSide) {
    const end = min(start + blockSide, n);
    for (let i = 0; i < start; i += 4) {
      const columns = at(u, stride, i, start);
      product(at(u, stride, i, i), stride, at(l, stride, start, i), stride, columns, stride, 4, end - start, start - i, -1, everyColumn);
    }
    solveBlock(l, stride, start, end, u + <usize>start * double, stride, start);
    // The triangular part of the block column, where each group of rows begins at its own diagonal.
    for (let i = start; i < end; i += 4) solveBlock(l, stride, i, end, at(u, stride, i, i), stride, 4);
  }
}

/**
 * out[j] = Σ_k w_k d_k(j, own) for whole blocks of eight points.
 * @param own the other point's coordinates, `ownStride` apart.
 */
function squaredDistances(
  x: usize,
  xStride: usize,
  weights: usize,
  continuous: i32,
  dimensions: i32,
  own: usize,
  ownStride: usize,
  out: usize,
  bytes: usize,
): void {
  for (let j: usize = 0; j < bytes; j += 64) {
    let s0 = f64x2.splat(0);
    let s1 = f64x2.splat(0);
    let s2 = f64x2.splat(0);
    let s3 = f64x2.splat(0);
    let others = x + j;
    let here = own;
    for (let k = 0; k < continuous; k++, others += xStride, here += ownStride) {
      const middle = v128.load64_splat(here);
      const d0 = f64x2.sub(v128.load(others), middle);
      const d1 = f64x2.sub(v128.load(others, 16), middle);
      const d2 = f64x2.sub(v128.load(others, 32), middle);
      const d3 = f64x2.sub(v128.load(others, 48), middle);
      s0 = f64x2.add(s0, f64x2.mul(d0, d0));
      s1 = f64x2.add(s1, f64x2.mul(d1, d1));
      s2 = f64x2.add(s2, f64x2.mul(d2, d2));
      s3 = f64x2.add(s3, f64x2.mul(d3, d3));
    }
    for (let k = continuous; k < dimensions; k++, others += xStride, here += ownStride) {
      const middle = v128.load64_splat(here);
      const weight = v128.load64_splat(weights + <usize>k * double);
      s0 = f64x2.add(s0, v128.and(weight, f64x2.ne(v128.load(others), middle)));
      s1 = f64x2.add(s1, v128.and(weight, f64x2.ne(v128.load(others, 16), middle)));
      s2 = f64x2.add(s2, v128.and(weight, f64x2.ne(v128.load(others, 32), middle)));
      s3 = f64x2.add(s3, v128.and(weight, f64x2.ne(v128.load(others, 48), middle)));
    }
    v128.store(out + j, s0);
    v128.store(out + j, s1, 16);
    v128.store(out + j, s2, 32);
    v128.store(out + j, s3, 48);
  }
}

/** sums[k] += Σ_j factors[j] w_k d_k(j, own), in two lanes, for whole blocks of eight points. */
function addWeightedDistances(
  x: usize,
  xStride: usize,
  weights: usize,
  continuous: i32,
  dimensions: i32,
  own: usize,
  factors: usize,
  bytes: usize,
  sums: usize,
): void {
  for (let j: usize = 0; j < bytes; j += 64) {
    const f0 = v128.load(factors + j);
    const f1 = v128.load(factors + j, 16);
    const f2 = v128.load(factors + j, 32);
    const f3 = v128.load(factors + j, 48);
    let others = x + j;
    let here = own;
    let sum = sums;
    for (let k = 0; k < continuous; k++, others += xStride, here += xStride, sum += pair) {
      const middle = v128.load64_splat(here);
      const d0 = f64x2.sub(v128.load(others), middle);
      const d1 = f64x2.sub(v128.load(others, 16), middle);
      const d2 = f64x2.sub(v128.load(others, 32), middle);
      const d3 = f64x2.sub(v128.load(others, 48), middle);
      const left = f64x2.add(f64x2.mul(f0, f64x2.mul(d0, d0)), f64x2.mul(f1, f64x2.mul(d1, d1)));
      const right = f64x2.add(f64x2.mul(f2, f64x2.mul(d2, d2)), f64x2.mul(f3, f64x2.mul(d3, d3)));
      v128.store(sum, f64x2.add(v128.load(sum), f64x2.add(left, right)));
    }
    for (let k = continuous; k < dimensions; k++, others += xStride, here += xStride, sum += pair) {
      const middle = v128.load64_splat(here);
      const left = f64x2.add(
        v128.and(f0, f64x2.ne(v128.load(others), middle)),
        v128.and(f1, f64x2.ne(v128.load(others, 16), middle)),
      );
      const right = f64x2.add(
        v128.and(f2, f64x2.ne(v128.load(others, 32), middle)),
        v128.and(f3, f64x2.ne(v128.load(others, 48), middle)),
      );
      const weight = v128.load64_splat(weights + <usize>k * double);
      v128.store(sum, f64x2.add(v128.load(sum), f64x2.mul(weight, f64x2.add(left, right))));
    }
  }
}

/** 1/k! for k = 0 … 12, each in both lanes: in memory, because thirteen constants do not fit into the registers. */
const inverseFactorials = memory.data<f64>([
  1.0, 1.0, 1.0, 1.0, 1.0 / 2.0, 1.0 / 2.0, 1.0 / 6.0, 1.0 / 6.0, 1.0 / 24.0, 1.0 / 24.0, 1.0 / 120.0, 1.0 / 120.0,
  1.0 / 720.0, 1.0 / 720.0, 1.0 / 5040.0, 1.0 / 5040.0, 1.0 / 40320.0, 1.0 / 40320.0, 1.0 / 362880.0, 1.0 / 362880.0,
  1.0 / 3628800.0, 1.0 / 3628800.0, 1.0 / 39916800.0, 1.0 / 39916800.0, 1.0 / 479001600.0, 1.0 / 479001600.0,
]);

/** coefficient k. */
// @ts-ignore
@inline
function c(k: usize): v128 {
  return v128.load(inverseFactorials + k * pair);
}

/**
 * e^-x for x ≥ 0 in two lanes, within 2 ulp; e^-708 from 708 on. Cody & Waite (1980), ch. 6: -x = k ln 2 + r, |r| ≤
 * ln(2)/2, e^r by its Taylor polynomial of degree 12 (the rest is below 2^-52)
 * in Estrin's order, and k added to the exponent. Adding 1.5·2^52 rounds to an integer, which then stands in the
 * lowest bits. NaN stays NaN.
 */
// @ts-ignore
@inline
function expOfNegative(x: v128): v128 {
  const shift = f64x2.splat(6755399441055744.0);
  const clamped = f64x2.max(f64x2.neg(x), f64x2.splat(-708));
  const shifted = f64x2.add(f64x2.mul(clamped, f64x2.splat(1.4426950408889634)), shift);
  const k = f64x2.sub(shifted, shift);
  const high = f64x2.sub(clamped, f64x2.mul(k, f64x2.splat(0.6931471805598903)));
  const r = f64x2.sub(high, f64x2.mul(k, f64x2.splat(5.497923018708371e-14)));
  const r2 = f64x2.mul(r, r);
  const r4 = f64x2.mul(r2, r2);
  const p0 = estrin(c(0), c(1), c(2), c(3), r, r2);
  const p4 = estrin(c(4), c(5), c(6), c(7), r, r2);
  const p8 = f64x2.add(estrin(c(8), c(9), c(10), c(11), r, r2), f64x2.mul(c(12), r4));
  const p = f64x2.add(p0, f64x2.mul(r4, f64x2.add(p4, f64x2.mul(r4, p8))));
  return i64x2.add(p, i64x2.shl(shifted, 52));
}

// @ts-ignore
@inline
function estrin(c0: v128, c1: v128, c2: v128, c3: v128, r: v128, r2: v128): v128 {
  return f64x2.add(f64x2.add(c0, f64x2.mul(c1, r)), f64x2.mul(r2, f64x2.add(c2, f64x2.mul(c3, r))));
}

/** Two lanes of sums, then their sum. */
function dot(a: usize, b: usize, bytes: usize): f64 {
  let sums = f64x2.splat(0);
  for (let k: usize = 0; k < bytes; k += pair) sums = f64x2.add(sums, f64x2.mul(v128.load(a + k), v128.load(b + k)));
  return f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1);
}

// @ts-ignore
@inline
function at(matrix: usize, stride: usize, i: i32, j: i32): usize {
  return matrix + <usize>i * stride + <usize>j * double;
}
