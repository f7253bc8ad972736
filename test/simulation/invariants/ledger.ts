import type { Attributes } from '../../../shared/store/table.ts';
import type { Witness } from '../witness.ts';
import {
  countersIn,
  slotsIn,
  studiesIn,
  trialsIn,
  type StoredCounter,
  type StoredStudy,
  type StoredTrial,
} from './stored.ts';

/** The study as it is at this moment, kept from the writes alone. */
export interface Ledger extends Witness {
  trials: Map<number, StoredTrial>;
  slots: Set<number>;
  counter: StoredCounter | undefined;
  study: StoredStudy | undefined;
  /** Whether the study was ever marked as deleted. */
  isDeleted: boolean;
}

export function newLedger(): Ledger {
  const ledger: Ledger = {
    trials: new Map(),
    slots: new Set(),
    counter: undefined,
    study: undefined,
    isDeleted: false,
    changed: (changes) => {
      for (const { after } of trialsIn(changes)) if (after) ledger.trials.set(after.number, after);
      for (const { after } of countersIn(changes)) ledger.counter = after;
      for (const { after } of studiesIn(changes)) ledger.study = after;
      if (ledger.study?.deleted) ledger.isDeleted = true;
      for (const { before, after } of slotsIn(changes)) {
        if (after) ledger.slots.add(slotOf(after));
        else if (before) ledger.slots.delete(slotOf(before));
      }
    },
  };
  return ledger;
}

function slotOf({ slot }: Attributes): number {
  return slot as number;
}
