import type { Counter } from '../domain/counter.ts';
import { paramsKey } from '../domain/params.ts';
import { isTerminal } from '../domain/trial.ts';
import type { TrialRecord, TrialStore } from '../service/ports/trials.ts';
import { allocate } from './allocation.ts';
import { commitAsk } from './ask-commit.ts';
import { counterAttributes, counterOf, trialChanges, trialOf } from './items.ts';
import { keyOf, keys, lastTrialSk, openSk, studyPk, trialSk } from './keys.ts';
import { counted, findOpen, getTrial } from './open-trials.ts';
import { receiptWrites } from './receipts.ts';
import { openReportStore } from './reports.ts';
import { queryAll, type Condition, type Table } from './table.ts';
import { indices, namesOf, putWrites } from './trial-writes.ts';

/** The protocol of trials on a table: every effect a conditional write that is safe to do twice. */
export function openTrialStore(table: Table, nowMs: () => number): TrialStore {
  return {
    get: (study, number) => getTrial(table, study, number),
    open: (study, counter) => findOpen(table, study, counter),
    allocate: (study, wanted) => allocate(table, study, wanted, nowMs),
    commitAsk: (study, commit) => commitAsk(table, study, commit, nowMs()),
    ...openReportStore(table),

    holderOf: async (study, params) => {
      const item = await table.get(keys.guard(keyOf(study), paramsKey(params)));
      return item?.attributes.number as number | undefined;
    },

    page: async (study, from, limit) => {
      const page = await table.query({
        table: 'core',
        by: 'pk',
        partition: studyPk(keyOf(study)),
        from: trialSk(from),
        to: lastTrialSk,
        limit,
      });
      const trials = page.items.map(({ attributes }) => trialOf(namesOf(study), attributes));
      return { trials, next: page.next && trials.at(-1)!.number + 1 };
    },

    all: async function* (study) {
      const items = queryAll(table, {
        table: 'core',
        by: 'pk',
        partition: studyPk(keyOf(study)),
        from: trialSk(0),
        to: lastTrialSk,
      });
      for await (const { attributes } of items) yield trialOf(namesOf(study), attributes);
    },

    claimable: async (study, now, limit, isWaitingWanted) => {
      const page = await table.query({
        table: 'core',
        by: 'openPk',
        partition: studyPk(keyOf(study)),
        // Waiting ones are due since 0.
        ...(!isWaitingWanted && { from: openSk(1, 0) }),
        to: openSk(now, 99_999_999),
        limit,
      });
      return page.items.map(({ attributes }) => trialOf(namesOf(study), attributes));
    },

    moveFrontier: async (study, counter, found, now) => {
      const written = await table.update(
        keys.counter(keyOf(study)),
        { set: counterAttributes(counted(found, counter, now)), add: { version: 1 } },
        { kind: '=', attribute: 'version', value: counter.version },
      );
      return written.ok ? counterOf(written.item.attributes) : undefined;
    },

    add: async (study, counter, { raise, attached, confirmations, trials }, receipt) => {
      const isGuarded = !study.spec.allowDuplicates && confirmations === 0;
      const spent = trials.length - raise;
      const written = await table.transact([
        {
          kind: 'update',
          key: keys.counter(keyOf(study)),
          changes: {
            set: counterAttributes(frontierPast(counter, trials)),
            add: { nextNumber: trials.length, cap: raise, left: -spent, attached, confirmations, version: 1 },
          },
          condition: {
            kind: 'all',
            of: [
              { kind: '=', attribute: 'nextNumber', value: counter.nextNumber },
              { kind: '>=', attribute: 'left', value: spent },
              { kind: 'in', attribute: 'phase', values: ['open', 'paused'] },
            ],
          },
        },
        ...trials.flatMap((trial) => putWrites(study, trial, isGuarded)),
        ...receiptWrites(receipt, study, nowMs()),
      ]);
      if (written.ok) return 'added';
      const refused = written.refusals.map((refusal) => refusal !== undefined);
      if (receipt && refused.at(-1)) return 'answered';
      const duplicates = isGuarded ? indices(trials, (i) => refused[2 + 2 * i]) : [];
      return duplicates.length > 0 ? { duplicates } : 'stale';
    },

    change: async (study, number, expected, change, receipt) => {
      const condition: Condition = {
        kind: 'all',
        of: [
          { kind: '=', attribute: 'attempt', value: expected.attempt },
          { kind: 'in', attribute: 'state', values: expected.states },
          { kind: 'absent', attribute: 'resultHash' },
          ...(expected.failures === undefined
            ? []
            : [{ kind: '=' as const, attribute: 'failures', value: expected.failures }]),
        ],
      };
      const s = keyOf(study);
      const key = keys.trial(s, number);
      const changes = trialChanges(s, number, change);
      if (!receipt) {
        const written = await table.update(key, changes, condition);
        if (written.ok) return { ok: true, trial: trialOf(namesOf(study), written.item.attributes) };
        return {
          ok: false,
          found: written.found && trialOf(namesOf(study), written.found.attributes),
          answered: false,
        };
      }
      const written = await table.transact([
        { kind: 'update', key, changes, condition },
        ...receiptWrites(receipt, study, nowMs()),
      ]);
      const found = await getTrial(table, study, number);
      if (written.ok) return { ok: true, trial: found! };
      return { ok: false, found, answered: written.refusals[1] !== undefined };
    },

    reopen: async (study, counter, from, receipt) => {
      const s = keyOf(study);
      const openBelow = from.number < counter.frontier ? [...counter.openBelow, from.number] : counter.openBelow;
      const changes = trialChanges(s, from.number, { ...waitingAgain, failures: 0 });
      const written = await table.transact([
        {
          kind: 'update',
          key: keys.trial(s, from.number),
          changes: { ...changes, remove: [...changes.remove!, 'resultHash', 'resultKey', 'failedAttempt'] },
          condition: {
            kind: 'all',
            of: [
              { kind: '=', attribute: 'attempt', value: from.attempt },
              { kind: '=', attribute: 'state', value: from.state },
            ],
          },
        },
        {
          kind: 'update',
          key: keys.counter(s),
          changes: { set: { openBelow }, add: { reopened: 1, version: 1 } },
          condition: {
            kind: 'all',
            of: [
              { kind: '=', attribute: 'version', value: counter.version },
              { kind: 'in', attribute: 'phase', values: ['open', 'paused'] },
            ],
          },
        },
        ...receiptWrites(receipt, study, nowMs()),
      ]);
      if (!written.ok) return { ok: false, answered: written.refusals[2] !== undefined };
      return { ok: true, trial: (await getTrial(table, study, from.number))! };
    },

    changeFailed: async (study, { number, attempt }, change) => {
      const s = keyOf(study);
      const written = await table.transact([
        {
          kind: 'update',
          key: keys.trial(s, number),
          changes: trialChanges(s, number, change),
          condition: {
            kind: 'all',
            of: [
              { kind: '=', attribute: 'attempt', value: attempt },
              { kind: '=', attribute: 'state', value: 'failed' },
              { kind: 'absent', attribute: 'resultHash' },
            ],
          },
        },
        {
          kind: 'update',
          key: keys.counter(s),
          changes: { add: { reopened: 1, version: 1 } },
          condition: { kind: 'itemExists' },
        },
      ]);
      return written.ok;
    },

    heal: async (study, trial) => {
      const isGuarded = !study.spec.allowDuplicates && trial.state === 'waiting';
      return (await table.transact(putWrites(study, trial, isGuarded))).ok;
    },
  };
}

/**
 * A history that is brought in has ended already: where nothing is open before it, the frontier passes it, so that the
 * next look need not read it.
 */
function frontierPast({ frontier, nextNumber }: Counter, trials: readonly TrialRecord[]): Partial<Counter> {
  const isPast = frontier === nextNumber && trials.every(({ state }) => isTerminal(state));
  return isPast ? { frontier: nextNumber + trials.length } : {};
}

/** The fields that differ when a trial waits to be given out. */
const waitingAgain = {
  state: 'waiting',
  worker: undefined,
  leaseUntilMs: undefined,
  message: undefined,
  finishedMs: undefined,
} as const;
