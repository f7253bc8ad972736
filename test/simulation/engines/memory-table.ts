import { applyChanges, holdsOn } from '../../../shared/store/condition.ts';
import { itemBytes } from '../../../shared/store/item-bytes.ts';
import { assertTransaction } from '../../../shared/store/transaction.ts';
import {
  itemBytesMax,
  pageBytesMax,
  type Attributes,
  type AttributeValue,
  type Item,
  type Key,
  type Page,
  type Query,
  type Table,
  type Transacted,
  type TransactWrite,
  type Written,
} from '../../../shared/store/table.ts';
import { openIndex } from './open-index.ts';
import { placeOf, rangeOf } from './sorted-rows.ts';

/** A table as it is inside of its engine: every operation happens at one moment. */
export interface MemoryTable {
  get(key: Key): Item | undefined;
  write(write: TransactWrite): Written;
  delete(key: Key): void;
  transact(writes: TransactWrite[]): Transacted;
  query(query: Query): Page;
  /** Tells of all that a write changed, once it is done. */
  onChanges(listen: (changes: readonly Change[]) => void): void;
}

/** One item before and after a write. */
export interface Change {
  key: Key;
  before: Attributes | undefined;
  after: Attributes | undefined;
}

interface Row {
  sort: string;
  pk: string;
  sk: string;
  attributes: Attributes;
}

interface Settings {
  nowMs?: () => number;
  /** How long the index of open trials does not know of a change. */
  lagMs?: () => number;
}

export function newMemoryTable({ nowMs = () => 0, lagMs = () => 0 }: Settings = {}): MemoryTable {
  const listeners: ((changes: readonly Change[]) => void)[] = [];
  const partitions = new Map<string, Row[]>();
  const index = openIndex<Row>(nowMs, lagMs);

  const rowsOf = ({ table, pk }: Pick<Key, 'table' | 'pk'>): Row[] => {
    const name = `${table} ${pk}`;
    let rows = partitions.get(name);
    if (!rows) partitions.set(name, (rows = []));
    return rows;
  };

  function read(key: Key): Attributes | undefined {
    const rows = rowsOf(key);
    const row = rows[placeOf(rows, rowAt(key))];
    return row?.sk === key.sk ? row.attributes : undefined;
  }

  function put(key: Key, attributes: Attributes | undefined): void {
    const rows = rowsOf(key);
    const row = { ...rowAt(key), attributes: attributes ?? {} };
    const at = placeOf(rows, row);
    const isThere = rows[at]?.sk === key.sk;
    if (attributes) rows.splice(at, Number(isThere), row);
    else if (isThere) rows.splice(at, 1);
    if (key.table === 'core') index.change(key, openRow(key, attributes));
  }

  /** What a write would do. Inside a transaction all are checked before the first is done. */
  function weigh(write: TransactWrite): { isRefused: boolean; change: Change } {
    const { key } = write;
    const before = read(key);
    const isRefused = !holdsOn(write.condition ?? { kind: 'always' }, before);
    if (isRefused || write.kind === 'check') return { isRefused, change: { key, before, after: before } };
    const after =
      write.kind === 'delete'
        ? undefined
        : write.kind === 'put'
          ? copyOf(write.attributes)
          : copyOf(applyChanges(write.changes, before));
    if (after) requireSize(key, after);
    return { isRefused, change: { key, before, after } };
  }

  function apply(changes: readonly Change[]): void {
    const made = changes.filter(({ before, after }) => before !== after);
    for (const { key, after } of made) put(key, after);
    for (const listen of listeners) listen(made);
  }

  return {
    get: (key) => itemOf(key, read(key)),
    write: (write) => {
      const { isRefused, change } = weigh(write);
      if (isRefused) return { ok: false, found: itemOf(write.key, change.before) };
      apply([change]);
      return { ok: true, item: itemOf(write.key, change.after)! };
    },
    delete: (key) => apply([weigh({ kind: 'delete', key }).change]),
    transact: (writes) => {
      assertTransaction(writes);
      const weighed = writes.map(weigh);
      if (weighed.some(({ isRefused }) => isRefused)) {
        const refusals = weighed.map(({ isRefused, change }) =>
          isRefused ? { found: itemOf(change.key, change.before) } : undefined,
        );
        return { ok: false, refusals };
      }
      apply(weighed.map(({ change }) => change));
      return { ok: true };
    },
    query: (query) => {
      const { table, by, partition } = query;
      const rows = by === 'pk' ? rowsOf({ table, pk: partition }) : index.rows(partition);
      return pageOf(table, rangeOf(rows, query), query);
    },
    onChanges: (listen) => void listeners.push(listen),
  };
}

/** The table as the port, on an engine that is always there. */
export function asTable({ get, write, delete: erase, transact, query }: MemoryTable): Table {
  return {
    get: async (key) => get(key),
    put: async (key, attributes, condition = { kind: 'always' }) => write({ kind: 'put', key, attributes, condition }),
    update: async (key, changes, condition) => write({ kind: 'update', key, changes, condition }),
    delete: async (key) => erase(key),
    transact: async (writes) => transact(writes),
    query: async (asked) => query(asked),
    close: async () => undefined,
  };
}

function rowAt({ pk, sk }: Key): Omit<Row, 'attributes'> {
  return { sort: sk, pk, sk };
}

/** An item with half of the index's key is not in it. */
function openRow({ pk, sk }: Key, attributes: Attributes | undefined): { partition: string; row: Row } | undefined {
  const { openPk, openSk } = attributes ?? {};
  if (typeof openPk !== 'string' || typeof openSk !== 'string') return undefined;
  return { partition: openPk, row: { sort: openSk, pk, sk, attributes: attributes! } };
}

function pageOf(table: Key['table'], rows: readonly Row[], { limit }: Query): Page {
  const items: Item[] = [];
  let bytes = 0;
  for (const { sort, pk, sk, attributes } of rows) {
    items.push(itemOf({ table, pk, sk }, attributes)!);
    bytes += itemBytes(attributes);
    if (items.length === limit || bytes >= pageBytesMax) return { items, next: { sort, pk, sk } };
  }
  return { items };
}

function requireSize({ pk, sk }: Key, attributes: Attributes): void {
  const bytes = itemBytes({ pk, sk, ...attributes });
  if (bytes > itemBytesMax) throw new RangeError(`an item may have ${itemBytesMax} bytes; ${pk} ${sk} has ${bytes}`);
}

function itemOf(key: Key, attributes: Attributes | undefined): Item | undefined {
  return attributes && { key, attributes: copyOf(attributes) };
}

/** Nobody outside holds a part of what is stored. */
function copyOf<T extends AttributeValue>(value: T): T {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map(copyOf) as T;
  const copy: Record<string, AttributeValue> = {};
  for (const [name, inner] of Object.entries(value)) copy[name] = copyOf(inner);
  return copy as T;
}
