/**
 * The same random operations on both engines, with the same answers. DynamoDB Local stands for the service; what it
 * gets wrong is listed in test/engines.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { openSqliteTable } from '../../shared/store/sqlite-table.ts';
import {
  queryAll,
  type Attributes,
  type AttributeValue,
  type Changes,
  type Condition,
  type Item,
  type Query,
  type Table,
  type TransactWrite,
} from '../../shared/store/table.ts';
import { newDynamoTable } from '../contract/dynamo-tables.ts';

const sequenceCount = Number(process.env['CAVIA_SEQUENCES'] ?? 2_000);
const operationCount = 30;
/** DynamoDB Local answers several at once a little faster; more do not help. */
const sequencesAtOnce = 16;
const seed = 20_260_101;

const endpoint = inject('dynamoDbEndpoint');

/** An operation on places: a sequence puts its own partition in front of them, so that many run side by side. */
type Operation =
  | { kind: 'get'; place: Place }
  | { kind: 'delete'; place: Place }
  | { kind: 'put'; place: Place; attributes: Attributes; condition: Condition }
  | { kind: 'update'; place: Place; changes: Changes; condition: Condition }
  | { kind: 'transact'; writes: PlacedWrite[] }
  | ({ kind: 'query'; place: Pick<Place, 'table' | 'partition'>; by: 'pk' | 'openPk' } & QueryBounds);

type Place = { table: 'core' | 'aux'; partition: string; sk: string };
type PlacedWrite =
  | { kind: 'put'; place: Place; attributes: Attributes; condition: Condition }
  | { kind: 'update'; place: Place; changes: Changes; condition: Condition }
  | { kind: 'delete' | 'check'; place: Place; condition: Condition };
type QueryBounds = Pick<Query, 'from' | 'to' | 'limit' | 'descending'>;

const places: Place[] = [
  { table: 'core', partition: 'S', sk: 'a' },
  { table: 'core', partition: 'S', sk: 'b' },
  { table: 'core', partition: 'S', sk: 'c' },
  { table: 'core', partition: 'G', sk: 'a' },
  { table: 'aux', partition: 'S', sk: 'a' },
  { table: 'aux', partition: 'S', sk: 'b' },
];

/** `n` is mostly a number and `s` mostly a string, so that conditions and additions often, but not always, fit. */
const number = fc.integer({ min: -3, max: 3 });
const text = fc.constantFrom('', 'a', 'b', 'B', 'ab', '1', 'é', '\u{FFFD}', '\u{1F600}');
const scalar = fc.oneof(number, text, fc.boolean(), fc.constant(null));
const anything: fc.Arbitrary<AttributeValue> = fc.oneof(
  { weight: 3, arbitrary: scalar },
  { weight: 1, arbitrary: fc.array(scalar, { maxLength: 2 }) },
  {
    weight: 1,
    arbitrary: fc.dictionary(fc.constantFrom('a', 'size', 'x.y'), scalar, { maxKeys: 2, noNullPrototype: true }),
  },
);
const open = fc.constantFrom('o1', 'o2');
const due = fc.constantFrom('1', '2', '3');
const attributes: fc.Arbitrary<Attributes> = fc.record(
  {
    n: fc.oneof({ weight: 5, arbitrary: number }, { weight: 1, arbitrary: anything }),
    s: fc.oneof({ weight: 5, arbitrary: text }, { weight: 1, arbitrary: anything }),
    x: anything,
    openPk: open,
    openSk: due,
  },
  { requiredKeys: [], noNullPrototype: true },
);

const attribute = fc.constantFrom('n', 'n', 's', 's', 'x', 'openSk', 'missing');
const leaf: fc.Arbitrary<Condition> = fc.oneof(
  fc.constantFrom<Condition>({ kind: 'always' }, { kind: 'itemExists' }, { kind: 'itemAbsent' }),
  fc.record({ kind: fc.constantFrom('exists', 'absent'), attribute }),
  fc.record({ kind: fc.constant('='), attribute, value: fc.oneof(number, text, fc.boolean()) }),
  fc.record({ kind: fc.constantFrom('=', '<', '<=', '>', '>='), attribute, value: fc.oneof(number, text) }),
  fc.record({ kind: fc.constant('in'), attribute, values: fc.array(fc.oneof(number, text), { maxLength: 3 }) }),
);
const nested = (part: fc.Arbitrary<Condition>): fc.Arbitrary<Condition> =>
  fc.record({ kind: fc.constantFrom('all', 'any'), of: fc.array(part, { maxLength: 3 }) });
