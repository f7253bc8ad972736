import type { Change } from '../engines/memory-table.ts';

const modelPk = /#M#(\d+)$/;

/** Changes of stored models, with the version that each is of. */
export function modelsIn(changes: readonly Change[]): (Change & { version: number })[] {
  return changes.flatMap((change) => {
    const version = change.key.table === 'aux' && modelPk.exec(change.key.pk)?.[1];
    return version ? [{ ...change, version: Number(version) }] : [];
  });
}

/** How many results the models cover that are stored, by version. */
export function noteCovers(covers: Map<number, number>, changes: readonly Change[]): void {
  for (const { key, version, after } of modelsIn(changes))
    if (key.sk === 'HEAD' && after) covers.set(version, after.covers as number);
}
