import { isTerminal } from '../../domain/trial.ts';
import type { SettledTrial } from '../ports/models.ts';
import type { Ports } from '../ports/ports.ts';
import type { StudyRecord } from '../ports/studies.ts';
import type { TrialRecord } from '../ports/trials.ts';

/**
 * What is remembered of a study between asks, so that an ask reads only what is new. Trials with a result never change,
 * and the counter says when others that have ended do.
 */
export interface Memory {
  /** Trials below this number have been read. */
  next: number;
  settled: Map<number, SettledTrial>;
  /** Numbers below `next` that had no result when they were read. */
  unsettled: Set<number>;
  /** Of those, the trials that had ended. */
  closed: Map<number, Closed>;
  /** The same array as long as nothing is added. */
  observations: SettledTrial[];
}

/** A trial that had ended without a result when it was read. */
export interface Closed extends Pick<TrialRecord, 'state' | 'params'> {
  /** How often trials of the study had come back before it was read: it is as it was as long as none has since. */
  reopened: number;
}

const memoryCountMax = 50;
/** By study, of each store. */
const memories = new WeakMap<Ports['trials'], Map<string, Memory>>();

export function memoryOf({ trials }: Ports, { id }: StudyRecord): Memory {
  let ofStudies = memories.get(trials);
  if (!ofStudies) memories.set(trials, (ofStudies = new Map()));
  let memory = ofStudies.get(id);
  if (!memory) {
    if (ofStudies.size >= memoryCountMax) ofStudies.delete(ofStudies.keys().next().value!);
    memory = { next: 0, settled: new Map(), unsettled: new Set(), closed: new Map(), observations: [] };
    ofStudies.set(id, memory);
  }
  return memory;
}

/** Takes in trials with a result, in the order in which they ended, whoever reads them when. */
export function settle(memory: Memory, settled: readonly SettledTrial[]): void {
  const added = settled.filter(({ number }) => !memory.settled.has(number));
  if (added.length === 0) return;
  for (const one of added) {
    memory.settled.set(one.number, one);
    memory.unsettled.delete(one.number);
    memory.closed.delete(one.number);
  }
  memory.observations = [...memory.observations, ...added].sort(byEnd);
}

export function byEnd(a: SettledTrial, b: SettledTrial): number {
  return a.finishedMs - b.finishedMs || a.number - b.number;
}

/**
 * Takes in those among trials that ended without a result.
 * @param reopened what the counter said before they were read.
 */
export function close(memory: Memory, trials: readonly TrialRecord[], reopened: number): void {
  for (const { number, state, params } of trials) {
    if (!isTerminal(state) || memory.settled.has(number)) continue;
    // Another request may have read it later.
    if ((memory.closed.get(number)?.reopened ?? -1) < reopened) memory.closed.set(number, { state, params, reopened });
  }
}

/** Trials that need not be read again, when so many have come back by now. */
export function stillClosed(memory: Memory, reopened: number): Map<number, Closed> {
  return new Map([...memory.closed].filter(([, one]) => one.reopened >= reopened));
}
