import type { Objective, Values } from '../domain/objective.ts';
import type { Params } from '../domain/parameter.ts';
import type { History } from '../engine/suggest-with-model.ts';
import type { Ports, StudyRecord, TrialRecord } from './ports.ts';

/**
 * What is remembered of a study between asks, so that an ask reads only what is new. Trials with a result never change.
 */
interface Memory {
  /** Trials below this number have been read. */
  next: number;
  settled: Map<number, Settled>;
  /** Numbers below `next` that had no result when they were read. */
  unsettled: Set<number>;
  /** The same array as long as nothing is added. */
  observations: Settled[];
}

interface Settled {
  number: number;
  params: Params;
  value: number | undefined;
  finishedMs: number;
}

const memoryCountMax = 50;
const windowMax = 100;
const singleReadsMax = 32;
const memories = new Map<string, Memory>();

/** A study as one look found it. */
export interface Known {
  observations: History['observations'];
  /** Params of waiting and running trials, by number. */
  pending: ReadonlyMap<number, Params>;
  /** Numbers without a result, and the number from which on nothing has been seen. */
  unsettled: readonly number[];
  next: number;
  /** Numbers that have a trial, whatever its state. */
  seen: ReadonlySet<number>;
}

/** Reads what is new in a study. */
export async function readHistory(ports: Ports, study: StudyRecord): Promise<Known> {
  const memory = memoryOf(study);
  const pending = new Map<number, Params>();
  const seen = new Set<number>();
  for (const trial of await readUnsettled(ports, study, memory)) {
    seen.add(trial.number);
    const settled = settledOf(study.spec.objectives[0], trial);
    if (settled) settle(memory, settled);
    else if (isPending(trial) && !memory.settled.has(trial.number)) pending.set(trial.number, trial.params);
  }
  return { observations: memory.observations, pending, unsettled: [...memory.unsettled], next: memory.next, seen };
}

function isPending({ state }: TrialRecord): boolean {
  return state === 'waiting' || state === 'running';
}

/**
 * What the model is to know when the trial of a number gets its params.
 * @param reserved params of other trials of the same ask, by number.
 */
export function historyFor(known: Known, number: number, reserved: ReadonlyMap<number, Params>): History {
  const isUnseen = (other: number): boolean => other !== number && !known.seen.has(other) && !reserved.has(other);
  const inFlight = known.unsettled.filter((other) => other < number && isUnseen(other));
  for (let other = known.next; other < number; other++) if (isUnseen(other)) inFlight.push(other);
  return { observations: known.observations, pending: new Map([...known.pending, ...reserved]), inFlight };
}

function memoryOf({ id }: StudyRecord): Memory {
  let memory = memories.get(id);
  if (!memory) {
    if (memories.size >= memoryCountMax) memories.delete(memories.keys().next().value!);
    memories.set(id, (memory = { next: 0, settled: new Map(), unsettled: new Set(), observations: [] }));
  }
  return memory;
}

/** Trials that may have changed since they were read, and those that are new. */
async function readUnsettled(ports: Ports, study: StudyRecord, memory: Memory): Promise<TrialRecord[]> {
  const unsettled = [...memory.unsettled];
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

/** In the order in which they ended, whoever reads them when. */
function settle(memory: Memory, settled: Settled): void {
  if (memory.settled.has(settled.number)) return;
  memory.settled.set(settled.number, settled);
  memory.unsettled.delete(settled.number);
  memory.observations = [...memory.observations, settled].sort(byEnd);
}

function byEnd(a: Settled, b: Settled): number {
  return a.finishedMs - b.finishedMs || a.number - b.number;
}

/**
 * The results of all trials on an objective, in the order in which they came: for one that the model does not follow.
 */
export async function readResults(
  ports: Ports,
  study: StudyRecord,
  objective: Objective,
): Promise<History['observations']> {
  return resultsOf(objective, await readFrom(ports, study, 0));
}

/** The results among trials, in the order in which they came. */
export function resultsOf(objective: Objective, trials: readonly TrialRecord[]): History['observations'] {
  return trials.flatMap((trial) => settledOf(objective, trial) ?? []).sort(byEnd);
}

/** A trial whose result stands. Failed and cancelled ones can be opened again, and say nothing of their params. */
function settledOf(
  { metric }: Objective,
  { number, state, params, values, lastReport, finishedMs }: TrialRecord,
): Settled | undefined {
  const settled = (told: Values | undefined): Settled => ({
    number,
    params,
    value: told?.[metric],
    finishedMs: finishedMs ?? 0,
  });
  switch (state) {
    case 'complete':
      return settled(values);
    case 'infeasible':
      return settled(undefined);
    case 'pruned':
      return settled(values ?? lastReport?.values);
    case 'waiting':
    case 'running':
    case 'failed':
    case 'cancelled':
      return undefined;
  }
}
