import { kernelsWasm } from './kernels-wasm.ts';

/**
 * A new instance of kernels.as with memory of its own; undefined where WebAssembly or its SIMD is missing. About a
 * millisecond.
 */
export function instantiateKernels(): KernelsInstance | undefined {
  const bytes = bytesOfBase64(kernelsWasm);
  if (typeof WebAssembly === 'undefined' || !WebAssembly.validate(bytes)) return undefined;
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes));
  return exports as unknown as KernelsInstance;
}

/**
 * The exports of kernels.as, where each is described. All numbers are byte offsets, byte strides, counts and doubles.
 */
export interface KernelsInstance {
  memory: { buffer: ArrayBuffer; grow(pages: number): number };
  arenaStart(): number;
  gemm(
    a: number,
    aStride: number,
    b: number,
    bStride: number,
    c: number,
    cStride: number,
    rows: number,
    columns: number,
    depth: number,
    alpha: number,
  ): void;
  cholesky(a: number, stride: number, n: number): number;
  solveLowerRows(l: number, lStride: number, n: number, b: number, bStride: number, rows: number): void;
  solveLowerTransposedRows(l: number, lStride: number, n: number, b: number, bStride: number, rows: number): void;
  inverse(l: number, u: number, stride: number, n: number): void;
  matern52(distances: number, values: number, slopes: number, bytes: number, signal: number): void;
  covariance(
    x: number,
    xStride: number,
    weights: number,
    continuous: number,
    dimensions: number,
    n: number,
    side: number,
    signal: number,
    noise: number,
    values: number,
    slopes: number,
    stride: number,
  ): void;
  likelihoodGradient(
    x: number,
    xStride: number,
    weights: number,
    continuous: number,
    dimensions: number,
    n: number,
    alpha: number,
    inverse: number,
    slopes: number,
    stride: number,
    sums: number,
  ): void;
  posterior(
    x: number,
    xStride: number,
    weights: number,
    continuous: number,
    dimensions: number,
    n: number,
    side: number,
    signal: number,
    l: number,
    stride: number,
    alpha: number,
    z: number,
    rows: number,
    cross: number,
    slopes: number,
    means: number,
    variances: number,
  ): void;
}

/**
 * As much of the WebAssembly interface as is used. It is part of every engine but not of the language, so the pure
 * floor has no types for it. Declared here and not handed in by the caller:
 * the module is a constant, and compiling it is as pure as parsing it.
 */
declare const WebAssembly: {
  validate(bytes: Uint8Array): boolean;
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object) => { exports: object };
};

/** Standard alphabet, with padding. Neither atob nor Buffer is part of the language. */
function bytesOfBase64(text: string): Uint8Array {
  const bytes = new Uint8Array(Math.floor((text.replaceAll('=', '').length * 3) / 4));
  for (let from = 0, to = 0; to < bytes.length; from += 4, to += 3) {
    let group = 0;
    for (let i = 0; i < 4; i++) group = group * 64 + Math.max(0, base64Alphabet.indexOf(text[from + i]));
    bytes[to] = group >> 16;
    bytes[to + 1] = (group >> 8) & 255;
    bytes[to + 2] = group & 255;
  }
  return bytes;
}

const base64Alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
