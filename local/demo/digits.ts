import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { seededRandom, shuffle } from './seeded-random.ts';

/** n labelled images. x: n×64 row-major, scaled to [0, 1]; y: n labels, 0 to 9. */
export type LabelledImages = { readonly x: Float64Array; readonly y: Uint8Array };

export type Digits = {
  readonly train: LabelledImages;
  readonly validation: LabelledImages;
  readonly test: LabelledImages;
};

export const PIXELS = 64;
export const CLASSES = 10;
const PIXEL_MAX = 16;
const SPLIT_SEED = 1998;
const TRAIN_SHARE = 0.6;
const VALIDATION_SHARE = 0.2;

/** Reads `digits.csv.gz` (see DATA.md) and splits it 60/20/20, always the same way. */
export function loadDigits(): Digits {
  const compressed = readFileSync(new URL('./digits.csv.gz', import.meta.url));
  return splitDigits(parseDigits(gunzipSync(compressed).toString('ascii')));
}

/** @param csv lines of 64 pixels and a label, no header. */
function parseDigits(csv: string): LabelledImages {
  const lines = csv.trim().split('\n');
  const x = new Float64Array(lines.length * PIXELS);
  const y = new Uint8Array(lines.length);
  for (const [row, line] of lines.entries()) {
    const numbers = line.split(',').map(Number);
    for (let pixel = 0; pixel < PIXELS; pixel++) x[row * PIXELS + pixel] = numbers[pixel] / PIXEL_MAX;
    y[row] = numbers[PIXELS]!;
  }
  return { x, y };
}

/** The writers come in blocks in the file, so the split shuffles first; the seed is fixed, so every process agrees. */
function splitDigits(all: LabelledImages): Digits {
  const order = shuffle(
    Uint32Array.from(all.y, (_, row) => row),
    seededRandom(SPLIT_SEED),
  );
  const trainEnd = Math.round(order.length * TRAIN_SHARE);
  const validationEnd = Math.round(order.length * (TRAIN_SHARE + VALIDATION_SHARE));
  return {
    train: pickRows(all, order.subarray(0, trainEnd)),
    validation: pickRows(all, order.subarray(trainEnd, validationEnd)),
    test: pickRows(all, order.subarray(validationEnd)),
  };
}

function pickRows(all: LabelledImages, rows: Uint32Array): LabelledImages {
  const x = new Float64Array(rows.length * PIXELS);
  const y = new Uint8Array(rows.length);
  for (const [index, row] of rows.entries()) {
    x.set(all.x.subarray(row * PIXELS, (row + 1) * PIXELS), index * PIXELS);
    y[index] = all.y[row]!;
  }
  return { x, y };
}
