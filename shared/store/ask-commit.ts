import type { StudyRecord } from '../service/ports/studies.ts';
import type { AskCommit, AskRefusal } from '../service/ports/trials.ts';
import { keyOf, keys } from './keys.ts';
import { receiptWrites } from './receipts.ts';
import type { Table, TransactWrite } from './table.ts';
import { claimWrite, indices, putWrites, startWrite } from './trial-writes.ts';

/** Writes what an ask gives out, with its receipt, in one transaction. */
export async function commitAsk(
  table: Table,
  study: StudyRecord,
  { claims, puts, receipt, slots = [] }: AskCommit,
  nowMs: number,
): Promise<AskRefusal | undefined> {
  const isGuarded = !study.spec.allowDuplicates;
  const started = claims.filter(({ from }) => from.state === 'waiting').length;
  const writes: TransactWrite[] = [
    ...claims.map(({ from, change }) => claimWrite(study, from, change, nowMs)),
    ...puts.flatMap((trial) => putWrites(study, trial, isGuarded)),
    ...(started > 0 ? [startWrite(study, started)] : []),
    ...slotWrites(study, slots, [...claims.map(({ from, change }) => ({ ...from, ...change })), ...puts]),
    ...receiptWrites(receipt, study, nowMs),
  ];
  const written = await table.transact(writes);
  if (written.ok) return undefined;
  const refused = written.refusals.map((refusal) => refusal !== undefined);
  const perPut = isGuarded ? 2 : 1;
  const putAt = (i: number): number => claims.length + i * perPut;
  const slotAt = putAt(puts.length) + (started > 0 ? 1 : 0);
  return {
    answered: receipt !== undefined && refused.at(-1)!,
    claimsLost: indices(claims, (i) => refused[i]),
    numbersLost: indices(puts, (i) => refused[putAt(i)]),
    duplicates: isGuarded ? indices(puts, (i) => refused[putAt(i) + 1]) : [],
    limitReached: started > 0 && refused[putAt(puts.length)],
    slotsLost: slots.filter((_, i) => refused[slotAt + i]),
  };
}

/** Places are taken with the trials that they are for. */
function slotWrites(
  study: StudyRecord,
  slots: readonly number[],
  trials: readonly { number: number; attempt: number }[],
): TransactWrite[] {
  return slots.map((slot, i) => {
    const { number, attempt } = trials[i];
    return {
      kind: 'put',
      key: keys.slot(keyOf(study), slot),
      attributes: { slot, number, attempt },
      condition: { kind: 'itemAbsent' },
    };
  });
}
