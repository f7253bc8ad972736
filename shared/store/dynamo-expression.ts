import type { Changes, Condition } from './table.ts';

/** A DynamoDB expression with its placeholders: every name and value goes through one, so no word can be reserved. */
export interface Expression {
  text: string;
  names: Record<string, string>;
  values: Record<string, unknown>;
}

/** The condition as an expression; undefined for one that always holds. */
export function conditionExpression(condition: Condition): Expression | undefined {
  if (condition.kind === 'always') return undefined;
  const placeholders = new Placeholders('c');
  return placeholders.around(conditionText(condition, placeholders));
}

export function updateExpression({ set = {}, add = {}, remove = [] }: Changes): Expression {
  const placeholders = new Placeholders('u');
  const name = (attribute: string): string => placeholders.name(attribute);
  const sets = [
    ...Object.entries(set).map(([attribute, value]) => `${name(attribute)} = ${placeholders.value(value)}`),
    ...Object.entries(add).map(
      ([attribute, amount]) => `${name(attribute)} = ${name(attribute)} + ${placeholders.value(amount)}`,
    ),
  ];
  const parts = [
    ...(sets.length > 0 ? [`SET ${sets.join(', ')}`] : []),
    ...(remove.length > 0 ? [`REMOVE ${remove.map(name).join(', ')}`] : []),
  ];
  return placeholders.around(parts.join(' '));
}

/** The key condition of a query. */
export function keyExpression(
  partitionKey: string,
  partition: string,
  sortKey: string,
  from: string | undefined,
  to: string | undefined,
): Expression {
  const placeholders = new Placeholders('k');
  let text = `${placeholders.name(partitionKey)} = ${placeholders.value(partition)}`;
  if (from !== undefined && to !== undefined) {
    text += ` AND ${placeholders.name(sortKey)} BETWEEN ${placeholders.value(from)} AND ${placeholders.value(to)}`;
  } else if (from !== undefined) text += ` AND ${placeholders.name(sortKey)} >= ${placeholders.value(from)}`;
  else if (to !== undefined) text += ` AND ${placeholders.name(sortKey)} <= ${placeholders.value(to)}`;
  return placeholders.around(text);
}

function conditionText(condition: Condition, p: Placeholders): string {
  switch (condition.kind) {
    case 'always':
      // Inside all/any: true of every item, absent or not.
      return `(attribute_exists(${p.name('pk')}) OR attribute_not_exists(${p.name('pk')}))`;
    case 'itemExists':
      return `attribute_exists(${p.name('pk')})`;
    case 'itemAbsent':
      return `attribute_not_exists(${p.name('pk')})`;
    case 'exists':
      return `attribute_exists(${p.name(condition.attribute)})`;
    case 'absent':
      return `attribute_not_exists(${p.name(condition.attribute)})`;
    case 'in':
      if (condition.values.length === 0) return nothingText(p);
      return `${p.name(condition.attribute)} IN (${condition.values.map((value) => p.value(value)).join(', ')})`;
    case 'all':
    case 'any': {
      if (condition.of.length === 0)
        return condition.kind === 'all' ? conditionText({ kind: 'always' }, p) : nothingText(p);
      // DynamoDB refuses parentheses that change nothing.
      if (condition.of.length === 1) return conditionText(condition.of[0], p);
      const word = condition.kind === 'all' ? ' AND ' : ' OR ';
      return `(${condition.of.map((part) => conditionText(part, p)).join(word)})`;
    }
    default:
      return `${p.name(condition.attribute)} ${condition.kind} ${p.value(condition.value)}`;
  }
}

/** True of no item, absent or not. */
function nothingText(p: Placeholders): string {
  return `(attribute_exists(${p.name('pk')}) AND attribute_not_exists(${p.name('pk')}))`;
}

/** Hands out placeholders, one per name and one per value; the prefix keeps two expressions of a request apart. */
class Placeholders {
  readonly #names = new Map<string, string>();
  readonly #values: unknown[] = [];
  readonly #prefix: string;

  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  name(attribute: string): string {
    const known = this.#names.get(attribute);
    if (known) return known;
    const placeholder = `#${this.#prefix}${this.#names.size}`;
    this.#names.set(attribute, placeholder);
    return placeholder;
  }

  value(value: unknown): string {
    this.#values.push(value);
    return `:${this.#prefix}${this.#values.length - 1}`;
  }

  around(text: string): Expression {
    return {
      text,
      names: Object.fromEntries([...this.#names].map(([attribute, placeholder]) => [placeholder, attribute])),
      values: Object.fromEntries(this.#values.map((value, i) => [`:${this.#prefix}${i}`, value])),
    };
  }
}
