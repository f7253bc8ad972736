import { newProcess, type Process } from '../process.ts';
import type { Launch } from '../engines/batch.ts';
import type { Cloud } from '../service/cloud.ts';
import { tell, type World } from '../world.ts';
import { newCaller, refusalIn, type Caller } from './caller.ts';
import { resultOf } from './results.ts';

const bootMsMax = 10_000;
const trainMsMax = 150_000;
/** How long it holds its machine after it has told. */
const goingMsMax = 40_000;
/** How many trainings take as long as their study lets them. */
const takesLong = 0.4;
const heartbeatMs = 20_000;
const startTriesMax = 8;

/** How a training lets its result be known. Every way is meant to do. */
const ways = ['tell', 'object', 'line', 'objectThenTell', 'objectThenDies'] as const;
/** How a training fails. */
const failures = ['nothing', 'exitCode', 'outOfMemory', 'tellsFailed', 'garbage'] as const;

/** The program in the container of a job: it asks to be let in, trains, and leaves a result in one way or another. */
export function launchOf(world: World, cloud: Cloud): Launch {
  let launched = 0;
  return (order, jobId, exit) => {
    const process = newProcess(world, `${jobId}.${++launched}`);
    const { CAVIA_TOKEN, CAVIA_STUDY, CAVIA_TRIAL, CAVIA_ATTEMPT, CAVIA_PARAMS, CAVIA_RESULT_URI } = order.environment;
    const caller = newCaller(world, cloud, process, CAVIA_TOKEN);
    const task: Task = {
      jobId,
      study: CAVIA_STUDY,
      number: Number(CAVIA_TRIAL),
      attempt: Number(CAVIA_ATTEMPT),
      params: JSON.parse(CAVIA_PARAMS) as Record<string, unknown>,
      resultKey: CAVIA_RESULT_URI.replace('memory:///', ''),
      longSeconds: order.environment.LONG_SECONDS ?? '0',
    };
    const done: typeof exit = (...how) => {
      if (!process.isDead) exit(...how);
    };
    void run(world, process, caller, task, done);
    return { kill: () => process.die('because it is killed') };
  };
}

interface Task {
  jobId: string;
  study: string;
  number: number;
  attempt: number;
  params: Record<string, unknown>;
  resultKey: string;
  longSeconds: string;
}

async function run(
  world: World,
  process: Process,
  caller: Caller,
  task: Task,
  exit: Parameters<Launch>[2],
): Promise<void> {
  const { dice, faults, objects } = world;
  const { client } = caller;
  const { jobId, study, number, attempt, params, resultKey, longSeconds } = task;
  await process.sleep(dice.between(100, bootMsMax));
  const isLetIn = await start(world, process, caller, task);
  if (isLetIn !== 'yes') return exit(isLetIn === 'no' ? 0 : 1);
  tell(world, 'trains', { jobId, number, attempt });

  const longMs = Number(longSeconds) * 1000;
  const lastsMs = longMs > 0 && dice.chance(takesLong) ? longMs : dice.between(1_000, trainMsMax);
  for (let leftMs = lastsMs; leftMs > 0; leftMs -= heartbeatMs) {
    await process.sleep(Math.min(leftMs, heartbeatMs));
    if (leftMs > heartbeatMs) await client.report({ study, number, body: {} }).catch(() => undefined);
  }

  const values = { loss: resultOf(world, params, number, attempt) };
  const result = JSON.stringify({ values });
  const write = (body: string): void => objects.put(resultKey, body);
  const say = (body: object): Promise<unknown> =>
    caller
      .persist(() => client.tell({ study, number, body: { attempt, ...body }, idempotencyKey: `${jobId}-tell` }))
      .catch((error: unknown) => refuse(world, process, error));
  // What a training computes is one thing, whether it is started again or not.
  if (dice.chance(faults.jobFailure)) {
    switch (dice.pick(failures)) {
      case 'nothing':
        return exit(0);
      case 'exitCode':
        return exit(1, undefined, ['Traceback', 'ValueError: it diverged']);
      case 'outOfMemory':
        return exit(137, 'outOfMemory');
      case 'tellsFailed':
        await say({ state: 'failed', message: 'the disk is full' });
        await process.sleep(dice.between(0, goingMsMax));
        return exit(1);
      case 'garbage':
        write('no result');
        return exit(0);
    }
  }
  const way = dice.pick(ways);
  if (way !== 'tell' && way !== 'line') write(result);
  if (way === 'tell' || way === 'objectThenTell') await say({ values });
  await process.sleep(dice.between(0, goingMsMax));
  return exit(way === 'objectThenDies' ? 1 : 0, undefined, way === 'line' ? ['epoch 9', result] : []);
}

/** The fence: who is refused ends without training. */
async function start(
  { dice }: World,
  process: Process,
  { client }: Caller,
  { study, number, attempt, jobId }: Task,
): Promise<'yes' | 'no' | 'unknown'> {
  for (let tried = 0; tried < startTriesMax; tried++) {
    try {
      await client.startTrial({ study, number, body: { attempt, jobId } });
      return 'yes';
    } catch (error) {
      const code = refusalIn(error);
      if (code !== undefined && code !== 'unavailable') return 'no';
      await process.sleep(dice.between(500, 5_000));
    }
  }
  return 'unknown';
}

const tooLate = new Set(['lease_superseded', 'trial_finished', 'result_conflict', 'study_closed']);

/** What a job hears whose study is gone, and its token with it. */
const ofDeletion = new Set(['unauthenticated', 'study_not_found', 'trial_not_found']);

function refuse({ verdict, isDeleting }: World, process: Process, error: unknown): void {
  const code = refusalIn(error);
  if (code === undefined || tooLate.has(code) || (isDeleting && ofDeletion.has(code))) return;
  verdict.violated('I7 result-once', `${process.name} was refused: ${(error as Error).message}`);
}
