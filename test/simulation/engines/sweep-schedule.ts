import type { StudyName } from '../../../shared/service/ports/training.ts';
import type { Scheduler } from '../scheduler.ts';

/** Calls for a sweep of each study that it knows, again and again. */
export interface SweepSchedule {
  start(name: StudyName): void;
  stop(name: StudyName): void;
  readonly size: number;
  /** Tells when a sweep is due. */
  onDue(listen: (name: StudyName) => void): void;
}

export const sweepEveryMs = 60_000;

export function newSweepSchedule(scheduler: Scheduler): SweepSchedule {
  const listeners: ((name: StudyName) => void)[] = [];
  const known = new Map<string, object>();
  return {
    start: (name) => {
      if (known.has(name.study)) return;
      const mine = {};
      known.set(name.study, mine);
      const tick = (): void => {
        if (known.get(name.study) !== mine) return;
        for (const listen of listeners) listen(name);
        scheduler.after(sweepEveryMs, tick);
      };
      scheduler.after(sweepEveryMs, tick);
    },
    stop: ({ study }) => void known.delete(study),
    get size() {
      return known.size;
    },
    onDue: (listen) => void listeners.push(listen),
  };
}
