import type { AttributeValue } from './table.ts';

/**
 * The size of an item as DynamoDB counts it, so that one that fits here fits there. Refuses the numbers that DynamoDB
 * refuses.
 */
export function itemBytes(attributes: Record<string, AttributeValue>): number {
  let bytes = 0;
  for (const [name, value] of Object.entries(attributes)) bytes += Buffer.byteLength(name) + valueBytes(value);
  return bytes;
}

function valueBytes(value: AttributeValue): number {
  if (value === undefined || value === null || typeof value === 'boolean') return 1;
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (typeof value === 'number') {
    if (Math.abs(value) <= Number.MAX_SAFE_INTEGER) return Math.ceil(String(Math.abs(value)).length / 2) + 1;
    throw new RangeError(`a number must be within ±(2^53 - 1); got ${value}`);
  }
  // Three bytes a list or map, and one for each element.
  const elements = Object.values(value);
  const contents = Array.isArray(value)
    ? elements.reduce((sum: number, one) => sum + valueBytes(one), 0)
    : itemBytes(value);
  return 3 + elements.length + contents;
}
