import { existsSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** Thrown when a data folder cannot be opened; the message is one sentence for the person who starts the server. */
export class DataFolderRefused extends Error {
  override readonly name = 'DataFolderRefused';
}

export interface DataFolder {
  db: DatabaseSync;
  close(): void;
}

/** The layout of the file; a file of another version is refused instead of misread. */
const formatVersion = 1;

/**
 * Opens the file of a data folder, which is made when it is missing, and keeps other processes out until it is closed.
 * The lock is the operating system's, on a file of its own, so a killed process leaves none.
 */
export function ownDataFolder(folder: string): DataFolder {
  try {
    makeFolder(folder);
  } catch (error) {
    throw refusedFolder(folder, error);
  }
  const opened: DatabaseSync[] = [];
  const open = (name: string): DatabaseSync => {
    const db = new DatabaseSync(join(folder, name));
    opened.push(db);
    return db;
  };
  const close = (): void => opened.forEach((db) => db.close());
  try {
    const db = open('cavia.db');
    const found = db.prepare('PRAGMA user_version').get()!.user_version as number;
    if (found !== 0 && found !== formatVersion) {
      throw new DataFolderRefused(
        `The data in ${folder} has format ${found}; this version of Cavia reads format ${formatVersion}.`,
      );
    }
    open('cavia.lock').exec('BEGIN EXCLUSIVE');
    db.exec(`
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = FULL;
      BEGIN IMMEDIATE;
      CREATE TABLE IF NOT EXISTS core (pk TEXT, sk TEXT, open_pk TEXT, open_sk TEXT, body TEXT NOT NULL, PRIMARY KEY (pk, sk)) WITHOUT ROWID;
      CREATE INDEX IF NOT EXISTS core_open ON core (open_pk, open_sk, pk, sk) WHERE open_pk IS NOT NULL;
      CREATE TABLE IF NOT EXISTS aux (pk TEXT, sk TEXT, expires_at INTEGER, body TEXT NOT NULL, PRIMARY KEY (pk, sk)) WITHOUT ROWID;
      CREATE INDEX IF NOT EXISTS aux_expires ON aux (expires_at) WHERE expires_at IS NOT NULL;
      PRAGMA user_version = ${formatVersion};
      COMMIT;`);
    return { db, close };
  } catch (error) {
    close();
    if (error instanceof DataFolderRefused) throw error;
    throw refusedFolder(folder, error);
  }
}

/** Opens the file of a folder that another thread of this process owns. */
export function joinDataFolder(folder: string): DataFolder {
  const db = new DatabaseSync(join(folder, 'cavia.db'));
  db.exec('PRAGMA synchronous = FULL');
  return { db, close: () => db.close() };
}

/**
 * As `mkdir -p`. Node's own recursion never ends below /proc, where a parent exists and a child is refused as missing.
 */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  makeFolder(dirname(folder));
  try {
    mkdirSync(folder);
  } catch (error) {
    // Another process was quicker.
    if ((error as { code?: string }).code !== 'EEXIST') throw error;
  }
}

function refusedFolder(folder: string, error: unknown): DataFolderRefused {
  const { errcode, code, message } = error as { errcode?: number; code?: string; message: string };
  const primary = primaryCode(errcode);
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
      `The file cavia.db in ${folder} is not a Cavia database: give another folder with --data.`,
    );
  }
  return new DataFolderRefused(
    `The data folder ${folder} cannot be opened for writing (${message}): give another folder with --data.`,
  );
}

export const sqliteCode = { busy: 5, readOnly: 8, ioError: 10, corrupt: 11, full: 13, cannotOpen: 14, notADatabase: 26 };

/** Extended codes carry the primary one in the low byte. */
export function primaryCode(errcode: number | undefined): number | undefined {
  return errcode === undefined ? undefined : errcode & 0xff;
}
