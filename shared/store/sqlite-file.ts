import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { makePrivateFile, makePrivateFolder } from './private-folder.ts';

/** Thrown when a data folder cannot be opened; the message is one sentence for the person who starts the server. */
export class DataFolderRefused extends Error {
  override readonly name = 'DataFolderRefused';
}

interface Layout {
  /** A file of another version is refused instead of misread. */
  formatVersion: number;
  /** Statements that make what is not there yet. */
  schema: string;
}

/**
 * Opens a file of the data folder, which is made when it is missing; both are for their owner alone.
 * Write-ahead log with a flush on every commit: what was acknowledged survives kill -9 and a power cut.
 * @param locking exclusive: the file stays locked while it is open, by the operating system, so a second connection is
 *   refused and a killed process leaves no lock.
 */
export function openSqliteFile(
  folder: string,
  fileName: string,
  { formatVersion, schema }: Layout,
  locking: 'EXCLUSIVE' | 'NORMAL' = 'EXCLUSIVE',
): DatabaseSync {
  let db: DatabaseSync | undefined;
  try {
    makePrivateFolder(folder);
    makePrivateFile(join(folder, fileName));
    db = new DatabaseSync(join(folder, fileName));
    db.exec(`PRAGMA locking_mode = ${locking}`);
    const found = db.prepare('PRAGMA user_version').get()!.user_version as number;
    if (found !== 0 && found !== formatVersion) {
      throw new DataFolderRefused(
        `The data in ${folder} has format ${found}; this version of Cavia reads format ${formatVersion}.`,
      );
    }
    db.exec(`
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = FULL;
      BEGIN IMMEDIATE;
      ${schema}
      PRAGMA user_version = ${formatVersion};
      COMMIT;`);
    return db;
  } catch (error) {
    db?.close();
    if (error instanceof DataFolderRefused) throw error;
    throw refusedFolder(folder, fileName, error);
  }
}

/**
 * Keeps other processes out of a folder until the lock is closed. It is the operating system's, on a file of its own,
 * so a killed process leaves none, and all threads of this one can use the other files.
 */
export function lockFolder(folder: string): DatabaseSync {
  makePrivateFile(join(folder, lockName));
  const lock = new DatabaseSync(join(folder, lockName));
  try {
    lock.exec('BEGIN EXCLUSIVE');
    return lock;
  } catch (error) {
    lock.close();
    throw refusedFolder(folder, lockName, error);
  }
}

/** Opens a file for another thread of the process that has the folder. */
export function joinSqliteFile(folder: string, fileName: string): DatabaseSync {
  const db = new DatabaseSync(join(folder, fileName));
  db.exec('PRAGMA synchronous = FULL');
  return db;
}

/** Whether somebody else is writing. */
export function isBusy(error: unknown): boolean {
  return primaryCodeOf(error) === sqliteCode.busy;
}

/** What keeps SQLite from working for now, as a clause; undefined for a bug. */
export function troubleOf(error: unknown, folder: string): string | undefined {
  const primary = primaryCodeOf(error);
  if (primary === sqliteCode.busy) return `${folder} is being written by another thread`;
  if (primary === sqliteCode.full) return `the disk that holds ${folder} is full`;
  if (primary === sqliteCode.ioError || primary === sqliteCode.readOnly) return `${folder} cannot be written`;
  return undefined;
}

const lockName = 'cavia.lock';

function refusedFolder(folder: string, fileName: string, error: unknown): DataFolderRefused {
  const { code, message } = error as { code?: string; message: string };
  const primary = primaryCodeOf(error);
  if (primary === sqliteCode.busy) {
    return new DataFolderRefused(
      `The data folder ${folder} is in use by another Cavia: stop that one, or give another folder with --data.`,
    );
  }
  if (primary === sqliteCode.full || code === 'ENOSPC') {
    return new DataFolderRefused(
      `The disk that holds the data folder ${folder} is full: free some space, or give another folder with --data.`,
    );
  }
  if (primary === sqliteCode.notADatabase || primary === sqliteCode.corrupt) {
    return new DataFolderRefused(
      `The file ${fileName} in ${folder} is not a Cavia database: give another folder with --data.`,
    );
  }
  return new DataFolderRefused(
    `The data folder ${folder} cannot be opened for writing (${message}): give another folder with --data.`,
  );
}

const sqliteCode = { busy: 5, readOnly: 8, ioError: 10, corrupt: 11, full: 13, notADatabase: 26 };

/** Extended codes carry the primary one in the low byte. */
function primaryCodeOf(error: unknown): number | undefined {
  const { errcode } = error as { errcode?: number };
  return errcode === undefined ? undefined : errcode & 0xff;
}
