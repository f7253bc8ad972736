import type { Dice } from './dice.ts';
import { newBatch } from './engines/batch.ts';
import { newMemoryObjects } from './engines/memory-objects.ts';
import { newMemoryQueue } from './engines/memory-queue.ts';
import { newMemoryTable } from './engines/memory-table.ts';
import { newSweepSchedule } from './engines/sweep-schedule.ts';
import { queueSettings } from './carriers/messages.ts';
import { drawnFaults } from './faults.ts';
import { witnessesOf } from './invariants/all.ts';
import { newLedger } from './invariants/ledger.ts';
import type { Scenario } from './scenarios.ts';
import { newScheduler } from './scheduler.ts';
import { newTrace } from './trace.ts';
import { newVerdict } from './verdict.ts';
import { tell, type World } from './world.ts';

/** A world in which nothing has happened yet, and everything that will is watched. */
export function newWorld(dice: Dice, scenario: Scenario, startMs: number, onLine?: (line: string) => void): World {
  const scheduler = newScheduler(startMs);
  const nowMs = (): number => scheduler.nowMs;
  const faults = drawnFaults(dice);
  const world: World = {
    scheduler,
    dice,
    faults,
    trace: newTrace(nowMs, onLine),
    verdict: newVerdict(),
    witnesses: [],
    table: newMemoryTable({ nowMs, lagMs: () => dice.between(0, faults.indexLagMs) }),
    queue: newMemoryQueue({ ...queueSettings, nowMs, pick: dice.below }),
    objects: newMemoryObjects(nowMs),
    batch: newBatch({ scheduler, dice, faults }),
    schedule: newSweepSchedule(scheduler),
    counts: { deaths: 0, faults: 0 },
    results: new Map(),
    isMortal: (who) => !who.startsWith('operator') && !who.startsWith('job-'),
    isDeleting: false,
    isOver: false,
  };
  watch(world, scenario);
  return world;
}

function watch(world: World, scenario: Scenario): void {
  const { table, batch, objects, schedule, trace, witnesses, results, scheduler, verdict } = world;
  const ledger = newLedger();
  const about = {
    ledger,
    scenario,
    nowMs: () => scheduler.nowMs,
    results,
    watchedCount: () => schedule.size,
    livingJobs: () => batch.living().length,
    objectKeys: objects.keys,
  };
  // The ledger first: the others look into it.
  witnesses.push(ledger, ...witnessesOf(about, verdict));
  table.onChanges((changes) => tell(world, 'changed', changes));
  batch.onEnded((job) => {
    trace.note('batch', `${job.id} ${job.name.slice(-8)} has ended: ${job.state === 'ended' ? job.end.kind : ''}`);
    tell(world, 'ended', job.id);
  });
}
