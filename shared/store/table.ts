/**
 * The port to a key-value table with DynamoDB's semantics, as far as Cavia uses them. Adapters: sqlite-table,
 * dynamo-table; one contract suite (test/contract/table.ts) holds both to the same behaviour.
 *
 * A condition that does not hold is a result, not an error. Errors are thrown only when the engine cannot answer
 * (`unavailable`, retryable) and for bugs.
 */
export interface Table {
  get(key: Key): Promise<Item | undefined>;
  put(key: Key, attributes: Attributes, condition?: Condition): Promise<Written>;
  update(key: Key, changes: Changes, condition: Condition): Promise<Written>;
  delete(key: Key): Promise<void>;
  /** All writes or none; at most `transactionWriteMax`, no two on the same key. */
  transact(writes: TransactWrite[]): Promise<Transacted>;
  /** One page in the order of the sort key. Reads by partition are strongly consistent, by index eventually. */
  query(query: Query): Promise<Page>;
  close(): Promise<void>;
}

export const transactionWriteMax = 100;
export const itemBytesMax = 400 * 1024;
export const pageBytesMax = 1024 * 1024;

/** `core` is what must never be lost; `aux` holds what may expire (attribute `expiresAt`, seconds since 1970). */
export interface Key {
  table: 'core' | 'aux';
  pk: string;
  sk: string;
}

/** Numbers are integers within ±2^53 (counts and times); numbers that users send are stored as strings. */
export type AttributeValue = string | number | boolean | null | AttributeValue[] | { [name: string]: AttributeValue };
export type Attributes = Record<string, AttributeValue>;

/**
 * An item as stored, with its key. The index attributes are `openPk` and `openSk`; an item without them is not in it.
 */
export interface Item {
  key: Key;
  attributes: Attributes;
}

export type Condition =
  | { kind: 'always' }
  | { kind: 'itemExists' }
  | { kind: 'itemAbsent' }
  | { kind: 'exists' | 'absent'; attribute: string }
  /** True only when the attribute exists and has the value's type. */
  | { kind: '=' | '<' | '<=' | '>' | '>='; attribute: string; value: string | number | boolean }
  | { kind: 'in'; attribute: string; values: (string | number)[] }
  | { kind: 'all' | 'any'; of: Condition[] };

/** What an update does. `add` needs the attribute to exist (the condition says so); an absent item is created. */
export interface Changes {
  set?: Attributes;
  add?: Record<string, number>;
  remove?: string[];
}

/** The item after the write, or the item that the condition failed on. */
export type Written = { ok: true; item: Item } | { ok: false; found: Item | undefined };

export type TransactWrite =
  | { kind: 'put'; key: Key; attributes: Attributes; condition?: Condition }
  | { kind: 'update'; key: Key; changes: Changes; condition: Condition }
  | { kind: 'delete'; key: Key; condition?: Condition }
  | { kind: 'check'; key: Key; condition: Condition };

/** Per write of a refused transaction: whether its own condition held, and if not what was there. */
export type Transacted = { ok: true } | { ok: false; refusals: ({ found: Item | undefined } | undefined)[] };

export interface Query {
  table: 'core' | 'aux';
  /** Partition of the table itself or of the index of open trials (`core` only). */
  by: 'pk' | 'openPk';
  partition: string;
  /** Bounds on the sort key (`sk` or `openSk`), both included. */
  from?: string;
  to?: string;
  descending?: boolean;
  /** At least 1. */
  limit?: number;
  /** Where the page before stopped. */
  after?: Cursor;
}

/** Opaque to callers: the keys at which a page stopped. */
export type Cursor = Record<string, string>;

export interface Page {
  items: Item[];
  /** Absent when there is nothing more. A page may be short, even empty, and still have a next one. */
  next?: Cursor;
}

/** Thrown when the engine cannot answer now; nothing is known about the write. */
export class TableUnavailable extends Error {
  override readonly name = 'TableUnavailable';
}

/** All items of a query, page by page. */
export async function* queryAll(table: Table, query: Query): AsyncGenerator<Item> {
  let after: Cursor | undefined;
  do {
    const page: Page = await table.query(after ? { ...query, after } : query);
    yield* page.items;
    after = page.next;
  } while (after);
}
