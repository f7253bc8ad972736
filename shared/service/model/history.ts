import type { Objective, Values } from '../../domain/objective.ts';
import type { Params } from '../../domain/parameter.ts';
import type { TrialState } from '../../domain/trial.ts';
import { engineVersion } from '../../engine/engine-version.ts';
import { recallFitted } from '../../engine/fitted.ts';
import type { History } from '../../engine/suggest-with-model.ts';
import { spaceOfStudy } from '../find.ts';
import { byEnd, close, memoryOf, settle, stillClosed, type Memory } from './memory.ts';
import type { SettledTrial } from '../ports/models.ts';
import type { Ports } from '../ports/ports.ts';
import type { StudyRecord } from '../ports/studies.ts';
import type { HistoryMarks, TrialRecord } from '../ports/trials.ts';

const windowMax = 100;
const singleReadsMax = 32;

/** A study as one look found it. */
export interface Known {
  observations: readonly SettledTrial[];
  /** Params of waiting and running trials, and of those that were pruned before they reported, by number. */
  pending: ReadonlyMap<number, Params>;
  /** Params of trials that have failed and may be tried again, by number. */
  failed: ReadonlyMap<number, Params>;
  /** Numbers without a result, and the number from which on nothing has been seen. */
  unsettled: readonly number[];
  next: number;
  /** Numbers that have a trial, whatever its state. */
  seen: ReadonlySet<number>;
}

/**
 * Reads what is new in a study; in a process that knows nothing of it, what is newer than its stored model.
 * @param marks of the counter, where that has been read.
 */
export async function readHistory(ports: Ports, study: StudyRecord, marks?: HistoryMarks): Promise<Known> {
  const memory = memoryOf(ports, study);
  const { modelVersion, reopened } = marks ?? (await ports.studies.counter(study));
  if (memory.next === 0) await recall(ports, study, memory, modelVersion);
  const read = await readUnsettled(ports, study, memory, reopened);
  settle(
    memory,
    read.flatMap((trial) => settledOf(study.spec.objectives, trial) ?? []),
  );
  close(memory, read, reopened);
  const found = new Map<number, Pick<TrialRecord, 'state' | 'params'>>([
    ...stillClosed(memory, reopened),
    ...read.map((trial) => [trial.number, trial] as const),
  ]);
  const pending = new Map<number, Params>();
  const failed = new Map<number, Params>();
  for (const [number, { state, params }] of found) {
    if (memory.settled.has(number)) continue;
    if (isPending(state)) pending.set(number, params);
    else if (state === 'failed') failed.set(number, params);
  }
  const { observations, next } = memory;
  return { observations, pending, failed, unsettled: [...memory.unsettled], next, seen: new Set(found.keys()) };
}

/** Takes over what the stored model knows. Without one everything is read from the trials, and comes out the same. */
async function recall(ports: Ports, study: StudyRecord, memory: Memory, version: number): Promise<void> {
  const snapshot = version > 0 ? await ports.models.read(study, version) : undefined;
  // Another request may have filled the memory meanwhile.
  if (!snapshot || memory.next > 0) return;
  settle(memory, snapshot.settled);
  memory.next = snapshot.next;
  for (let number = 0; number < snapshot.next; number++) {
    if (!memory.settled.has(number)) memory.unsettled.add(number);
  }
  if (snapshot.spaceVersion === study.spaceVersion && snapshot.engineVersion === engineVersion) {
    recallFitted(spaceOfStudy(study), study.spec.objectives[0], memory.observations, snapshot.fitted);
  }
}

/** A pruned trial without a value is known to have been tried, and never comes to more. */
function isPending(state: TrialState): boolean {
  return state === 'waiting' || state === 'running' || state === 'pruned';
}

/**
 * What the model is to know when the trial of a number gets its params.
 * @param reserved params of other trials of the same ask, by number.
 */
export function historyFor(known: Known, number: number, reserved: ReadonlyMap<number, Params>): History {
  const isUnseen = (other: number): boolean => other !== number && !known.seen.has(other) && !reserved.has(other);
  const inFlight = known.unsettled.filter((other) => other < number && isUnseen(other));
  for (let other = known.next; other < number; other++) if (isUnseen(other)) inFlight.push(other);
  const { observations, failed } = known;
  return { observations, pending: new Map([...known.pending, ...reserved]), failed, inFlight };
}

/** Trials that may have changed since they were read, and those that are new. */
async function readUnsettled(
  ports: Ports,
  study: StudyRecord,
  memory: Memory,
  reopened: number,
): Promise<TrialRecord[]> {
  const closed = stillClosed(memory, reopened);
  const unsettled = [...memory.unsettled].filter((number) => !closed.has(number));
  const oldest = Math.min(...unsettled, memory.next);
  // One query serves unless a few trials have been open for so long that it would read much that is known.
  const isLong = memory.next - oldest > windowMax && unsettled.length <= singleReadsMax;
  const [single, page] = await Promise.all([
    Promise.all(isLong ? unsettled.map((number) => ports.trials.get(study, number)) : []),
    readFrom(ports, study, isLong ? memory.next : oldest),
  ]);
  const read = [...single.filter((trial) => trial !== undefined), ...page];
  const trials = read.filter(({ number }) => !memory.settled.has(number));
  const end = page.reduce((last, trial) => Math.max(last, trial.number + 1), memory.next);
  for (let number = memory.next; number < end; number++) memory.unsettled.add(number);
  memory.next = end;
  return trials;
}

async function readFrom(ports: Ports, study: StudyRecord, first: number): Promise<TrialRecord[]> {
  const trials: TrialRecord[] = [];
  for (let from: number | undefined = first; from !== undefined;) {
    const page: Awaited<ReturnType<Ports['trials']['page']>> = await ports.trials.page(study, from, 1000);
    trials.push(...page.trials);
    from = page.next;
  }
  return trials;
}

/**
 * The results of all trials on an objective, in the order in which they came: for one that the model does not follow.
 */
export async function readResults(
  ports: Ports,
  study: StudyRecord,
  objective: Objective,
): Promise<History['observations']> {
  return resultsOf([objective], await readFrom(ports, study, 0));
}

/** The results among trials, in the order in which they came. */
export function resultsOf(objectives: readonly Objective[], trials: readonly TrialRecord[]): History['observations'] {
  return trials.flatMap((trial) => settledOf(objectives, trial) ?? []).sort(byEnd);
}

/**
 * A trial whose result stands. Failed and cancelled ones can be opened again; of those, failed ones count as bad as the
 * worst as long as they are not. Pruned ones count with the last value that is known of them, and without any as nothing.
 */
function settledOf(
  [first, ...others]: readonly Objective[],
  { number, state, params, values, lastReport, finishedMs }: TrialRecord,
): SettledTrial | undefined {
  const settled = (told: Values | undefined): SettledTrial => ({
    number,
    params,
    value: told?.[first.metric],
    ...(others.length > 0 && { further: others.map(({ metric }) => told?.[metric] ?? NaN) }),
    finishedMs: finishedMs ?? 0,
  });
  switch (state) {
    case 'complete':
      return settled(values);
    case 'infeasible':
      return settled(undefined);
    case 'pruned': {
      const last = values ?? lastReport?.values;
      return last && settled(last);
    }
    case 'waiting':
    case 'running':
    case 'failed':
    case 'cancelled':
      return undefined;
  }
}
