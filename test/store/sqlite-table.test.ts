import { execFileSync, spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statfsSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import type { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { afterAll, afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { DataFolderRefused } from '../../shared/store/sqlite-file.ts';
import { joinSqliteTable, openSqliteTable, type SqliteTable } from '../../shared/store/sqlite-table.ts';
import { queryAll, TableUnavailable, type Condition, type Key, type TransactWrite } from '../../shared/store/table.ts';
import { tableContract } from '../contract/table.ts';

const always: Condition = { kind: 'always' };
const adapter = join(import.meta.dirname, '../../shared/store/sqlite-table.ts');
const root = mkdtempSync(join(tmpdir(), 'cavia-sqlite-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
afterEach(() => vi.restoreAllMocks());

tableContract('a table on SQLite', async () => openSqliteTable(newFolder()));

describe('a data folder', () => {
  it('is made with the folders above it', async () => {
    const folder = join(newFolder(), 'a', 'b');
    await openSqliteTable(folder).close();
    expect(readdirSync(folder)).toEqual(['cavia.db', 'cavia.lock']);
  });

  it('is for its owner alone, with every file in it', async () => {
    const folder = join(newFolder(), 'made');
    const table = openSqliteTable(folder);
    await table.put(key('a'), { n: 1 });
    expect(modesIn(folder)).toEqual({
      '.': '700',
      'cavia.db': '600',
      'cavia.db-shm': '600',
      'cavia.db-wal': '600',
      'cavia.lock': '600',
      'cavia.lock-journal': '600',
    });
    await table.close();
  });

  it('that an earlier version left open to others is closed to them, even after kill -9', async () => {
    const folder = join(newFolder(), 'made');
    const child = startChild(folder, writeForever);
    await child.line();
    await child.kill();
    for (const name of readdirSync(folder)) chmodSync(join(folder, name), 0o644);
    chmodSync(folder, 0o755);
    const table = openSqliteTable(folder);
    expect(new Set(Object.values(modesIn(folder)))).toEqual(new Set(['700', '600']));
    await table.close();
  });

  it('that holds other things stays open, but for the files of Cavia', async () => {
    const folder = newFolder();
    chmodSync(folder, 0o755);
    writeFileSync(join(folder, 'notes'), '', { mode: 0o644 });
    await openSqliteTable(folder).close();
    expect(modesIn(folder)).toEqual({ '.': '755', 'cavia.db': '600', 'cavia.lock': '600', notes: '644' });
  });

  it('keeps its items when it is opened again', async () => {
    const folder = newFolder();
    const first = openSqliteTable(folder);
    await first.put(key('a'), { n: 1 });
    await first.close();
    const second = openSqliteTable(folder);
    expect(await second.get(key('a'))).toEqual({ key: key('a'), attributes: { n: 1 } });
    await second.close();
  });

  it('is refused a second time in one process', async () => {
    const folder = newFolder();
    const table = openSqliteTable(folder);
    expect(() => openSqliteTable(folder)).toThrow(inUse(folder));
    await table.put(key('a'), {});
    // Whoever closes a file gives up all locks that its process has on it.
    const other = startChild(folder, `console.log('open');`);
    expect(await other.line()).toBe(inUse(folder).message);
    await other.kill();
    await table.close();
    await openSqliteTable(folder).close();
  });

  it('is refused to a second process while the first has it, and given to it when the first was killed', async () => {
    const folder = newFolder();
    const holder = startChild(folder, `console.log('open'); setInterval(() => {}, 1000);`);
    await holder.line();
    expect(() => openSqliteTable(folder)).toThrow(inUse(folder));
    await holder.kill();
    await openSqliteTable(folder).close();
  });

  it('is given to one of two processes that start at once', async () => {
    const folder = newFolder();
    const children = [1, 2].map(() => startChild(folder, `console.log('open'); setInterval(() => {}, 1000);`));
    const said = await Promise.all(children.map((child) => child.line()));
    expect(said.sort()).toEqual([inUse(folder).message, 'open'].sort());
    await Promise.all(children.map((child) => child.kill()));
  });

  it.each<[string, (folder: string) => string, string]>([
    [
      'its file is no database',
      (folder) => (writeFileSync(join(folder, 'cavia.db'), 'a text, '.repeat(1000)), folder),
      'is not a Cavia database',
    ],
    ['its file is a folder', (folder) => (mkdirSync(join(folder, 'cavia.db')), folder), 'cannot be opened for writing'],
    ['it is a file', (folder) => aFileIn(folder), 'cannot be opened for writing'],
    ['it is below a file', (folder) => join(aFileIn(folder), 'data'), 'cannot be opened for writing'],
    ['no folder can be made in its parent', () => '/proc/cavia', 'cannot be opened for writing'],
    ['no folder can be made further up', () => '/proc/cavia/data/folder', 'cannot be opened for writing'],
    ['its format is of a later version', (folder) => laterFormat(folder), 'has format 2'],
  ])('is refused in one sentence when %s', (_, prepare, reason) => {
    const folder = prepare(newFolder());
    let refusal: unknown;
    try {
      openSqliteTable(folder);
    } catch (error) {
      refusal = error;
    }
    expect(refusal).toBeInstanceOf(DataFolderRefused);
    const { message } = refusal as Error;
    expect(message).toContain(folder);
    expect(message).toContain(reason);
    expect(message).toMatch(/^[A-Z][^\n]*[^.]\.$/);
  });

  it('of a later version stays as it is', () => {
    const folder = laterFormat(newFolder());
    const entries = readdirSync(folder);
    expect(() => openSqliteTable(folder)).toThrow(DataFolderRefused);
    const db = new DatabaseSync(join(folder, 'cavia.db'));
    expect(db.prepare('SELECT name FROM sqlite_schema').all()).toEqual([{ name: 'core' }]);
    db.close();
    expect(readdirSync(folder)).toEqual(entries);
  });
});

describe('the SQLite file', () => {
  it('has a write-ahead log and a flush on every commit', async () => {
    const { db, table } = withHandle(newFolder());
    const pragma = (name: string): unknown => Object.values(db.prepare(`PRAGMA ${name}`).get()!)[0];
    expect(pragma('journal_mode')).toBe('wal');
    expect(pragma('synchronous')).toBe(2);
    await table.close();
  });

  it('holds no read open after a page that was cut short', async () => {
    const { db, table } = withHandle(newFolder());
    for (const sk of 'abc') await table.put(key(sk), {});
    await table.query({ table: 'core', by: 'pk', partition: 'T#1', limit: 1 });
    await table.put(key('d'), {});
    // A reader that is still there would make the checkpoint busy or partial.
    const { busy, log, checkpointed } = db.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get()!;
    expect({ busy, rest: (log as number) - (checkpointed as number) }).toEqual({ busy: 0, rest: 0 });
    await table.close();
  });

  it('can be read from a copy of the folder made after kill -9', async () => {
    const folder = newFolder();
    const child = startChild(folder, writeForever);
    while (Number((await child.line()).split(' ')[1]) < 50);
    await child.kill();
    const copy = join(newFolder(), 'copy');
    cpSync(folder, copy, { recursive: true });
    const table = openSqliteTable(copy);
    expect((await table.get(key('single 50')))?.attributes).toEqual({ n: 50 });
    await table.close();
  });

  it('has every acknowledged write and no half of a transaction after kill -9', { timeout: 120_000 }, async () => {
    const folder = newFolder();
    for (let round = 0; round < 4; round++) {
      const child = startChild(folder, writeForever);
      // Killed at once in the first rounds, in the midst of checkpoints in the last.
      while (Number((await child.line()).split(' ')[1]) < [1, 40, 300, 1500][round]);
      const acknowledged = await child.kill();
      const table = openSqliteTable(folder);
      const present = new Set<string>();
      for await (const item of queryAll(table, { table: 'core', by: 'pk', partition: 'T#1' })) present.add(item.key.sk);
      expect(acknowledged.filter((line) => !present.has(line))).toEqual([]);
      const halves = [...present].filter((sk) => sk.startsWith('left') !== sk.startsWith('right'));
      const unpaired = halves.filter((sk) => !present.has(sk.replace(/^(left|right)/, (half) => otherHalf[half])));
      expect(unpaired).toEqual([]);
      for (const sk of present) await table.delete(key(sk));
      await table.close();
    }
  });
});

describe('two threads on one file', () => {
  it('change an item one after the other, and lose no change', async () => {
    const folder = newFolder();
    const table = openSqliteTable(folder);
    await table.put(key('a'), { n: 0 });
    const other = new Worker(
      `const { joinSqliteTable } = require(${JSON.stringify(adapter)});
       const { parentPort, workerData } = require('node:worker_threads');
       const table = joinSqliteTable(${JSON.stringify(folder)}, workerData);
       parentPort.postMessage('open');
       (async () => {
         for (let i = 0; i < 200; i++) await table.update(${JSON.stringify(key('a'))}, { add: { n: 1 } }, { kind: 'itemExists' });
         await table.close();
       })();`,
      { eval: true, workerData: table.turns },
    );
    await once(other, 'message');
    const ended = once(other, 'exit');
    const both: TransactWrite[] = [
      { kind: 'update', key: key('a'), changes: { add: { n: 1 } }, condition: { kind: 'itemExists' } },
      { kind: 'put', key: key('b'), attributes: {} },
    ];
    for (let i = 0; i < 200; i++) await table.transact(both);
    expect(await ended).toEqual([0]);
    expect((await table.get(key('a')))!.attributes).toEqual({ n: 400 });
    await table.close();
  });

  it('wait for each other without standing still', async () => {
    const folder = newFolder();
    const table = openSqliteTable(folder);
    await table.put(key('a'), { n: 0 });
    const joined = joinSqliteTable(folder, table.turns);
    const writer = new DatabaseSync(join(folder, 'cavia.db'));
    writer.exec('BEGIN IMMEDIATE');
    let isWritten = false;
    const written = joined.put(key('a'), { n: 1 }).then(() => (isWritten = true));
    await pause(20);
    expect(isWritten).toBe(false);
    expect((await joined.get(key('a')))!.attributes).toEqual({ n: 0 });
    writer.exec('COMMIT');
    await written;
    expect((await table.get(key('a')))!.attributes).toEqual({ n: 1 });
    writer.close();
    await joined.close();
    await table.close();
  });
});

describe('an SQLite file that may not grow', () => {
  it('refuses writes as unavailable, keeps what is there, and takes writes again when it may', async () => {
    const { db, table } = withHandle(newFolder());
    await table.put(key('first'), { n: 1 });
    const { page_count: pages } = db.prepare('PRAGMA page_count').get()!;
    db.exec(`PRAGMA max_page_count = ${(pages as number) + 4}`);
    await expectFull(table);
    db.exec('PRAGMA max_page_count = 1000000');
    await expectWritable(table);
    expect((await table.get(key('after')))?.attributes.after).toBe(true);
    await table.close();
  });
});

describe.skipIf(!canMount())('a full disk', () => {
  it('refuses writes as unavailable, keeps what is there, and takes writes again when there is space', async () => {
    const folder = mounted('1m');
    const table = openSqliteTable(folder);
    await table.put(key('first'), { n: 1 });
    fill(folder, 16 * 4096);
    await expectFull(table);
    rmSync(join(folder, 'filler'));
    await expectWritable(table);
    await table.close();
    const again = openSqliteTable(folder);
    expect((await again.get(key('after')))?.attributes.after).toBe(true);
    await again.close();
  });

  it('is named when the folder is opened', () => {
    const folder = mounted('1m');
    fill(folder, 4096);
    expect(() => openSqliteTable(join(folder, 'data'))).toThrow(
      new DataFolderRefused(
        `The disk that holds the data folder ${join(folder, 'data')} is full: free some space, or give another folder with --data.`,
      ),
    );
  });

  it('that became read-only refuses the folder', () => {
    const folder = mounted('1m');
    execFileSync('mount', ['-o', 'remount,ro', folder]);
    expect(() => openSqliteTable(folder)).toThrow(DataFolderRefused);
    expect(() => openSqliteTable(folder)).toThrow(folder);
  });
});

describe('purgeExpired', () => {
  it('deletes the items of aux whose time is over, and no others', async () => {
    const table = openSqliteTable(newFolder());
    await table.put(aux('past'), { expiresAt: 999 });
    await table.put(aux('present'), { expiresAt: 1000 });
    await table.put(aux('future'), { expiresAt: 1001 });
    await table.put(aux('never'), { n: 1 });
    await table.put(aux('prolonged'), { expiresAt: 1 });
    await table.update(aux('prolonged'), { set: { expiresAt: 5000 } }, always);
    await table.put(aux('kept'), { expiresAt: 1 });
    await table.update(aux('kept'), { remove: ['expiresAt'] }, always);
    await table.put(key('core'), { expiresAt: 1 });
    expect(await table.purgeExpired(1000)).toBe(1);
    const left = await table.query({ table: 'aux', by: 'pk', partition: 'T#1' });
    expect(left.items.map((item) => item.key.sk)).toEqual(['future', 'kept', 'never', 'present', 'prolonged']);
    expect(await table.get(key('core'))).toBeDefined();
    expect(await table.purgeExpired(1000)).toBe(0);
    await table.close();
  });
});

function modesIn(folder: string): Record<string, string> {
  const modeOf = (name: string): string => (statSync(join(folder, name)).mode & 0o777).toString(8);
  return Object.fromEntries(['.', ...readdirSync(folder)].map((name) => [name, modeOf(name)]));
}

function key(sk: string): Key {
  return { table: 'core', pk: 'T#1', sk };
}

function aux(sk: string): Key {
  return { table: 'aux', pk: 'T#1', sk };
}

function newFolder(): string {
  return mkdtempSync(join(root, 'data-'));
}

function inUse(folder: string): DataFolderRefused {
  return new DataFolderRefused(
    `The data folder ${folder} is in use by another Cavia: stop that one, or give another folder with --data.`,
  );
}

function aFileIn(folder: string): string {
  writeFileSync(join(folder, 'file'), 'some text');
  return join(folder, 'file');
}

/** A file of a format to come, with a table that looks different. */
function laterFormat(folder: string): string {
  const db = new DatabaseSync(join(folder, 'cavia.db'));
  db.exec('CREATE TABLE core (other TEXT); PRAGMA user_version = 2');
  db.close();
  return folder;
}

/** A table with the handle that it works on: it is locked, so no second one could look. */
function withHandle(folder: string): { db: DatabaseSync; table: SqliteTable } {
  const prepare = vi.spyOn(DatabaseSync.prototype, 'prepare');
  const table = openSqliteTable(folder);
  return { db: prepare.mock.contexts[0] as DatabaseSync, table };
}

/** Prints the sort key of each write that was acknowledged. */
const writeForever = `
  const key = (sk) => ({ table: 'core', pk: 'T#1', sk });
  const always = { kind: 'always' };
  const body = 'x'.repeat(2000);
  for (let n = 1; ; n++) {
    await table.put(key('single ' + n), { n });
    writeSync(1, 'single ' + n + '\\n');
    await table.transact([
      { kind: 'put', key: key('left ' + n), attributes: { body } },
      { kind: 'update', key: key('right ' + n), changes: { set: { body } }, condition: always },
    ]);
    writeSync(1, 'left ' + n + '\\nright ' + n + '\\n');
  }`;
const otherHalf: Record<string, string> = { left: 'right', right: 'left' };

interface Child {
  /** The next line that it prints; the refusal if the folder was refused. */
  line(): Promise<string>;
  /** kill -9. @returns all lines that it printed. */
  kill(): Promise<string[]>;
}

/** Another process with `table` open on the folder. */
function startChild(folder: string, script: string): Child {
  const opening = `
    import { writeSync } from 'node:fs';
    const { openSqliteTable } = await import(${JSON.stringify(adapter)});
    let table;
    try {
      table = openSqliteTable(${JSON.stringify(folder)});
    } catch (error) {
      console.log(error.message);
      process.exit();
    }`;
  const child: ChildProcessByStdio<null, Readable, null> = spawn(
    process.execPath,
    ['--no-warnings', '--input-type=module', '-e', opening + script],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  onTestFinished(() => void child.kill('SIGKILL'));
  const lines: string[] = [];
  const reader = createInterface({ input: child.stdout });
  reader.on('line', (line) => lines.push(line));
  const closed = once(reader, 'close');
  let read = 0;
  return {
    line: async () => {
      while (lines.length === read) await Promise.race([once(reader, 'line'), closed]);
      return lines[read++];
    },
    kill: async () => {
      child.kill('SIGKILL');
      await closed;
      return lines;
    },
  };
}

/** Writes until the table is full, then checks what a full table does. */
async function expectFull(table: SqliteTable): Promise<void> {
  const body = 'x'.repeat(3000);
  let written = 0;
  const failure = await (async () => {
    for (; written < 1000; written++) await table.put(key(`filler ${written}`), { body });
  })().catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(TableUnavailable);
  const large = { body: 'x'.repeat(300_000) };
  await expect(table.put(key('large'), large)).rejects.toThrow(TableUnavailable);
  await expect(table.update(key('first'), { set: large }, always)).rejects.toThrow(TableUnavailable);
  await expect(
    table.transact([
      { kind: 'update', key: key('first'), changes: { add: { n: 1 } }, condition: always },
      { kind: 'put', key: key('large'), attributes: large },
    ]),
  ).rejects.toThrow(TableUnavailable);
  expect((await table.get(key('first')))?.attributes).toEqual({ n: 1 });
  expect(await table.get(key('large'))).toBeUndefined();
  expect(await table.get(key(`filler ${written}`))).toBeUndefined();
  const present: string[] = [];
  for await (const item of queryAll(table, {
    table: 'core',
    by: 'pk',
    partition: 'T#1',
    from: 'filler',
    to: 'fillers',
  }))
    present.push(item.key.sk);
  expect(present).toHaveLength(written);
}

async function expectWritable(table: SqliteTable): Promise<void> {
  const answer = await table.transact([
    { kind: 'update', key: key('first'), changes: { add: { n: 1 } }, condition: always },
    { kind: 'put', key: key('after'), attributes: { after: true, body: 'x'.repeat(50_000) } },
  ]);
  expect(answer).toEqual({ ok: true });
  expect((await table.get(key('first')))?.attributes).toEqual({ n: 2 });
}

function canMount(): boolean {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false;
  const folder = newFolder();
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder], { stdio: 'ignore' });
    execFileSync('umount', [folder]);
    return true;
  } catch {
    return false;
  }
}

/** A small disk of its own. */
function mounted(size: string): string {
  const folder = newFolder();
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder]);
  onTestFinished(() => void execFileSync('umount', ['-l', folder]));
  return folder;
}

/** Leaves so many bytes. */
function fill(folder: string, bytesLeft: number): void {
  const { bavail, bsize } = statfsSync(folder);
  writeFileSync(join(folder, 'filler'), Buffer.alloc(bavail * bsize - bytesLeft));
  expect(existsSync(join(folder, 'filler'))).toBe(true);
}
