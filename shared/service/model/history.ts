import type { Objective, Values } from '../../domain/objective.ts';
import type { Params } from '../../domain/parameter.ts';
import { engineVersion } from '../../engine/engine-version.ts';
import { recallFitted } from '../../engine/fitted.ts';
import type { History } from '../../engine/suggest-with-model.ts';
import { spaceOfStudy } from '../find.ts';
import type { SettledTrial } from '../ports/models.ts';
import type { Ports } from '../ports/ports.ts';
import type { StudyRecord } from '../ports/studies.ts';
import type { TrialRecord } from '../ports/trials.ts';

/**
 * What is remembered of a study between asks, so that an ask reads only what is new. Trials with a result never change.
 */
interface Memory {
  /** Trials below this number have been read. */
  next: number;
  settled: Map<number, SettledTrial>;
  /** Numbers below `next` that had no result when they were read. */
  unsettled: Set<number>;
  /** The same array as long as nothing is added. */
  observations: SettledTrial[];
}

const memoryCountMax = 50;
const windowMax = 100;
const singleReadsMax = 32;
/** By study, of each store. */
const memories = new WeakMap<Ports['trials'], Map<string, Memory>>();

/** A study as one look found it. */
export interface Known {
  observations: readonly SettledTrial[];
  /** Params of waiting and running trials, by number. */
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
 * @param modelVersion of the counter, where that has been read.
 */
export async function readHistory(ports: Ports, study: StudyRecord, modelVersion?: number): Promise<Known> {
  const memory = memoryOf(ports, study);
  if (memory.next === 0) await recall(ports, study, memory, modelVersion);
  const pending = new Map<number, Params>();
  const failed = new Map<number, Params>();
  const seen = new Set<number>();
  const settled: SettledTrial[] = [];
  for (const trial of await readUnsettled(ports, study, memory)) {
    seen.add(trial.number);
    const one = settledOf(study.spec.objectives, trial);
    if (one) settled.push(one);
    else if (memory.settled.has(trial.number)) continue;
    else if (isPending(trial)) pending.set(trial.number, trial.params);
    else if (trial.state === 'failed') failed.set(trial.number, trial.params);
  }
  settle(memory, settled);
  const { observations, next } = memory;
  return { observations, pending, failed, unsettled: [...memory.unsettled], next, seen };
}

/** Takes over what the stored model knows. Without one everything is read from the trials, and comes out the same. */
async function recall(ports: Ports, study: StudyRecord, memory: Memory, modelVersion?: number): Promise<void> {
  const version = modelVersion ?? (await ports.studies.counter(study)).modelVersion;
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
  const { observations, failed } = known;
  return { observations, pending: new Map([...known.pending, ...reserved]), failed, inFlight };
}

function memoryOf({ trials }: Ports, { id }: StudyRecord): Memory {
  let ofStudies = memories.get(trials);
  if (!ofStudies) memories.set(trials, (ofStudies = new Map()));
  let memory = ofStudies.get(id);
  if (!memory) {
    if (ofStudies.size >= memoryCountMax) ofStudies.delete(ofStudies.keys().next().value!);
    ofStudies.set(id, (memory = { next: 0, settled: new Map(), unsettled: new Set(), observations: [] }));
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
function settle(memory: Memory, settled: readonly SettledTrial[]): void {
  const added = settled.filter(({ number }) => !memory.settled.has(number));
  if (added.length === 0) return;
  for (const one of added) {
    memory.settled.set(one.number, one);
    memory.unsettled.delete(one.number);
  }
  memory.observations = [...memory.observations, ...added].sort(byEnd);
}

function byEnd(a: SettledTrial, b: SettledTrial): number {
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
  return resultsOf([objective], await readFrom(ports, study, 0));
}

/** The results among trials, in the order in which they came. */
export function resultsOf(objectives: readonly Objective[], trials: readonly TrialRecord[]): History['observations'] {
  return trials.flatMap((trial) => settledOf(objectives, trial) ?? []).sort(byEnd);
}

/**
 * A trial whose result stands. Failed and cancelled ones can be opened again; of those, failed ones count as bad as the
 * worst as long as they are not.
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
    case 'pruned':
      return settled(values ?? lastReport?.values);
    case 'waiting':
    case 'running':
    case 'failed':
    case 'cancelled':
      return undefined;
  }
}
