import type { StudyState } from './study.ts';

/**
 * What a study has given out: one small record that every ask changes.
 * `left + nextNumber = cap` always; `running` is never less than the trials that are running.
 */
export interface Counter {
  /** The number that the next trial gets: so many numbers were given out. */
  nextNumber: number;
  /** How many more trials may be started. */
  left: number;
  /** How many numbers there are in all. */
  cap: number;
  /** How many results were brought in from outside; they have numbers and cost no budget. */
  attached: number;
  /** How many trials run others again; they come on top of the budget. */
  confirmations: number;
  /**
   * Whether numbers are given out (`open`), only brought in (`paused`), or neither, for good or until reopened
   * (`closed`).
   */
  phase: Phase;
  /** An upper bound of the running trials: counted up by asks, set right by looking when it reaches the limit. */
  running: number;
  /** Rises with every change; what was computed from a look at the trials is written only if nothing changed since. */
  version: number;
  /**
   * Every trial below this number has ended, but for those in `openBelow`. So a look costs what is open, not the
   * history.
   */
  frontier: number;
  openBelow: number[];
  /**
   * Numbers below the frontier that had no trial when it passed them, with the time since then in milliseconds of 1970.
   */
  gaps: Record<string, number>;
  /**
   * How often a trial that had ended came back: was opened again, or got a result after it had failed. So whoever
   * remembers ended trials need not read them.
   */
  reopened: number;
  /** The stored model; rises with every one that is published. 0: there is none. */
  modelVersion: number;
}

export type Phase = 'open' | 'paused' | 'closed';

/** What a study's state means for its counter. */
export function phaseOf(state: StudyState): Phase {
  switch (state) {
    case 'active':
      return 'open';
    case 'paused':
      return 'paused';
    case 'stopping':
    case 'finished':
      return 'closed';
  }
}

/**
 * How many numbers fit: the budget and what was brought in, but never more than there are configurations; and the
 * confirmations, which have other trials' configurations.
 */
export function capOf(
  budgetTrials: number,
  configurations: number | undefined,
  { attached, confirmations }: Pick<Counter, 'attached' | 'confirmations'>,
): number {
  return Math.min(budgetTrials + attached, configurations ?? Infinity) + confirmations;
}

export function newCounter(cap: number): Counter {
  return {
    nextNumber: 0,
    left: cap,
    cap,
    attached: 0,
    confirmations: 0,
    phase: 'open',
    running: 0,
    version: 0,
    frontier: 0,
    openBelow: [],
    gaps: {},
    reopened: 0,
    modelVersion: 0,
  };
}

/** The trials of a study that have not ended, as one consistent look found them. */
export interface OpenTrials<T> {
  waiting: T[];
  running: T[];
  /** Numbers that were given out and have no trial (yet): an ask in flight, or one that died. */
  missing: number[];
}

/** How many open trials may lie below the frontier; with more, the frontier stays behind. */
export const openBelowMax = 100;

/** Where the frontier can move after a look. @param missing the open numbers that have no trial. */
export function frontierAfter(
  openNumbers: readonly number[],
  missing: readonly number[],
  { nextNumber, gaps }: Pick<Counter, 'nextNumber' | 'gaps'>,
  nowMs: number,
): Pick<Counter, 'frontier' | 'openBelow' | 'gaps'> {
  const sorted = openNumbers.toSorted((a, b) => a - b);
  const frontier = sorted.length <= openBelowMax ? nextNumber : sorted[openBelowMax];
  const passed = missing.filter((number) => number < frontier);
  return {
    frontier,
    openBelow: sorted.slice(0, openBelowMax),
    gaps: Object.fromEntries(passed.map((number) => [number, gaps[number] ?? nowMs])),
  };
}
