import type { Knowledge, Suggestion } from '../../../shared/domain/trial.ts';
import { numbersOf } from '../../../shared/domain/ranges.ts';
import type { Witness } from '../witness.ts';
import { trialsIn } from './stored.ts';
import type { Watch } from './watch.ts';

/** I13: a suggestion of a model was made with every smaller number observed, pending or imagined. */
export function pendingKnown({ ledger, violated }: Watch): Witness {
  /** Numbers that were once closed without a result: they say nothing, and are left out. */
  const closed = new Set<number>();
  return {
    changed: (changes) => {
      for (const { before, after } of trialsIn(changes)) {
        if (!after) continue;
        if (after.state === 'failed' || after.state === 'cancelled') closed.add(after.number);
        const { knowledge } = JSON.parse(after.suggestion ?? '{}') as Suggestion;
        if (before || !knowledge) continue;
        const unknown = unknownTo(knowledge, after.number).filter((number) => !closed.has(number));
        if (unknown.length > 0)
          violated(`trial ${after.number} was suggested without ${unknown.join(', ')}: ${JSON.stringify(knowledge)}`);
      }
    },
    rests: () => {
      for (const { number, state, resultHash } of ledger.trials.values())
        if (state === 'complete' && resultHash === undefined) violated(`trial ${number} is complete without a result`);
    },
  };
}

/** What a result comes of is known below `before`, but for those that were left out. */
function unknownTo({ before, pending = '', inFlight = '', left = '' }: Knowledge, number: number): number[] {
  const believed = new Set([...numbersOf(pending), ...numbersOf(inFlight)]);
  const leftOut = new Set(numbersOf(left));
  return Array.from({ length: number }, (_, other) => other).filter(
    (other) => !believed.has(other) && (other >= before || leftOut.has(other)),
  );
}
