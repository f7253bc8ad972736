import assert from 'node:assert/strict';
import type { AttributeValue, Attributes, Changes, Condition } from './table.ts';

/** Whether a condition holds on an item, absent or not: the meaning that every adapter shares. */
export function holdsOn(condition: Condition, attributes: Attributes | undefined): boolean {
  switch (condition.kind) {
    case 'always':
      return true;
    case 'itemExists':
      return attributes !== undefined;
    case 'itemAbsent':
      return attributes === undefined;
    case 'exists':
      return attributes !== undefined && Object.hasOwn(attributes, condition.attribute);
    case 'absent':
      return attributes === undefined || !Object.hasOwn(attributes, condition.attribute);
    case 'in':
      return condition.values.includes(attributes?.[condition.attribute] as string | number);
    case 'all':
      return condition.of.every((part) => holdsOn(part, attributes));
    case 'any':
      return condition.of.some((part) => holdsOn(part, attributes));
    default:
      return compares(condition.kind, attributes?.[condition.attribute], condition.value);
  }
}

function compares(
  operator: '=' | '<' | '<=' | '>' | '>=',
  stored: AttributeValue | undefined,
  value: string | number | boolean,
): boolean {
  if (typeof stored !== typeof value) return false;
  if (operator === '=') return stored === value;
  // DynamoDB orders strings and numbers only.
  if (typeof value === 'boolean') return false;
  const order = typeof value === 'number' ? (stored as number) - value : byteOrder(stored as string, value);
  switch (operator) {
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    case '>=':
      return order >= 0;
  }
}

/** Both engines order strings by their UTF-8 bytes; JavaScript's own order differs beyond U+FFFF. */
function byteOrder(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

/** The attributes after an update. Adding to what is no number is a bug of the caller. */
export function applyChanges({ set, add, remove }: Changes, attributes: Attributes = {}): Attributes {
  const result: Attributes = { ...attributes, ...set };
  for (const [name, amount] of Object.entries(add ?? {})) {
    const before = attributes[name];
    assert(typeof before === 'number', `only a number can be added to; ${name} is ${JSON.stringify(before)}`);
    result[name] = before + amount;
  }
  for (const name of remove ?? []) delete result[name];
  return result;
}
