import { parallelMax } from '../domain/budget.ts';
import { paramsKey } from '../domain/params.ts';
import type { StudyRecord } from '../service/ports/studies.ts';
import type { TrialRecord } from '../service/ports/trials.ts';
import { trialAttributes, trialChanges } from './items.ts';
import { keyOf, keys } from './keys.ts';
import type { TransactWrite } from './table.ts';

/** The names of a study's parameters, in the order in which its trials keep their params. */
export function namesOf(study: StudyRecord): string[] {
  return Object.keys(study.spec.space);
}

export function indices(list: readonly unknown[], isWanted: (i: number) => boolean): number[] {
  return list.flatMap((_, i) => (isWanted(i) ? [i] : []));
}

/** A trial to be written for the first time, with the guard that keeps its params unique. */
export function putWrites(study: StudyRecord, trial: TrialRecord, isGuarded: boolean): TransactWrite[] {
  const s = keyOf(study);
  const put: TransactWrite = {
    kind: 'put',
    key: keys.trial(s, trial.number),
    attributes: trialAttributes(s, namesOf(study), trial),
    condition: { kind: 'itemAbsent' },
  };
  if (!isGuarded) return [put];
  const guard: TransactWrite = {
    kind: 'put',
    key: keys.guard(s, paramsKey(trial.params)),
    attributes: { number: trial.number },
    condition: { kind: 'itemAbsent' },
  };
  return [put, guard];
}

export function claimWrite(
  study: StudyRecord,
  from: TrialRecord,
  change: Partial<TrialRecord>,
  now: number,
): TransactWrite {
  const s = keyOf(study);
  return {
    kind: 'update',
    key: keys.trial(s, from.number),
    changes: trialChanges(s, from.number, change),
    condition: {
      kind: 'all',
      of: [
        { kind: '=', attribute: 'attempt', value: from.attempt },
        { kind: '=', attribute: 'state', value: from.state },
        ...(from.state === 'running' ? [{ kind: '<=' as const, attribute: 'leaseUntilMs', value: now }] : []),
      ],
    },
  };
}

/**
 * Waiting trials that start count as running from here on; within the transaction, so that a look in between sees
 * either.
 */
export function startWrite(study: StudyRecord, count: number): TransactWrite {
  const parallel = study.spec.budget.parallel ?? parallelMax;
  return {
    kind: 'update',
    key: keys.counter(keyOf(study)),
    changes: { add: { running: count, version: 1 } },
    condition: {
      kind: 'all',
      of: [
        { kind: '=', attribute: 'phase', value: 'open' },
        { kind: '<=', attribute: 'running', value: parallel - count },
      ],
    },
  };
}
