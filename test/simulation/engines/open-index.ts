import type { Key } from '../../../shared/store/table.ts';
import { placeOf, type Place } from './sorted-rows.ts';

/** A view of the table that comes to know of changes in their order, but late. */
export interface OpenIndex<R extends Place> {
  change(key: Key, to: { partition: string; row: R } | undefined): void;
  rows(partition: string): readonly R[];
}

export function openIndex<R extends Place>(nowMs: () => number, lagMs: () => number): OpenIndex<R> {
  const partitions = new Map<string, R[]>();
  const places = new Map<string, { partition: string; row: R }>();
  const coming: { dueMs: number; apply: () => void }[] = [];

  const rowsOf = (partition: string): R[] => {
    let rows = partitions.get(partition);
    if (!rows) partitions.set(partition, (rows = []));
    return rows;
  };

  function move(name: string, to: { partition: string; row: R } | undefined): void {
    const from = places.get(name);
    if (from) {
      const rows = rowsOf(from.partition);
      rows.splice(placeOf(rows, from.row), 1);
    }
    if (!to) return void places.delete(name);
    places.set(name, to);
    const rows = rowsOf(to.partition);
    rows.splice(placeOf(rows, to.row), 0, to.row);
  }

  return {
    change: ({ pk, sk }, to) => {
      const dueMs = Math.max(coming.at(-1)?.dueMs ?? 0, nowMs() + lagMs());
      coming.push({ dueMs, apply: () => move(`${pk} ${sk}`, to) });
    },
    rows: (partition) => {
      const now = nowMs();
      while (coming.length > 0 && coming[0].dueMs <= now) coming.shift()!.apply();
      return rowsOf(partition);
    },
  };
}
