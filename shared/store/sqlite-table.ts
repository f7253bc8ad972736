import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import { applyChanges, holdsOn } from './condition.ts';
import { itemBytes } from './item-bytes.ts';
import { isBusy, joinSqliteFile, lockFolder, openSqliteFile, troubleOf } from './sqlite-file.ts';
import { assertTransaction } from './transaction.ts';
import {
  itemBytesMax,
  pageBytesMax,
  TableUnavailable,
  type Attributes,
  type Item,
  type Key,
  type Page,
  type Query,
  type Table,
  type Transacted,
  type TransactWrite,
  type Written,
} from './table.ts';
import { newTurnsMemory, takeTurns, type WriteTurns } from './write-turns.ts';

/** What an SQLite table can do beyond the port. */
export interface SqliteTable extends Table {
  /** Deletes `aux` items whose time is over; DynamoDB does that by itself. @returns how many. */
  purgeExpired(nowSeconds: number): Promise<number>;
  /** For the thread that joins; see `joinSqliteTable`. */
  turns: SharedArrayBuffer;
}

/** How often an operation tries again while the other thread writes. */
const busyTryCountMax = 2_000;

const fileName = 'cavia.db';
const layout = {
  formatVersion: 1,
  schema: `
      CREATE TABLE IF NOT EXISTS core (pk TEXT, sk TEXT, open_pk TEXT, open_sk TEXT, body TEXT NOT NULL, PRIMARY KEY (pk, sk)) WITHOUT ROWID;
      CREATE INDEX IF NOT EXISTS core_open ON core (open_pk, open_sk, pk, sk) WHERE open_pk IS NOT NULL;
      CREATE TABLE IF NOT EXISTS aux (pk TEXT, sk TEXT, expires_at INTEGER, body TEXT NOT NULL, PRIMARY KEY (pk, sk)) WITHOUT ROWID;
      CREATE INDEX IF NOT EXISTS aux_expires ON aux (expires_at) WHERE expires_at IS NOT NULL;`,
};

/** The port on one SQLite file in a folder, which this process has for itself. */
export function openSqliteTable(folder: string): SqliteTable {
  const db = openSqliteFile(folder, fileName, layout, 'NORMAL');
  try {
    const lock = lockFolder(folder);
    const turns = newTurnsMemory();
    return tableOn(db, folder, turns, takeTurns(turns, 'first'), () => lock.close());
  } catch (error) {
    db.close();
    throw error;
  }
}

/** The same for another thread of the process that has the folder. @param turns of the table that has it. */
export function joinSqliteTable(folder: string, turns: SharedArrayBuffer): SqliteTable {
  return tableOn(joinSqliteFile(folder, fileName), folder, turns, takeTurns(turns, 'second'));
}