/** Half of the writes are meant to go through. */
const condition: fc.Arbitrary<Condition> = fc.oneof(
  { weight: 4, arbitrary: fc.constant<Condition>({ kind: 'always' }) },
  { weight: 3, arbitrary: leaf },
  { weight: 2, arbitrary: nested(leaf) },
  { weight: 1, arbitrary: nested(fc.oneof(leaf, nested(leaf))) },
);

/** No attribute is changed twice and something is changed, as DynamoDB wants it. */
const changes: fc.Arbitrary<Changes> = fc
  .tuple(
    attributes,
    fc.subarray(['n', 's', 'x', 'openPk', 'openSk']),
    fc.oneof({ weight: 3, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: number }),
  )
  .map(([values, removed, amount]) => {
    const set = { ...values };
    if (amount !== null) delete set.n;
    const remove = removed.filter((name) => !Object.hasOwn(set, name) && !(name === 'n' && amount !== null));
    return { set: { ...set, z: 1 }, remove, ...(amount !== null && { add: { n: amount } }) };
  });

const place = fc.constantFrom(...places);
const put = fc.record({ kind: fc.constant('put' as const), place, attributes, condition });
const update = fc.record({ kind: fc.constant('update' as const), place, changes, condition });
const conditional = fc.record({ kind: fc.constantFrom('delete' as const, 'check' as const), place, condition });
const transaction = fc.record({
  kind: fc.constant('transact' as const),
  writes: fc.uniqueArray(fc.oneof(put, update, conditional), {
    minLength: 1,
    maxLength: 5,
    selector: (write) => places.indexOf(write.place),
  }),
});
const bound = fc.constantFrom('', 'a', 'b', 'c', '1', '2', '3', 'bb');
const query = fc.record(
  {
    kind: fc.constant('query' as const),
    place: fc.constantFrom({ table: 'core' as const, partition: 'S' }, { table: 'aux' as const, partition: 'S' }),
    by: fc.constant('pk' as const),
    from: bound.filter((one) => one !== ''),
    to: bound.filter((one) => one !== ''),
    limit: fc.integer({ min: 1, max: 3 }),
    descending: fc.boolean(),
  },
  { requiredKeys: ['kind', 'place', 'by'], noNullPrototype: true },
);
const openQuery = fc
  .tuple(query, open)
  .map(([one, partition]) => ({ ...one, by: 'openPk' as const, place: { table: 'core' as const, partition } }));
const operation: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 4, arbitrary: put },
  { weight: 5, arbitrary: update },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('delete' as const), place }) },
  { weight: 4, arbitrary: transaction },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('get' as const), place }) },
  { weight: 1, arbitrary: query },
  { weight: 2, arbitrary: openQuery },
);
const sequence = fc.array(operation, { minLength: operationCount, maxLength: operationCount, size: 'max' });

describe.skipIf(endpoint === null)('SQLite and DynamoDB', () => {
  const folder = mkdtempSync(join(tmpdir(), 'cavia-difference-'));
  let tables: Table[];
  beforeAll(async () => {
    tables = [openSqliteTable(folder), await newDynamoTable(endpoint!, 'difference')];
  });
  afterAll(async () => {
    await Promise.all(tables.map((table) => table.close()));
    rmSync(folder, { recursive: true });
  });

  it(`answer ${sequenceCount} sequences of ${operationCount} operations alike`, { timeout: 300_000 }, async () => {
    const sequences = fc.sample(sequence, { seed, numRuns: sequenceCount });
    const difference = await firstDifference(tables, sequences);
    expect(difference).toBeUndefined();
  });

  it('would be found to differ, and the difference be made small', async () => {
    const [sqlite] = tables;
    const forgetful: Table = { ...sqlite, delete: () => Promise.resolve() };
    const difference = await firstDifference([sqlite, forgetful], fc.sample(sequence, { seed, numRuns: 50 }));
    expect(difference).toContain('"kind":"delete"');
    expect(difference?.split('\n').filter((line) => line.startsWith('{"kind"')).length).toBeLessThanOrEqual(3);
  });
});

/** Runs the sequences, several at once, until two tables differ. @returns the account of it, made small. */
async function firstDifference(tables: Table[], sequences: Operation[][]): Promise<string | undefined> {
  let next = 0;
  let different: number | undefined;
  await Promise.all(
    Array.from({ length: sequencesAtOnce }, async () => {
      while (next < sequences.length && different === undefined) {
        const index = next++;
        if ((await differenceOf(tables, sequences[index])) !== undefined) different ??= index;
      }
    }),
  );
  return different === undefined ? undefined : report(tables, sequences[different], different);
}

