import { transactionWriteMax, type TransactWrite } from './table.ts';

/** Refuses what DynamoDB would refuse. A bug in the caller, therefore thrown. */
export function assertTransaction(writes: readonly TransactWrite[]): void {
  if (writes.length === 0 || writes.length > transactionWriteMax) {
    throw new RangeError(`a transaction has 1 to ${transactionWriteMax} writes; got ${writes.length}`);
  }
  const keys = new Set(writes.map(({ key: { table, pk, sk } }) => JSON.stringify([table, pk, sk])));
  if (keys.size < writes.length) throw new RangeError('a transaction must not touch the same item twice');
}
