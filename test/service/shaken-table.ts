import { createGenerator, type Generator } from '../../shared/numerics/random.ts';
import { TableUnavailable, type Table } from '../../shared/store/table.ts';

export interface Shaking {
  /** Share of operations that never arrive, and of those whose reply is lost after they took effect. */
  lostRequests: number;
  lostReplies: number;
}

/**
 * A table whose operations take seeded random turns and sometimes fail: interleavings and half-done work that a quiet
 * machine never shows.
 */
export function shakenTable(table: Table, seed: number, shaking: Shaking): Table {
  const random = createGenerator(seed, 1);
  const shake = <A extends unknown[], R>(operation: (...args: A) => Promise<R>) => {
    return async (...args: A): Promise<R> => {
      await turns(random);
      if (random.nextUnit() < shaking.lostRequests) throw new TableUnavailable('the request was lost');
      const result = await operation(...args);
      await turns(random);
      if (random.nextUnit() < shaking.lostReplies) throw new TableUnavailable('the reply was lost');
      return result;
    };
  };
  return {
    get: shake(table.get),
    put: shake(table.put),
    update: shake(table.update),
    delete: shake(table.delete),
    transact: shake(table.transact),
    query: shake(table.query),
    close: table.close,
  };
}

async function turns(random: Generator): Promise<void> {
  for (let left = random.nextBelow(8); left > 0; left--) await Promise.resolve();
}
