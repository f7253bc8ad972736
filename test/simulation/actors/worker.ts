import type { Trial } from '../../../shared/domain/trial.ts';
import { newProcess, type Process } from '../process.ts';
import type { Cloud } from '../service/cloud.ts';
import type { World } from '../world.ts';
import { newCaller, refusalIn, type Caller } from './caller.ts';
import { resultOf } from './results.ts';

export interface WorkerSettings {
  study: string;
  leaseSeconds: number;
  /** How many trials it asks for at a time, at most. */
  countMax: number;
  /** How long it waits when there is nothing to do; the more workers there are, the longer. */
  idleSeconds: number;
}

const trainMsMax = 40_000;
const heartbeatMs = 15_000;
/** So many times as long as the service says it waits at most. */
const idleMax = 3;
const releases = 0.03;
const fails = 0.05;
const infeasible = 0.03;
/** What a worker is told that was too slow: it goes on to the next trial. */
const tooLate = new Set(['lease_superseded', 'trial_finished', 'result_conflict']);

/** Asks and tells as workers do, until the study is over. It may die, or be away for longer than its lease. */
export function startWorker(world: World, cloud: Cloud, name: string, settings: WorkerSettings): Process {
  const process = newProcess(world, name);
  void work(world, process, newCaller(world, cloud, process), settings).catch((error: unknown) => {
    if (!isOfDeletion(world, error)) throw error;
  });
  return process;
}

async function work(world: World, process: Process, caller: Caller, settings: WorkerSettings): Promise<void> {
  const { dice } = world;
  const { client, persist } = caller;
  const { study, countMax } = settings;
  let idle = 0;
  for (let asked = 0; !world.isOver; asked++) {
    const idempotencyKey = `${process.name}-${asked}`;
    const body = { worker: process.name, count: 1 + dice.below(countMax) };
    const { trials, retryAfterSeconds } = await persist(() => client.ask({ study, body, idempotencyKey }));
    for (const trial of trials) await train(world, process, caller, settings, trial);
    // Who gets nothing asks less and less often.
    idle = trials.length > 0 ? 0 : Math.min(idle + 1, idleMax);
    if (idle > 0) {
      const waitSeconds = Math.max(settings.idleSeconds, retryAfterSeconds ?? 0);
      await process.sleep(waitSeconds * 1000 * idle * dice.between(0.5, 1.5));
    }
  }
}

async function train(
  world: World,
  process: Process,
  { client, persist }: Caller,
  { study, leaseSeconds }: WorkerSettings,
  { number, attempt, params }: Trial,
): Promise<void> {
  const { dice, faults } = world;
  if (dice.chance(faults.workerDeath)) {
    process.die('in training');
    // Its code ends here: nothing wakes it up.
    return process.sleep(0);
  }
  if (dice.chance(faults.stall)) await process.sleep(leaseSeconds * 1000 * dice.between(0.5, 2.5));
  for (let leftMs = dice.between(1_000, trainMsMax); leftMs > 0; leftMs -= heartbeatMs) {
    await process.sleep(Math.min(leftMs, heartbeatMs));
    if (leftMs > heartbeatMs) await beat();
  }
  const idempotencyKey = `${process.name}-${number}-${attempt}`;
  if (dice.chance(releases)) return said(() => client.release({ study, number, body: { attempt }, idempotencyKey }));
  const result = dice.chance(fails)
    ? { state: 'failed' as const, message: 'the machine broke' }
    : dice.chance(infeasible)
      ? { state: 'infeasible' as const }
      : { values: { loss: resultOf(world, params, number, attempt) } };
  return said(() => client.tell({ study, number, body: { attempt, ...result }, idempotencyKey }));

  /** A sign of life that is not answered is not missed. */
  async function beat(): Promise<void> {
    await client.report({ study, number, body: { attempt } }).catch(ignore);
  }

  async function said(say: () => Promise<unknown>): Promise<void> {
    try {
      await persist(say);
    } catch (error) {
      const code = refusalIn(error);
      if (code === undefined || tooLate.has(code) || isOfDeletion(world, error)) return;
      world.verdict.violated('I7 result-once', `${process.name} was refused: ${(error as Error).message}`);
    }
  }
}

function isOfDeletion({ isDeleting }: World, error: unknown): boolean {
  const code = refusalIn(error);
  return isDeleting && (code === 'study_not_found' || code === 'trial_not_found');
}

function ignore(): void {
  // It is sent again soon.
}
