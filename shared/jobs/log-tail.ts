import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { lineBytesMax } from '../service/ports/job-runner.ts';

const errorsBelow = '\n--- standard error ---\n';

/**
 * The ends of what a program wrote to `stdout` and `stderr` in a folder, the errors below; undefined when it has written
 * nothing. If both are long, each has half of the bytes.
 */
export function logOf(folder: string, bytesMax: number): string | undefined {
  const errors = tailOf(join(folder, 'stderr'), bytesMax);
  const output = tailOf(join(folder, 'stdout'), bytesMax);
  if (!errors?.text) return output?.text || undefined;
  if (!output?.text) return errors.text;
  const room = bytesMax - errorsBelow.length;
  const outputBytes = Math.max(room - Buffer.byteLength(errors.text), Math.floor(room / 2));
  const shownOutput = tailOf(join(folder, 'stdout'), outputBytes)!.text;
  const shownErrors = tailOf(
    join(folder, 'stderr'),
    room - Math.min(outputBytes, Buffer.byteLength(output.text)),
  )!.text;
  return shownOutput.replace(/\n$/, '') + errorsBelow + shownErrors;
}

/** The last bytes of a file as a text; undefined when there is no file. Costs what is read, however long the file is. */
export function tailOf(path: string, bytesMax: number): { text: string; isWhole: boolean } | undefined {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch {
    return undefined;
  }
  try {
    const { size } = fstatSync(file);
    const length = Math.min(size, bytesMax);
    const buffer = Buffer.alloc(length);
    const read = readSync(file, buffer, 0, length, size - length);
    const start = length < size ? firstWholeCharacter(buffer) : 0;
    return { text: buffer.toString('utf8', start, read), isWhole: length === size };
  } finally {
    closeSync(file);
  }
}

/** The last line with more than blanks; undefined when there is none or it is too long to be a result. */
export function lastLineOf(path: string): string | undefined {
  const tail = tailOf(path, 2 * lineBytesMax);
  const lines = tail?.text.split('\n') ?? [];
  const at = lines.findLastIndex((line) => line.trim() !== '');
  // The first line of a tail may have begun before it.
  if (at < 0 || (at === 0 && !tail!.isWhole)) return undefined;
  const line = lines[at].trim();
  return Buffer.byteLength(line) <= lineBytesMax ? line : undefined;
}

/** A tail may begin in the middle of a character; its other bytes all look like 10xxxxxx. */
function firstWholeCharacter(buffer: Buffer): number {
  const start = buffer.subarray(0, 4).findIndex((byte) => (byte & 0xc0) !== 0x80);
  return Math.max(start, 0);
}
