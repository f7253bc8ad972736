import { join } from 'node:path';
import { openFolderObjects } from '../shared/jobs/folder-objects.ts';
import { openProcessRunner } from '../shared/jobs/process-runner.ts';
import { openSqliteQueue } from '../shared/jobs/sqlite-queue.ts';
import { openTimerSweeps } from '../shared/jobs/timer-sweeps.ts';
import { JobsUnavailable } from '../shared/service/ports/job-errors.ts';
import type { Objects } from '../shared/service/ports/objects.ts';
import type { Ports } from '../shared/service/ports/ports.ts';
import { receiveMax, waitSecondsMax, type Queue, type ReceivedMessage } from '../shared/service/ports/queue.ts';
import type { JobRunner } from '../shared/service/ports/job-runner.ts';
import type { StudyName, TrainingPort } from '../shared/service/ports/training.ts';
import { handleMessage } from '../shared/service/training/handle-message.ts';
import { settleJob } from '../shared/service/training/settle-job.ts';
import { sweepStudy } from '../shared/service/training/sweep-study.ts';
import { localTenant } from './wire.ts';

export interface LocalTraining {
  port: TrainingPort;
  /** Goes on with the studies that an earlier server left. */
  resume(): Promise<void>;
  /** Stops looking after them. Their processes go on, and the next server takes them over. */
  close(): Promise<void>;
}

export interface LocalTrainingSettings {
  /** The data folder. */
  data: string;
  ports: Ports;
  /** Where the server is, once it has started. */
  url: () => string;
  giveTrials: TrainingPort['giveTrials'];
  onFault: (error: unknown, id: string) => void;
}

/** All of it is in this process, so little time means that something was lost. */
const patience = { claimMs: 5_000, resendMs: 5_000, graceMs: 3_000, missingMs: 60_000 };
const sweepEveryMs = 5_000;
const queueSettings = { visibilitySeconds: 30, receiveCountMax: 5 };
const processSettings = { graceMs: 10_000, lookMs: 500 };
const pauseAfterFaultMs = 1_000;

interface Engines {
  queue: Queue;
  runner: JobRunner;
  objects: Objects;
}

/**
 * Managed training as processes of this machine. Nothing of it is there before the first managed study is, and nothing
 * looks at anything while none is open.
 */
export function openLocalTraining({ data, ports, url, giveTrials, onFault }: LocalTrainingSettings): LocalTraining {
  let engines: Engines | undefined;
  const opened = (): Engines =>
    (engines ??= openEngines(data, ports, (job) => void track(job.id, settleJob(ports, job))));
  const sweep = (name: StudyName): Promise<void> => track('sweep', sweepStudy(ports, name));
  const sweeps = openTimerSweeps({ everyMs: sweepEveryMs, sweep });
  const working = new Set<Promise<void>>();
  let receiving: Promise<void> | undefined;
  let isClosed = false;

  /** What fails is done again: by the message when it comes again, and by a sweep. */
  function track(id: string, work: Promise<void>): Promise<void> {
    const done = work.catch((error: unknown) => onFault(error, id)).finally(() => working.delete(done));
    working.add(done);
    return done;
  }

  async function handle(message: ReceivedMessage): Promise<void> {
    await handleMessage(ports, message.body);
    await opened().queue.acknowledge(message.handle);
  }

  const isAnyOpen = (): boolean => sweeps.count() > 0 && !isClosed;

  /** Receives as long as a study is open. Who waits for a message costs nothing. @returns when to begin again. */
  async function receive(): Promise<number> {
    try {
      while (isAnyOpen()) {
        const messages = await opened().queue.receive(receiveMax, waitSecondsMax);
        // What comes while this closes comes again.
        if (!isClosed)
          await Promise.all(messages.map((message) => track(`message ${message.handle}`, handle(message))));
      }
      return 0;
    } catch (error) {
      onFault(error, 'queue');
      return pauseAfterFaultMs;
    }
  }

  function receiveWhileOpen(): void {
    if (!isAnyOpen()) return;
    receiving ??= receive().then((pauseMs) => {
      receiving = undefined;
      // A study may have been opened in the very moment in which it stopped.
      return void setTimeout(receiveWhileOpen, pauseMs).unref();
    });
  }

  const port: TrainingPort = {
    kind: 'process',
    get queue() {
      return opened().queue;
    },
    get runner() {
      return opened().runner;
    },
    get objects() {
      return opened().objects;
    },
    get url() {
      return url();
    },
    schedule: {
      start: async (name) => {
        await sweeps.start(name);
        receiveWhileOpen();
      },
      stop: sweeps.stop,
    },
    giveTrials,
    patience,
  };

  return {
    port,
    resume: async () => {
      for await (const name of openStudies(ports)) {
        await port.schedule.start(name);
        void sweep(name);
      }
    },
    close: async () => {
      isClosed = true;
      sweeps.close();
      while (working.size > 0) await Promise.all(working);
      await engines?.runner.close();
      // It may have told an end meanwhile.
      while (working.size > 0) await Promise.all(working);
      await engines?.queue.close();
      await receiving;
      await engines?.objects.close();
    },
  };
}

function openEngines(
  data: string,
  { clock }: Ports,
  onEnded: Parameters<typeof openProcessRunner>[0]['onEnded'],
): Engines {
  const gpus = process.env['CUDA_VISIBLE_DEVICES'];
  let queue: Queue | undefined;
  try {
    queue = openSqliteQueue({ folder: data, nowMs: clock.nowMs, ...queueSettings });
    const runner = openProcessRunner({
      folder: join(data, 'jobs'),
      workingFolder: process.cwd(),
      environment: process.env,
      ...(gpus !== undefined && { gpuNames: gpus.split(',') }),
      ...processSettings,
      nowMs: clock.nowMs,
      onEnded,
    });
    return { queue, runner, objects: openFolderObjects(join(data, 'objects')) };
  } catch (error) {
    void queue?.close();
    // A disk that is full now may have room later.
    throw new JobsUnavailable((error as Error).message, { cause: error });
  }
}

/** Those that go on, and those that are still being deleted. */
async function* openStudies({ studies }: Ports): AsyncGenerator<StudyName> {
  const pageLength = 100;
  let after: string | undefined;
  do {
    const page = await studies.list(localTenant, after, pageLength);
    const open = page.studies.filter(({ state }) => state !== 'finished');
    for (const { tenant, id, spec } of [...open, ...page.deleted]) if (spec.training) yield { tenant, study: id };
    after = page.next;
  } while (after !== undefined);
}
