import { startOperator, studyName } from './actors/operator.ts';
import { launchOf } from './actors/job-program.ts';
import { startSupervisor } from './actors/supervisor.ts';
import { carryJobEvents } from './carriers/job-events.ts';
import { carryMessages, queueSettings } from './carriers/messages.ts';
import { carryRecords } from './carriers/records.ts';
import { carrySweeps } from './carriers/sweeps.ts';
import { newDice } from './dice.ts';
import { newBatch } from './engines/batch.ts';
import { newMemoryObjects } from './engines/memory-objects.ts';
import { newMemoryQueue } from './engines/memory-queue.ts';
import { newMemoryTable } from './engines/memory-table.ts';
import { newSweepSchedule } from './engines/sweep-schedule.ts';
import { calm, drawnFaults } from './faults.ts';
import { witnessesOf } from './invariants/all.ts';
import { newLedger } from './invariants/ledger.ts';
import { inspect } from './inspection.ts';
import { restMs } from './rest.ts';
import { scenarioNames, scenarioOf, type ScenarioName } from './scenarios.ts';
import { newScheduler } from './scheduler.ts';
import { newCloud } from './service/cloud.ts';
import { newTrace } from './trace.ts';
import { newVerdict, type Violation } from './verdict.ts';
import { tell, type World } from './world.ts';

export interface Run {
  seed: number;
  scenario: ScenarioName;
  violation: Violation | undefined;
  lastLines: string[];
  traceHash: string;
  steps: number;
  deaths: number;
  faults: number;
  /** How long it took in the simulated world. */
  lastedMs: number;
}

const startMs = Date.UTC(2026, 0, 1);
const faultsMsMax = 15 * 60_000;

/** One run: a study from its creation to its end, under the faults that its seed draws. */
export async function simulate(seed: number, name: ScenarioName, onLine?: (line: string) => void): Promise<Run> {
  const dice = newDice(seed, scenarioNames.indexOf(name));
  const scenario = scenarioOf(name, seed, dice);
  const scheduler = newScheduler(startMs);
  const nowMs = (): number => scheduler.nowMs;
  const trace = newTrace(nowMs, onLine);
  const verdict = newVerdict();
  const faults = drawnFaults(dice);
  const ledger = newLedger();

  const table = newMemoryTable({
    nowMs,
    lagMs: () => dice.between(0, faults.indexLagMs),
    onChanges: (changes) => {
      tell(world, 'changed', changes);
      records(changes);
    },
  });
  const queue = newMemoryQueue({ ...queueSettings, nowMs, pick: dice.below });
  const batch = newBatch({
    scheduler,
    dice,
    faults,
    launch: launchOf(
      () => world,
      () => cloud,
    ),
    onEnded: (job) => {
      trace.note('batch', `${job.id} ${job.name.slice(-8)} has ended: ${job.state === 'ended' ? job.end.kind : ''}`);
      tell(world, 'ended', job.id);
      jobEvents(job);
    },
  });
  const schedule = newSweepSchedule(scheduler, (study) => sweeps(study));
  const results: World['results'] = new Map();
  const witnesses = [
    ledger,
    ...witnessesOf(
      {
        ledger,
        scenario,
        nowMs,
        results,
        watchedCount: () => schedule.size,
        livingJobs: () => batch.living().length,
      },
      verdict,
    ),
  ];
  const world: World = {
    scheduler,
    dice,
    faults,
    trace,
    verdict,
    witnesses,
    table,
    queue: {
      ...queue,
      send: (messages) => {
        queue.send(messages);
        for (const { delaySeconds = 0 } of messages) messageCarrier.wake(delaySeconds * 1000);
      },
    },
    objects: newMemoryObjects(nowMs),
    batch,
    schedule,
    counts: { deaths: 0, faults: 0 },
    results,
    isMortal: (who) => !who.startsWith('operator') && !who.startsWith('job-'),
    isOver: false,
  };
  const cloud = newCloud(world);
  const records = carryRecords(world, cloud);
  const jobEvents = carryJobEvents(world, cloud);
  const sweeps = carrySweeps(world, cloud);
  const messageCarrier = carryMessages(world, cloud);

  const calmMs = dice.between(0, faultsMsMax);
  scheduler.after(calmMs, () => {
    trace.note('world', 'is calm from here on');
    calm(faults);
  });
  const deadlineMs = startMs + calmMs + restMs(scenario);
  startOperator(world, cloud, scenario, () =>
    startSupervisor(world, cloud, scenario.workers, {
      study: studyName,
      leaseSeconds: scenario.spec.lease!.seconds!,
      countMax: scenario.countMax,
      idleSeconds: scenario.workers,
    }),
  );
  await scheduler.run(() => {
    if (scheduler.nowMs > deadlineMs) {
      tell(world, 'rests');
      verdict.violated('I6 no-lost-trial', 'the study has ended, and something goes on');
    }
    return verdict.violation !== undefined;
  });
  if (!verdict.violation) {
    tell(world, 'rests');
    await inspect(world);
  }
  return {
    seed,
    scenario: name,
    violation: verdict.violation,
    lastLines: trace.lastLines(),
    traceHash: trace.hash(),
    steps: trace.count,
    deaths: world.counts.deaths,
    faults: world.counts.faults,
    lastedMs: scheduler.nowMs - startMs,
  };
}
