import { holdsOn } from '../shared/store/condition.ts';
import type { Condition, Key, Query, Table, TransactWrite } from '../shared/store/table.ts';
import { indexUnits, itemBytes, readUnits, writeUnits } from './capacity-units.ts';

/** One item that was read or written, and what DynamoDB would charge for it. */
export interface Charge {
  operation: string;
  item: string;
  bytes: number;
  writeUnits: number;
  indexUnits: number;
  readUnits: number;
}

export interface MeteredTable extends Table {
  /** What was charged since the last time; starts anew. */
  takeCharges(): Charge[];
}

/**
 * Counts at the port what the requests of a table would cost on DynamoDB. It looks before and after every write, so one
 * caller at a time.
 */
export function meterTable(inner: Table): MeteredTable {
  let charges: Charge[] = [];

  function chargeRead(operation: string, item: string, bytes: number, units: number): void {
    charges.push({ operation, item, bytes, writeUnits: 0, indexUnits: 0, readUnits: units });
  }

  /** Lets a write happen and charges each item for the larger of what it was and what it is. */
  async function metered<T>(
    writes: TransactWrite[],
    name: string,
    factor: number,
    write: () => Promise<T>,
  ): Promise<T> {
    const before = await Promise.all(writes.map(({ key }) => inner.get(key)));
    const result = await write();
    const after = await Promise.all(writes.map(({ key }) => inner.get(key)));
    const isRefused = writes.some(({ condition }, i) => !holdsOn(condition ?? always, before[i]?.attributes));
    writes.forEach(({ kind, key }, i) => {
      const bytes = Math.max(...[before[i], after[i]].map((item) => (item ? itemBytes(item) : 0)));
      charges.push({
        operation: `${name}${kind}${isRefused ? ', refused' : ''}`,
        item: nameOf(key),
        bytes,
        writeUnits: factor * writeUnits(bytes),
        indexUnits: indexUnits(before[i], after[i]),
        readUnits: 0,
      });
    });
    return result;
  }

  return {
    takeCharges: () => {
      const taken = charges;
      charges = [];
      return taken;
    },
    get: async (key) => {
      const item = await inner.get(key);
      const bytes = item ? itemBytes(item) : 0;
      chargeRead(item ? 'get' : 'get, absent', nameOf(key), bytes, readUnits(bytes));
      return item;
    },
    query: async (query) => {
      const page = await inner.query(query);
      const bytes = page.items.reduce((sum, item) => sum + itemBytes(item), 0);
      chargeRead('query', queriedBy(query), bytes, readUnits(bytes) / (query.by === 'openPk' ? 2 : 1));
      return page;
    },
    put: (key, attributes, condition = always) =>
      metered([{ kind: 'put', key, attributes, condition }], '', 1, () => inner.put(key, attributes, condition)),
    update: (key, changes, condition) =>
      metered([{ kind: 'update', key, changes, condition }], '', 1, () => inner.update(key, changes, condition)),
    delete: (key) => metered([{ kind: 'delete', key }], '', 1, () => inner.delete(key)),
    transact: (writes) => metered(writes, 'transact ', 2, () => inner.transact(writes)),
    close: () => inner.close(),
  };
}

/** The window query: the trials that the sampler or a look needs. It grows with what is open and is counted apart. */
export function isWindow({ operation, item }: Charge): boolean {
  return operation === 'query' && item === 'trials';
}

const always: Condition = { kind: 'always' };

/** The item as the table in docs/design names it. */
function nameOf({ table, pk, sk }: Key): string {
  if (table === 'aux') return /#M#\d+$/.test(pk) ? 'model' : /#P#\d+$/.test(pk) ? 'report' : 'receipt';
  if (pk.startsWith('K#')) return 'API key';
  if (sk === 'META') return 'study';
  if (sk === 'CTR') return 'counter';
  if (sk === 'FIT') return 'fit lease';
  if (sk === 'G') return 'guard';
  return { R: 'trial', N: 'study name', S: 'study listing', K: 'API key listing' }[sk[0]] ?? sk;
}

function queriedBy({ table, by, partition, from }: Query): string {
  if (by === 'openPk') return 'index of open trials';
  if (table === 'aux') return /#M#\d+$/.test(partition) ? 'model' : 'reports';
  return from?.startsWith('R#') ? 'trials' : 'listing';
}
