import type { Ports } from '../ports/ports.ts';
import type { StudyName } from '../ports/training.ts';

/** What several sweeps should have dealt with, and have not. */
export interface Overdue {
  /** Numbers without a trial. */
  gaps: number;
  /** Trials that hold a place, and whose job has not been submitted. */
  trials: number;
}

/** Longer than everything that a sweep waits for. */
const overdueMs = 600_000;

/** Counts what is overdue in a managed study that is at work; where nothing is wrong it is nothing. */
export async function overdueIn(ports: Ports, { tenant, study: id }: StudyName): Promise<Overdue> {
  const study = await ports.studies.find(tenant, id);
  if (study?.state !== 'active' && study?.state !== 'stopping') return { gaps: 0, trials: 0 };
  const isLate = (sinceMs: number): boolean => ports.clock.nowMs() - sinceMs >= overdueMs;
  const { gaps } = await ports.studies.counter(study);
  const slots = await ports.jobs.slots(study);
  const trials = await Promise.all(slots.map(({ number }) => ports.trials.get(study, number)));
  const late = trials.filter((trial) => {
    const { phase, sinceMs } = trial?.job ?? {};
    return (phase === 'queued' || phase === 'submitting') && isLate(sinceMs!);
  });
  return { gaps: Object.values(gaps).filter(isLate).length, trials: late.length };
}
