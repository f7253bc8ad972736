import { chmodSync, closeSync, existsSync, mkdirSync, openSync, readdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/** Studies, what signs the tokens of jobs and the hashes of keys are nobody else's business on a shared machine. */
const othersBits = 0o077;
const own = /^((cavia|queue)\.db(-wal|-shm|-journal)?|cavia\.lock(-journal)?|jobs|objects|runs)$/;

/**
 * Makes a folder that only its owner can enter, with those above it that are missing. One that an earlier version left
 * open is closed too, but not one that holds other things than Cavia's: who gave us that may need it open.
 */
export function makePrivateFolder(folder: string): void {
  makeFolder(folder);
  if (readdirSync(folder).every((entry) => own.test(entry))) closeToOthers(folder);
}

/**
 * Makes a database file that only its owner can read; SQLite gives the files beside it the same mode. One that is there
 * is not opened: closing it again would take away the locks that this process may have on it.
 */
export function makePrivateFile(path: string): void {
  unlessThere(() => closeSync(openSync(path, 'wx', 0o600)));
  for (const suffix of ['', '-wal', '-shm', '-journal']) closeToOthers(path + suffix);
}

/** Takes away what others may do with a file or folder, if it is there. */
export function closeToOthers(path: string): void {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found || (found.mode & othersBits) === 0) return;
  try {
    chmodSync(path, found.mode & ~othersBits & 0o7777);
  } catch (error) {
    // Whoever owns what we may only use has decided who else may.
    if ((error as { code?: string }).code !== 'EPERM') throw error;
  }
}

/**
 * As `mkdir -p`. Node's own recursion never ends below /proc, where a parent exists and a child is refused as missing.
 */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  makeFolder(dirname(folder));
  // Another process may be quicker.
  unlessThere(() => mkdirSync(folder, { mode: 0o700 }));
}

function unlessThere(make: () => void): void {
  try {
    make();
  } catch (error) {
    if ((error as { code?: string }).code !== 'EEXIST') throw error;
  }
}
