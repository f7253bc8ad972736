import type { Query } from '../../../shared/store/table.ts';

/** Rows of a partition in the order of their sort keys; those of an index with equal ones in that of their own keys. */
export interface Place {
  sort: string;
  pk: string;
  sk: string;
}

/** Where a row is, or would be. */
export function placeOf(rows: readonly Place[], place: Place): number {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (order(rows[middle], place) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The rows that a query is about, in its order. */
export function rangeOf<R extends Place>(rows: readonly R[], { from, to, after, descending }: Query): R[] {
  const start = after as Place | undefined;
  const inside = rows.filter(
    (row) =>
      (from === undefined || byteOrder(row.sort, from) >= 0) &&
      (to === undefined || byteOrder(row.sort, to) <= 0) &&
      (start === undefined || (descending ? order(row, start) < 0 : order(row, start) > 0)),
  );
  return descending ? inside.reverse() : inside;
}

function order(a: Place, b: Place): number {
  return byteOrder(a.sort, b.sort) || byteOrder(a.pk, b.pk) || byteOrder(a.sk, b.sk);
}

const beyondPlain = /[^ -~]/;

/** As UTF-8 sorts, which is another order than JavaScript's beyond U+FFFF. */
function byteOrder(a: string, b: string): number {
  if (a === b) return 0;
  if (!beyondPlain.test(a) && !beyondPlain.test(b)) return a < b ? -1 : 1;
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