async function report(tables: Table[], operations: Operation[], index: number): Promise<string> {
  const small = await shrunk(tables, operations);
  const found = await differenceOf(tables, small);
  return [
    `seed ${seed}, sequence ${index}, made smaller:`,
    ...small.map((one) => JSON.stringify(one)),
    ...(found ?? ['does not happen again']),
  ].join('\n');
}

/** Leaves out operations as long as the tables still differ. */
async function shrunk(tables: Table[], operations: Operation[]): Promise<Operation[]> {
  let small = operations;
  for (let i = small.length - 1; i >= 0; i--) {
    const smaller = small.toSpliced(i, 1);
    if ((await differenceOf(tables, smaller)) !== undefined) small = smaller;
  }
  return small;
}

let runCount = 0;

/** The two answers to the first operation that the tables answer differently, or their contents at the end. */
async function differenceOf(tables: Table[], operations: Operation[]): Promise<string[] | undefined> {
  const prefix = `${runCount++}#`;
  const contents: Operation[] = [
    { kind: 'query', by: 'pk', place: { table: 'core', partition: 'S' } },
    { kind: 'query', by: 'pk', place: { table: 'core', partition: 'G' } },
    { kind: 'query', by: 'pk', place: { table: 'aux', partition: 'S' } },
  ];
  for (const operation of [...operations, ...contents]) {
    const answers = await Promise.all(tables.map((table, i) => answerOf(table, operation, `${prefix}${i}#`)));
    if (answers.some((answer) => answer !== answers[0])) return [`on ${JSON.stringify(operation)}`, ...answers];
  }
  return undefined;
}

/** What a table answers, as a text without the prefix; that it throws, but not what. */
async function answerOf(table: Table, operation: Operation, prefix: string): Promise<string> {
  try {
    return canonical(await run(table, operation, prefix)).replaceAll(prefix, '');
  } catch {
    return 'thrown';
  }
}

function run(table: Table, operation: Operation, prefix: string): Promise<unknown> {
  switch (operation.kind) {
    case 'get':
      return table.get(keyAt(operation.place, prefix));
    case 'delete':
      return table.delete(keyAt(operation.place, prefix));
    case 'put':
      return table.put(keyAt(operation.place, prefix), located(operation.attributes, prefix), operation.condition);
    case 'update': {
      const { changes, condition } = operation;
      return table.update(keyAt(operation.place, prefix), changesAt(changes, prefix), condition);
    }
    case 'transact':
      return table.transact(operation.writes.map((write) => writeAt(write, prefix)));
    case 'query': {
      const { kind: _, place, ...query } = operation;
      return drained(table, { ...query, table: place.table, partition: `${prefix}${place.partition}` });
    }
  }
}

function keyAt({ table, partition, sk }: Place, prefix: string): { table: 'core' | 'aux'; pk: string; sk: string } {
  return { table, pk: `${prefix}${partition}`, sk };
}

function located(attributes: Attributes, prefix: string): Attributes {
  return attributes.openPk === undefined
    ? attributes
    : { ...attributes, openPk: `${prefix}${attributes.openPk as string}` };
}

function changesAt(changes: Changes, prefix: string): Changes {
  return { ...changes, set: located(changes.set!, prefix) };
}

function writeAt({ place, ...write }: PlacedWrite, prefix: string): TransactWrite {
  const key = keyAt(place, prefix);
  if (write.kind === 'put') return { ...write, key, attributes: located(write.attributes, prefix) };
  if (write.kind === 'update') return { ...write, key, changes: changesAt(write.changes, prefix) };
  return { ...write, key };
}

/** All items, in their order; of the index the order of `openSk` and the items, since equal ones may come in any. */
async function drained(table: Table, query: Query): Promise<unknown> {
  const items: Item[] = [];
  for await (const item of queryAll(table, query)) {
    if (items.push(item) > places.length) throw new Error('a query finds more than there is');
  }
  if (query.by === 'pk') return items;
  return { order: items.map(({ attributes }) => attributes.openSk!), items: items.map(canonical).sort() };
}

/** JSON with the names of maps in order. */
function canonical(value: unknown): string {
  return (
    JSON.stringify(value, (_, one: unknown) =>
      typeof one === 'object' && one !== null && !Array.isArray(one)
        ? Object.fromEntries(Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1)))
        : one,
    ) ?? 'undefined'
  );
}