function tableOn(
  db: DatabaseSync,
  folder: string,
  turns: SharedArrayBuffer,
  { giveWay, waitForOther, finish }: WriteTurns,
  onClosed: () => void = () => undefined,
): SqliteTable {
  const statements = new Map<string, StatementSync>();
  const run = <T>(sql: string, action: (statement: StatementSync) => T): T => {
    let statement = statements.get(sql);
    if (!statement) statements.set(sql, (statement = db.prepare(sql)));
    return action(statement);
  };

  /** Does something as soon as no other thread is in the way. To wait in SQLite itself would hold up all of this one. */
  async function whenFree<T>(action: () => T): Promise<T> {
    for (let tried = 0; ; tried++) {
      try {
        return action();
      } catch (error) {
        if (!isBusy(error) || tried === busyTryCountMax) {
          const trouble = troubleOf(error, folder);
          throw trouble === undefined ? error : new TableUnavailable(trouble);
        }
      }
      await waitForOther();
    }
  }

  /** All or nothing, with no other writer in between. */
  async function atomically<T>(action: () => T, isToBeKept: (result: T) => boolean = () => true): Promise<T> {
    await giveWay();
    return whenFree(() => {
      run('BEGIN IMMEDIATE', (s) => s.run());
      try {
        const result = action();
        run(isToBeKept(result) ? 'COMMIT' : 'ROLLBACK', (s) => s.run());
        return result;
      } catch (error) {
        // A full disk may have rolled back already.
        if (db.isTransaction) db.exec('ROLLBACK');
        throw error;
      } finally {
        finish();
      }
    });
  }

  function read({ table, pk, sk }: Key): Attributes | undefined {
    const row = run(`SELECT body FROM ${table} WHERE pk = ? AND sk = ?`, (s) => s.get(pk, sk));
    return row && (JSON.parse(row.body as string) as Attributes);
  }

  function write({ table, pk, sk }: Key, attributes: Attributes): void {
    const body = JSON.stringify(attributes);
    const bytes = itemBytes({ pk, sk, ...attributes });
    if (bytes > itemBytesMax) throw new RangeError(`an item may have ${itemBytesMax} bytes; ${pk} ${sk} has ${bytes}`);
    if (table === 'core') {
      const { openPk, openSk } = attributes;
      // An item with half of the index's key is not in it.
      const open = (openPk === undefined || openSk === undefined ? [null, null] : [openPk, openSk]) as SQLInputValue[];
      run('INSERT OR REPLACE INTO core VALUES (?, ?, ?, ?, ?)', (s) => s.run(pk, sk, ...open, body));
    } else {
      const expires = (attributes.expiresAt ?? null) as SQLInputValue;
      run('INSERT OR REPLACE INTO aux VALUES (?, ?, ?, ?)', (s) => s.run(pk, sk, expires, body));
    }
  }

  function erase({ table, pk, sk }: Key): void {
    run(`DELETE FROM ${table} WHERE pk = ? AND sk = ?`, (s) => s.run(pk, sk));
  }

  /** Checks and applies one write. Inside a transaction all are checked before the first is applied. */
  function attempt(writeOne: TransactWrite): {
    refused?: { found: Item | undefined };
    apply: () => Attributes | undefined;
  } {
    const { key } = writeOne;
    const before = read(key);
    if (!holdsOn(writeOne.condition ?? { kind: 'always' }, before)) {
      return { refused: { found: before && { key, attributes: before } }, apply: () => undefined };
    }
    switch (writeOne.kind) {
      case 'put':
        return { apply: () => (write(key, writeOne.attributes), writeOne.attributes) };
      case 'update': {
        const after = applyChanges(writeOne.changes, before);
        return { apply: () => (write(key, after), after) };
      }
      case 'delete':
        return { apply: () => (erase(key), undefined) };
      case 'check':
        return { apply: () => before };
    }
  }

  function writeSingly(writeOne: TransactWrite): Written {
    const { refused, apply } = attempt(writeOne);
    return refused
      ? { ok: false, found: refused.found }
      : { ok: true, item: { key: writeOne.key, attributes: apply()! } };
  }

  function writeAll(writes: TransactWrite[]): Transacted {
    const attempts = writes.map(attempt);
    if (attempts.some(({ refused }) => refused)) return { ok: false, refusals: attempts.map(({ refused }) => refused) };
    for (const { apply } of attempts) apply();
    return { ok: true };
  }

  return {
    get: async (key) => {
      const attributes = await whenFree(() => read(key));
      return attributes && { key, attributes };
    },
    put: (key, attributes, condition = { kind: 'always' }) =>
      atomically(() => writeSingly({ kind: 'put', key, attributes, condition }), isDone),
    update: (key, changes, condition) =>
      atomically(() => writeSingly({ kind: 'update', key, changes, condition }), isDone),
    delete: (key) => atomically(() => erase(key)),
    transact: async (writes) => {
      assertTransaction(writes);
      return atomically(() => writeAll(writes), isDone);
    },
    query: (query) => whenFree(() => pageOf(query, (sql, values) => run(sql, (s) => s.iterate(...values)))),
    purgeExpired: (nowSeconds) =>
      atomically(() => Number(run('DELETE FROM aux WHERE expires_at < ?', (s) => s.run(nowSeconds)).changes)),
    turns,
    close: async () => {
      db.close();
      onClosed();
    },
  };
}

function isDone({ ok }: { ok: boolean }): boolean {
  return ok;
}

function pageOf(
  { table, by, partition, from, to, descending, limit, after }: Query,
  rowsOf: (sql: string, values: SQLInputValue[]) => Iterable<Record<string, unknown>>,
): Page {
  const [partitionColumn, sortColumn] = by === 'pk' ? ['pk', 'sk'] : ['open_pk', 'open_sk'];
  const values: SQLInputValue[] = [partition];
  let where = `${partitionColumn} = ?`;
  const bound = (sql: string, ...bounds: SQLInputValue[]): void => {
    where += ` AND ${sql}`;
    values.push(...bounds);
  };
  if (from !== undefined) bound(`${sortColumn} >= ?`, from);
  if (to !== undefined) bound(`${sortColumn} <= ?`, to);
  // Rows of the index with equal sort keys are told apart by the table's own key.
  if (after !== undefined)
    bound(`(${sortColumn}, pk, sk) ${descending ? '<' : '>'} (?, ?, ?)`, after.sort, after.pk, after.sk);
  const direction = descending ? 'DESC' : 'ASC';
  const order = `${sortColumn} ${direction}, pk ${direction}, sk ${direction}`;
  const sql = `SELECT pk, sk, ${sortColumn} AS sort, body FROM ${table} WHERE ${where} ORDER BY ${order}`;

  const items: Item[] = [];
  let bytes = 0;
  for (const row of rowsOf(sql, values)) {
    const { pk, sk, sort, body } = row as { pk: string; sk: string; sort: string; body: string };
    items.push({ key: { table, pk, sk }, attributes: JSON.parse(body) as Attributes });
    bytes += body.length;
    if (items.length === limit || bytes >= pageBytesMax) return { items, next: { sort, pk, sk } };
  }
  return { items };
}
