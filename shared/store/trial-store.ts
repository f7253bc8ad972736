import { frontierAfter, type Counter, type OpenTrials } from '../domain/counter.ts';
import { paramsKey } from '../domain/params.ts';
import { parallelMax } from '../domain/budget.ts';
import type { AskCommit, AskRefusal, Allocation, StudyRecord, TrialRecord, TrialStore } from '../service/ports.ts';
import {
  counterAttributes,
  counterOf,
  readValues,
  trialAttributes,
  trialChanges,
  trialOf,
  writtenValues,
} from './items.ts';
import { keys, lastTrialSk, openSk, reportsPk, studyPk, trialSk } from './keys.ts';
import { receiptWrites } from './receipts.ts';
import { keyOf, StudyGone } from './study-store.ts';
import { queryAll, TableUnavailable, type Condition, type Item, type Table, type TransactWrite } from './table.ts';

/** How often an allocation looks again before it gives up: others keep changing the counter meanwhile. */
const lookCountMax = 20;

/** The protocol of trials on a table: every effect a conditional write that is safe to do twice. */
export function openTrialStore(table: Table, nowMs: () => number): TrialStore {
  async function get(study: StudyRecord, number: number): Promise<TrialRecord | undefined> {
    const item = await table.get(keys.trial(keyOf(study), number));
    return item && trialOf(namesOf(study), item.attributes);
  }

  async function open(study: StudyRecord, counter: Counter): Promise<OpenTrials<TrialRecord>> {
    const seen = new Map<number, TrialRecord>();
    const recent = queryAll(table, {
      table: 'core',
      by: 'pk',
      partition: studyPk(keyOf(study)),
      from: trialSk(counter.frontier),
      to: lastTrialSk,
    });
    for await (const { attributes } of recent) {
      const trial = trialOf(namesOf(study), attributes);
      seen.set(trial.number, trial);
    }
    const older = await Promise.all(counter.openBelow.map((number) => get(study, number)));
    for (const trial of older) if (trial) seen.set(trial.number, trial);
    const trials = [...seen.values()].sort((a, b) => a.number - b.number);
    const expected = [...counter.openBelow, ...numbersFrom(counter.frontier, counter.nextNumber - counter.frontier)];
    return {
      waiting: trials.filter(({ state }) => state === 'waiting'),
      running: trials.filter(({ state }) => state === 'running'),
      missing: expected.filter((number) => !seen.has(number)),
    };
  }

  /** Takes r numbers if the counter still is as it was when its running trials were counted. */
  async function allocateAfterLook(
    study: StudyRecord,
    counter: Counter,
    parallel: number,
    wanted: number,
  ): Promise<Allocation | 'stale'> {
    const found = await open(study, counter);
    const running = found.running.length + found.missing.length;
    const count = Math.min(wanted, counter.left, parallel - running);
    if (count <= 0) return { numbers: [], limit: 'parallel' };
    const written = await table.update(
      keys.counter(keyOf(study)),
      {
        set: {
          running: running + count,
          ...frontierAfter(openNumbers(found), counter.nextNumber),
          frontierMovedMs: nowMs(),
        },
        add: { nextNumber: count, left: -count, version: 1 },
      },
      { kind: '=', attribute: 'version', value: counter.version },
    );
    if (!written.ok) return 'stale';
    return { numbers: numbersFrom(counter.nextNumber, count), limit: limitOf(wanted, count, counter.left) };
  }

  async function commitAsk(study: StudyRecord, { claims, puts, receipt }: AskCommit): Promise<AskRefusal | undefined> {
    const isGuarded = !study.spec.allowDuplicates;
    const started = claims.filter(({ from }) => from.state === 'waiting').length;
    const writes: TransactWrite[] = [
      ...claims.map(({ from, change }) => claimWrite(study, from, change, nowMs())),
      ...puts.flatMap((trial) => putWrites(study, trial, isGuarded)),
      ...(started > 0 ? [startWrite(study, started)] : []),
      ...receiptWrites(receipt, study, nowMs()),
    ];
    const written = await table.transact(writes);
    if (written.ok) return undefined;
    const refused = written.refusals.map((refusal) => refusal !== undefined);
    const perPut = isGuarded ? 2 : 1;
    const putAt = (i: number): number => claims.length + i * perPut;
    return {
      answered: receipt !== undefined && refused.at(-1)!,
      claimsLost: indices(claims, (i) => refused[i]),
      numbersLost: indices(puts, (i) => refused[putAt(i)]),
      duplicates: isGuarded ? indices(puts, (i) => refused[putAt(i) + 1]) : [],
      limitReached: started > 0 && refused[putAt(puts.length)],
    };
  }

  return {
    get,
    open,
    commitAsk,

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

    claimable: async (study, now, limit) => {
      const page = await table.query({
        table: 'core',
        by: 'openPk',
        partition: studyPk(keyOf(study)),
        to: openSk(now, 99_999_999),
        limit,
      });
      return page.items.map(({ attributes }) => trialOf(namesOf(study), attributes));
    },

    moveFrontier: async (study, counter, found, now) => {
      const running = found.running.length + found.missing.length;
      const moved = { running, ...frontierAfter(openNumbers(found), counter.nextNumber), frontierMovedMs: now };
      const written = await table.update(
        keys.counter(keyOf(study)),
        { set: moved, add: { version: 1 } },
        { kind: '=', attribute: 'version', value: counter.version },
      );
      return written.ok;
    },

    allocate: async (study, wanted) => {
      const parallel = study.spec.budget.parallel ?? parallelMax;
      let count = wanted;
      for (let look = 0; look < lookCountMax; look++) {
        const written = await table.update(
          keys.counter(keyOf(study)),
          { add: { nextNumber: count, left: -count, running: count, version: 1 } },
          allocatable(count, parallel),
        );
        if (written.ok) {
          const after = counterOf(written.item.attributes);
          return {
            numbers: numbersFrom(after.nextNumber - count, count),
            limit: limitOf(wanted, count, after.left + count),
          };
        }
        const counter = foundCounter(written.found);
        if (!counter.open) return { numbers: [], limit: 'closed' };
        if (counter.left === 0) return { numbers: [], limit: 'budget' };
        if (counter.running < parallel) {
          count = Math.min(wanted, counter.left, parallel - counter.running);
          continue;
        }
        const allocated = await allocateAfterLook(study, counter, parallel, wanted);
        if (allocated !== 'stale') return allocated;
        count = wanted;
      }
      throw new TableUnavailable('too many asks at once for this study');
    },

    add: async (study, { first, raise, attached, trials }, receipt) => {
      const isGuarded = !study.spec.allowDuplicates;
      const spent = trials.length - raise;
      const written = await table.transact([
        {
          kind: 'update',
          key: keys.counter(keyOf(study)),
          changes: { add: { nextNumber: trials.length, cap: raise, left: -spent, attached, version: 1 } },
          condition: {
            kind: 'all',
            of: [
              { kind: '=', attribute: 'nextNumber', value: first },
              { kind: '>=', attribute: 'left', value: spent },
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
      const found = await get(study, number);
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
        counterWrite(study, counter, { openBelow }),
        ...receiptWrites(receipt, study, nowMs()),
      ]);
      if (!written.ok) return { ok: false, answered: written.refusals[2] !== undefined };
      return { ok: true, trial: (await get(study, from.number))! };
    },

    heal: async (study, trial) => {
      const isGuarded = !study.spec.allowDuplicates && trial.state === 'waiting';
      return (await table.transact(putWrites(study, trial, isGuarded))).ok;
    },

    putReport: async (study, number, attempt, step, values) => {
      const stored = writtenValues(values);
      const text = JSON.stringify(
        Object.keys(stored)
          .sort()
          .map((metric) => [metric, stored[metric]]),
      );
      const written = await table.put(
        keys.report(keyOf(study), number, attempt, step),
        { attempt, step, values: stored, text },
        { kind: 'any', of: [{ kind: 'itemAbsent' }, { kind: '=', attribute: 'text', value: text }] },
      );
      return written.ok ? 'stored' : 'conflict';
    },

    reports: async (study, number, limit) => {
      const page = await table.query({
        table: 'aux',
        by: 'pk',
        partition: reportsPk(keyOf(study), number),
        to: '~',
        limit,
        descending: true,
      });
      return page.items
        .filter(({ key }) => !key.sk.startsWith('late'))
        .map(({ attributes }) => ({
          attempt: attributes.attempt as number,
          step: attributes.step as number,
          values: readValues(attributes.values as Record<string, string>),
        }))
        .reverse();
    },

    keepSuperseded: async (study, number, attempt, values) => {
      await table.put(keys.supersededResult(keyOf(study), number, attempt), { attempt, values: writtenValues(values) });
    },
  };
}

/** The fields that differ when a trial waits to be given out. */
export const waitingAgain = {
  state: 'waiting',
  worker: undefined,
  leaseUntilMs: undefined,
  message: undefined,
  finishedMs: undefined,
} as const;

function namesOf(study: StudyRecord): string[] {
  return Object.keys(study.spec.space);
}

function numbersFrom(first: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => first + i);
}

function indices(list: readonly unknown[], isWanted: (i: number) => boolean): number[] {
  return list.flatMap((_, i) => (isWanted(i) ? [i] : []));
}

function openNumbers({ waiting, running, missing }: OpenTrials<TrialRecord>): number[] {
  return [...waiting.map(({ number }) => number), ...running.map(({ number }) => number), ...missing];
}

function limitOf(wanted: number, count: number, left: number): Allocation['limit'] {
  if (count === wanted) return undefined;
  return count === left ? 'budget' : 'parallel';
}

function foundCounter(item: Item | undefined): Counter {
  if (!item) throw new StudyGone();
  return counterOf(item.attributes);
}

function allocatable(count: number, parallel: number): Condition {
  return {
    kind: 'all',
    of: [
      { kind: '=', attribute: 'open', value: true },
      { kind: '>=', attribute: 'left', value: count },
      { kind: '<=', attribute: 'running', value: parallel - count },
    ],
  };
}

/** A trial to be written for the first time, with the guard that keeps its params unique. */
function putWrites(study: StudyRecord, trial: TrialRecord, isGuarded: boolean): TransactWrite[] {
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

function claimWrite(study: StudyRecord, from: TrialRecord, change: Partial<TrialRecord>, now: number): TransactWrite {
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

/** Waiting trials that start count as running from here on; within the transaction, so that a look in between sees either. */
function startWrite(study: StudyRecord, count: number): TransactWrite {
  const parallel = study.spec.budget.parallel ?? parallelMax;
  return {
    kind: 'update',
    key: keys.counter(keyOf(study)),
    changes: { add: { running: count, version: 1 } },
    condition: {
      kind: 'all',
      of: [
        { kind: '=', attribute: 'open', value: true },
        { kind: '<=', attribute: 'running', value: parallel - count },
      ],
    },
  };
}

function counterWrite(study: StudyRecord, counter: Counter, change: Partial<Counter>): TransactWrite {
  return {
    kind: 'update',
    key: keys.counter(keyOf(study)),
    changes: { set: counterAttributes(change), add: { version: 1 } },
    condition: { kind: '=', attribute: 'version', value: counter.version },
  };
}
