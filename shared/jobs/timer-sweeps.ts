import type { StudyName, SweepSchedule } from '../service/ports/training.ts';

export interface TimerSweepsSettings {
  everyMs: number;
  /** Never rejects. A study is not swept again while this goes on for it. */
  sweep: (name: StudyName) => Promise<void>;
}

export interface TimerSweeps extends SweepSchedule {
  /** How many studies are swept. */
  count(): number;
  /** Ends all of it; nothing starts any more. */
  close(): void;
}

/** The port on timers of this process, which keep it from ending no longer than other things do. */
export function openTimerSweeps({ everyMs, sweep }: TimerSweepsSettings): TimerSweeps {
  const timers = new Map<string, NodeJS.Timeout>();
  let isClosed = false;

  return {
    start: async (name) => {
      if (isClosed || timers.has(keyOf(name))) return;
      timers.set(keyOf(name), setInterval(oneAtATime(sweep, name), everyMs).unref());
    },
    stop: async (name) => {
      clearInterval(timers.get(keyOf(name)));
      timers.delete(keyOf(name));
    },
    count: () => timers.size,
    close: () => {
      isClosed = true;
      for (const timer of timers.values()) clearInterval(timer);
      timers.clear();
    },
  };
}

function keyOf({ tenant, study }: StudyName): string {
  return `${tenant}-${study}`;
}

function oneAtATime(sweep: TimerSweepsSettings['sweep'], name: StudyName): () => void {
  let isSweeping = false;
  return () => {
    if (isSweeping) return;
    isSweeping = true;
    void sweep(name).then(() => (isSweeping = false));
  };
}
