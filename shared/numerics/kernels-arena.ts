/** A matrix in the memory of the kernels: a byte offset, and rows `stride` bytes apart. */
export interface Matrix {
  at: number;
  stride: number;
}

/**
 * The memory of the kernels, laid out anew by every call: room is given from the start and taken back all at once, so
 * nothing is freed and nothing leaks.
 * It grows to what the largest call needs and never shrinks. Rows of a matrix are padded with zeros, or with the
 * identity where L must stay a factor.
 */
export interface Arena {
  /** Takes all room back. */
  reset(): void;
  /**
   * The byte offset of room for `count` doubles, at a multiple of 64. Not zeroed. Throws RangeError beyond
   * `arenaBytesMax`.
   */
  allocate(count: number): number;
  /**
   * Room for a matrix, its rows rounded up to a multiple of 4 and an odd multiple of 64 bytes apart, so that a column
   * is spread over the sets of a cache. Not zeroed. Fails as `allocate`.
   */
  matrix(rows: number, columns: number): Matrix;
  /** All of the memory. Ask again after each allocation: growing detaches the former view. */
  doubles(): Float64Array;
  /** A new matrix with the lower triangle of an n×n one, padded with the identity to a side that is a multiple of 4. */
  loadLower(l: Float64Array, n: number): Matrix;
  /** @param out n×n, strictly upper part set to 0. */
  storeLower(matrix: Matrix, n: number, out: Float64Array): void;
  /** Fills a matrix with `count` rows of `width`, and with zeros up to its stride and to a multiple of 4 rows. */
  loadRows(matrix: Matrix, rows: Float64Array, count: number, width: number): void;
  /** @param out count×width. */
  storeRows(matrix: Matrix, count: number, width: number, out: Float64Array): void;
}

/** Room for a likelihood of 2,048 points in 1,000 dimensions is less. */
const arenaBytesMax = 2 ** 28;
const pageBytes = 65_536;
const cacheLineBytes = 64;

/** @param memory grown as needed. @param firstByte the first that is free. */
export function createArena(memory: { buffer: ArrayBuffer; grow(pages: number): number }, firstByte: number): Arena {
  const start = roundUp(firstByte, cacheLineBytes);
  let end = start;
  let view = new Float64Array(memory.buffer);

  function allocate(count: number): number {
    const at = end;
    end += roundUp(8 * count, cacheLineBytes);
    if (end > arenaBytesMax) throw new RangeError(`the kernels need ${end} bytes, expected at most ${arenaBytesMax}`);
    const missing = end - memory.buffer.byteLength;
    if (missing > 0) {
      memory.grow(Math.ceil(missing / pageBytes));
      view = new Float64Array(memory.buffer);
    }
    return at;
  }

  function matrix(rows: number, columns: number): Matrix {
    const lines = Math.ceil((8 * columns) / cacheLineBytes);
    const stride = cacheLineBytes * (lines % 2 === 0 ? lines + 1 : lines);
    return { at: allocate((roundUp(rows, 4) * stride) / 8), stride };
  }

  function loadLower(l: Float64Array, n: number): Matrix {
    const side = roundUp(n, 4);
    const lower = matrix(side, side);
    for (let i = 0; i < n; i++) view.set(l.subarray(i * n, i * n + i + 1), indexOfRow(lower, i));
    for (let i = n; i < side; i++) {
      const row = indexOfRow(lower, i);
      view.fill(0, row, row + i);
      view[row + i] = 1;
    }
    return lower;
  }

  function storeLower(lower: Matrix, n: number, out: Float64Array): void {
    for (let i = 0; i < n; i++) {
      const row = indexOfRow(lower, i);
      out.set(view.subarray(row, row + i + 1), i * n);
      out.fill(0, i * n + i + 1, (i + 1) * n);
    }
  }

  function loadRows(target: Matrix, rows: Float64Array, count: number, width: number): void {
    view.fill(0, indexOfRow(target, 0), indexOfRow(target, roundUp(count, 4)));
    for (let i = 0; i < count; i++) view.set(rows.subarray(i * width, (i + 1) * width), indexOfRow(target, i));
  }

  function storeRows(source: Matrix, count: number, width: number, out: Float64Array): void {
    for (let i = 0; i < count; i++) {
      const row = indexOfRow(source, i);
      out.set(view.subarray(row, row + width), i * width);
    }
  }

  return {
    reset: () => (end = start),
    allocate,
    matrix,
    doubles: () => view,
    loadLower,
    storeLower,
    loadRows,
    storeRows,
  };
}

/** Where a row begins among all doubles. */
export function indexOfRow({ at, stride }: Matrix, row: number): number {
  return (at + row * stride) / 8;
}

export function roundUp(value: number, step: number): number {
  return Math.ceil(value / step) * step;
}
