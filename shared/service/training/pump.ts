import { giveToJobs } from '../trials/ask.ts';
import type { Ports } from '../ports/ports.ts';
import type { StudyRecord } from '../ports/studies.ts';
import { messageOf } from './nudge.ts';

/** With three writes for a trial, as many as fit into a transaction. */
const givenMax = 32;

/**
 * Gives a trial to each place of a managed study that is free, and has their jobs started.
 * @param only the place that has just become free; all are looked at when it is left out.
 */
export async function pump(ports: Ports, study: StudyRecord, only?: number): Promise<void> {
  if (study.state !== 'active' || !ports.training) return;
  const { queue, giveTrials } = ports.training;
  const name = { tenant: study.tenant, study: study.id };
  const free = only === undefined ? await freeSlots(ports, study) : [only].filter((slot) => slot < parallelOf(study));
  for (let from = 0; from < free.length; from += givenMax) {
    const slots = free.slice(from, from + givenMax);
    const { trials } = await (giveTrials ? giveTrials(name, slots) : giveToJobs(ports, study, slots));
    // Should this fail, the trials are queued none the less, and the sweep sends other messages.
    if (trials.length > 0) {
      await queue.send(
        trials.map(({ number, attempt }) => messageOf({ kind: 'dispatch', ...name, trial: number, attempt })),
      );
    }
    if (trials.length < slots.length) return;
  }
}

async function freeSlots(ports: Ports, study: StudyRecord): Promise<number[]> {
  const held = new Set((await ports.jobs.slots(study)).map(({ slot }) => slot));
  return Array.from({ length: parallelOf(study) }, (_, slot) => slot).filter((slot) => !held.has(slot));
}

function parallelOf({ spec }: StudyRecord): number {
  return spec.budget.parallel!;
}
