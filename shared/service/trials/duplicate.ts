import type { EnqueueResponse } from '../../api/messages.ts';
import type { TrialRecord } from '../ports/trials.ts';

/** An entry that was left out because a trial has its params. */
export type Duplicate = EnqueueResponse['duplicates'][number];

/** @param trial of that number, where the entry brought a result which that trial may be without. */
export function duplicateOf(index: number, number: number, trial: TrialRecord | undefined): Duplicate {
  const remedy = trial && remedyFor(trial);
  const hint = `The result is not kept, because trial ${number} has these params and ${remedy}.`;
  return { index, number, ...(remedy && { hint }) };
}

export function inOrder(duplicates: Duplicate[]): Duplicate[] {
  return duplicates.toSorted((a, b) => a.index - b.index);
}

/** How a trial that has no result comes to one. */
function remedyFor({ state, attempt }: TrialRecord): string | undefined {
  switch (state) {
    case 'waiting':
      return 'waits: ask, which gives it out, and tell it the result';
    case 'running':
      return `is running: tell it the result, as attempt ${attempt}`;
    case 'failed':
    case 'cancelled':
      return `is ${state}: retry it, ask, which gives it out, and tell it the result`;
    case 'complete':
    case 'pruned':
    case 'infeasible':
      return undefined;
  }
}
