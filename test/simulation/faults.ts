import type { Dice } from './dice.ts';

/** What goes wrong, and how often: shares of the occasions on which it could. */
export interface Faults {
  /** Operations on the store and on what trains. */
  throttle: number;
  lostRequest: number;
  lostReply: number;
  /** Of submissions, which nobody sends again. */
  lostSubmission: number;
  conflict: number;
  /** Operations that take seconds. */
  slow: number;
  /** How often the client of an engine sends a request again by itself before it gives up. */
  resendMax: number;
  /** A process dies before or after an operation. */
  death: number;
  /** A program dies, or says nothing for longer than its lease. */
  workerDeath: number;
  stall: number;
  /** Requests of workers, jobs and people. */
  httpLost: number;
  /** The same request twice at once, under one key. */
  httpDoubled: number;
  /** Messages of the queue. */
  messageDoubled: number;
  messageLate: number;
  eventLost: number;
  eventDoubled: number;
  eventLate: number;
  sweepLost: number;
  recordDoubled: number;
  recordLate: number;
  /** Jobs that Batch or their machine ends. */
  reclaim: number;
  hostFailure: number;
  imagePull: number;
  /** Jobs that wait long for a machine. */
  shortage: number;
  /** Jobs that end without a result, by their own doing. */
  jobFailure: number;
  /** How far the index of open trials, listings of jobs and clocks can be from the truth. */
  indexLagMs: number;
  listingLagMs: number;
  skewMs: number;
}

/** The worst of each kind; a run has some kinds of faults at some part of it, since together they hide each other. */
const worst: Faults = {
  throttle: 0.05,
  lostRequest: 0.05,
  lostReply: 0.08,
  lostSubmission: 0.4,
  conflict: 0.1,
  slow: 0.04,
  resendMax: 2,
  death: 0.01,
  workerDeath: 0.1,
  stall: 0.15,
  httpLost: 0.1,
  httpDoubled: 0.3,
  messageDoubled: 0.3,
  messageLate: 0.2,
  eventLost: 0.5,
  eventDoubled: 0.6,
  eventLate: 0.6,
  sweepLost: 0.3,
  recordDoubled: 0.4,
  recordLate: 0.3,
  reclaim: 0.2,
  hostFailure: 0.1,
  imagePull: 0.05,
  shortage: 0.6,
  jobFailure: 0.25,
  indexLagMs: 5_000,
  listingLagMs: 180_000,
  skewMs: 30_000,
};

const isThere = 0.6;

export function drawnFaults(dice: Dice): Faults {
  const drawn = { ...worst };
  for (const kind of Object.keys(worst) as (keyof Faults)[]) {
    const share = dice.between(0, 1);
    drawn[kind] = dice.chance(isThere) ? worst[kind] * share : 0;
  }
  drawn.resendMax = Math.round(drawn.resendMax);
  return drawn;
}

/** Nothing goes wrong from here on. What has been delayed arrives, and clocks stay as wrong as they are. */
export function calm(faults: Faults): void {
  for (const kind of Object.keys(worst) as (keyof Faults)[]) {
    if (kind !== 'skewMs' && kind !== 'resendMax') faults[kind] = 0;
  }
}
