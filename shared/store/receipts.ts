import type { Receipt, ReceiptStore } from '../service/ports/receipts.ts';
import type { StudyRecord } from '../service/ports/studies.ts';
import { receiptAttributes, receiptOf } from './items.ts';
import { keys } from './keys.ts';
import type { Table, TransactWrite } from './table.ts';

/** How long a repeated request is recognised. */
const receiptSeconds = 48 * 3600;

export function openReceiptStore(table: Table, nowMs: () => number): ReceiptStore {
  return {
    find: async (tenant, request) => {
      const item = await table.get(keys.receipt(tenant, request));
      // Expired items linger for up to two days.
      return item && (item.attributes.expiresAt as number) >= seconds(nowMs())
        ? receiptOf(request, item.attributes)
        : undefined;
    },
    keep: async (tenant, receipt) => (await table.transact(receiptWrites(receipt, { tenant }, nowMs()))).ok,
  };
}

/** The receipt as part of a transaction: refused when the request has been answered already. */
export function receiptWrites(
  receipt: Receipt | undefined,
  { tenant }: Pick<StudyRecord, 'tenant'>,
  nowMs: number,
): TransactWrite[] {
  if (!receipt) return [];
  return [
    {
      kind: 'put',
      key: keys.receipt(tenant, receipt.request),
      attributes: receiptAttributes(receipt, seconds(nowMs) + receiptSeconds),
      condition: {
        kind: 'any',
        of: [{ kind: 'itemAbsent' }, { kind: '<', attribute: 'expiresAt', value: seconds(nowMs) }],
      },
    },
  ];
}

function seconds(ms: number): number {
  return Math.floor(ms / 1000);
}
