import type { Dice } from './dice.ts';
import type { Batch } from './engines/batch.ts';
import type { MemoryObjects } from './engines/memory-objects.ts';
import type { MemoryQueue } from './engines/memory-queue.ts';
import type { MemoryTable } from './engines/memory-table.ts';
import type { Faults } from './faults.ts';
import type { Scheduler } from './scheduler.ts';
import type { Trace } from './trace.ts';
import type { Verdict } from './verdict.ts';
import type { Witness } from './witness.ts';
import type { SweepSchedule } from './engines/sweep-schedule.ts';

/** Everything that a run consists of. */
export interface World {
  scheduler: Scheduler;
  dice: Dice;
  faults: Faults;
  trace: Trace;
  verdict: Verdict;
  witnesses: Witness[];
  table: MemoryTable;
  queue: MemoryQueue;
  objects: MemoryObjects;
  batch: Batch;
  schedule: SweepSchedule;
  counts: { deaths: number; faults: number };
  /** What each result says about where it comes from: no two of them are equal. */
  results: Map<number, { number: number; attempt: number }>;
  /** Whether chance may end this process; people and the machinery between processes live on. */
  isMortal(name: string): boolean;
  /** Somebody has asked for the study to be deleted: to find it gone is no surprise any more. */
  isDeleting: boolean;
  /** Nobody wants anything more of the study. */
  isOver: boolean;
}

export function tell<K extends keyof Witness>(
  { witnesses }: Pick<World, 'witnesses'>,
  what: K,
  ...about: Parameters<NonNullable<Witness[K]>>
): void {
  for (const witness of witnesses) (witness[what] as ((...args: unknown[]) => void) | undefined)?.(...about);
}
