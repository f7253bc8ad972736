import type { AttributeValue, Item } from '../shared/store/table.ts';

/**
 * What DynamoDB charges, from the size of an item: docs.aws.amazon.com/amazondynamodb, "Item sizes and formats",
 * "Read and write operations", "Global secondary indexes". The index `open` projects all attributes.
 */

const writeUnitBytes = 1024;
const readUnitBytes = 4096;

/** Names and values of all attributes, the key's included. */
export function itemBytes({ key: { pk, sk }, attributes }: Item): number {
  return mapBytes({ pk, sk, ...attributes });
}

/** For one write of an item of this size outside a transaction; also what a refused one costs. */
export function writeUnits(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / writeUnitBytes));
}

/** For one strongly consistent read of so many bytes; an absent item costs one unit. */
export function readUnits(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / readUnitBytes));
}

/**
 * What the change of an item costs in the index of open items. It is written after the fact, so a transaction does not
 * double it. Another index key is a delete and a put.
 */
export function indexUnits(before: Item | undefined, after: Item | undefined): number {
  const from = indexKeyOf(before);
  const to = indexKeyOf(after);
  const removed = from === undefined ? 0 : writeUnits(itemBytes(before!));
  const added = to === undefined ? 0 : writeUnits(itemBytes(after!));
  if (from !== to) return removed + added;
  return JSON.stringify(before?.attributes) === JSON.stringify(after?.attributes) ? 0 : Math.max(removed, added);
}

function indexKeyOf(item: Item | undefined): string | undefined {
  if (item?.key.table !== 'core') return undefined;
  const { openPk, openSk } = item.attributes;
  return openPk === undefined || openSk === undefined ? undefined : JSON.stringify([openPk, openSk]);
}

function mapBytes(attributes: Record<string, AttributeValue>): number {
  return Object.entries(attributes).reduce(
    (sum, [name, value]) => sum + Buffer.byteLength(name) + valueBytes(value),
    0,
  );
}

function valueBytes(value: AttributeValue): number {
  if (value === null || typeof value === 'boolean') return 1;
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (typeof value === 'number') return numberBytes(value);
  if (Array.isArray(value)) return value.reduce((sum: number, one) => sum + valueBytes(one) + 1, 3);
  return 3 + Object.keys(value).length + mapBytes(value);
}

/** A byte for two significant digits, one more, and one for a sign. */
function numberBytes(value: number): number {
  const digits = String(Math.abs(value)).replace(/^0+|0+$/g, '').length;
  return Math.ceil(digits / 2) + 1 + (value < 0 ? 1 : 0);
}
