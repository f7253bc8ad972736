import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { JobsUnavailable } from '../service/ports/job-errors.ts';
import type { Job, JobOrder, JobRunner } from '../service/ports/job-runner.ts';
import { lastLineOf, logOf } from './log-tail.ts';
import { runnableCommand, visibleGpus } from './process-command.ts';
import { processEnd, type ProcessStop } from './process-end.ts';
import { nameOfJob, openProcessFolder, type KeptOrder } from './process-folder.ts';
import { isAlive, pidOf } from './process-identity.ts';
import { startProcess } from './process-start.ts';

export interface ProcessRunnerSettings {
  /** Where jobs and their logs are kept. One runner at a time may have it. */
  folder: string;
  /** Where the programs run. */
  workingFolder: string;
  /** What programs see of the environment besides what is ordered: `PATH` above all. */
  environment: Readonly<Record<string, string | undefined>>;
  /** What CUDA calls the GPUs of this machine; without it they are 0, 1, 2 …, however many. */
  gpuNames?: readonly string[];
  /** Between asking a program to end and killing it. */
  graceMs: number;
  /** How often to look whether the processes have ended that an earlier runner started. Nothing looks without any. */
  lookMs: number;
  nowMs: () => number;
  /**
   * Called for each job that ends while this runner is open, or has ended since the last one was. Once, unless a runner
   * dies at that moment: then it is called again, or not at all.
   */
  onEnded: (job: Job) => void;
  /** How many processes the kernel has killed for want of memory. */
  oomKills?: () => number;
}

/** Timers hold 31 bits. */
const timerMsMax = 2 ** 31 - 1;

/**
 * The port on processes of this machine. They are not children in spirit: they live on when the runner closes or dies,
 * and the next one on the same folder takes them over.
 */
export function openProcessRunner(settings: ProcessRunnerSettings): JobRunner {
  const { folder, workingFolder, environment, graceMs, lookMs, nowMs, onEnded, oomKills = kernelOomKills } = settings;
  const jobs = openProcessFolder(folder);
  const running = new Map<string, Running>();
  let nextLook: NodeJS.Timeout | undefined;
  let isClosed = false;

  function jobOf(id: string): Job | undefined {
    const order = jobs.order(id);
    if (order === undefined) return undefined;
    const ended = jobs.end(id);
    const startedMs = jobs.identity(id)?.startedMs;
    const facts = { id, name: nameOfJob(id)!, createdMs: order.createdMs, startedMs };
    if (ended) return { ...facts, state: 'ended', ...ended };
    return { ...facts, state: startedMs === undefined ? 'queued' : 'running' };
  }

  /** Writes down how a job ended that has; a while later when the disk is full. */
  function settle(id: string, entry: Running): void {
    clearTimeout(entry.timer);
    const sawOomKill = oomKills() > (jobs.order(id)?.oomKills ?? Infinity);
    const exit = jobs.exit(id);
    const end = processEnd({ exitCode: exit?.code, stop: jobs.stop(id) ?? entry.stop, sawOomKill });
    try {
      jobs.putEnd(id, jobs.end(id) ?? { end, endedMs: exit?.atMs ?? nowMs() });
    } catch {
      entry.isWatched = false;
      return lookLater();
    }
    running.delete(id);
    // Whoever opens the runner has it by then.
    setImmediate(onEnded, jobOf(id)!);
  }

  /** Nobody is told when another runner's child ends, so these are looked at, as long as there are any. */
  function look(): void {
    for (const [id, entry] of running) if (!entry.isWatched && entry.groupOf() === undefined) settle(id, entry);
    lookLater();
  }

  function lookLater(): void {
    clearTimeout(nextLook);
    const isAnyUnwatched = [...running.values()].some(({ isWatched }) => !isWatched);
    if (isAnyUnwatched && !isClosed) nextLook = setTimeout(look, lookMs).unref();
  }

  /** Tells all of the group to end, and kills what is left of it after the grace period. */
  function stop(id: string, why: ProcessStop): void {
    const entry = running.get(id);
    if (entry === undefined || entry.stop !== undefined) return;
    entry.stop = why;
    try {
      jobs.putStop(id, why);
    } catch {
      // On a full disk it is known as long as this runner is open.
    }
    signal(entry, 'SIGTERM');
    wait(entry, graceMs, () => signal(entry, 'SIGKILL'));
  }

  function startTimeout(id: string, entry: Running, restMs: number): void {
    if (restMs > timerMsMax) wait(entry, timerMsMax, () => startTimeout(id, entry, restMs - timerMsMax));
    else wait(entry, Math.max(0, restMs), () => stop(id, { kind: 'timeout', message: timeoutMessage(id) }));
  }

  function timeoutMessage(id: string): string {
    return `It was ended because it took longer than ${jobs.order(id)!.timeoutMs / 1000} s.`;
  }

  async function submit(order: JobOrder): Promise<{ id: string }> {
    assert(!isClosed, 'a closed runner starts nothing');
    const command = runnableCommand(order, workingFolder, { ...environment, ...order.environment }['PATH'] ?? '');
    const gpus = visibleGpus(order, settings.gpuNames);
    const timeoutMs = order.timeoutSeconds * 1000;
    const id = place(order.name, { createdMs: nowMs(), timeoutMs, oomKills: oomKills() });
    const child = await startProcess(jobs.pathOf(id), command, {
      cwd: workingFolder,
      env: { ...environment, ...gpus, ...order.environment, CAVIA_JOB_ID: id },
    }).catch((error: unknown) => {
      jobs.remove(id);
      throw error;
    });
    const entry: Running = { groupOf: () => groupLedBy(child), isWatched: true, stop: undefined, timer: undefined };
    running.set(id, entry);
    startTimeout(id, entry, timeoutMs);
    child.once('exit', () => {
      if (isClosed) return;
      // Whoever killed the shell may have left the rest of its group.
      if (jobs.exit(id) === undefined) signalGroup(child.pid!, 'SIGKILL');
      settle(id, entry);
    });
    return { id };
  }

  function place(name: string, order: KeptOrder): string {
    try {
      return jobs.add(name, order);
    } catch (error) {
      return unwritable(error);
    }
  }

  function unwritable(error: unknown): never {
    throw new JobsUnavailable(`${folder} cannot be written: ${(error as Error).message}`, { cause: error });
  }

  /** Takes over what the runner before left: processes that are still there, and ends that nobody wrote down. */
  function adopt(id: string): void {
    const order = jobs.order(id);
    if (order === undefined) return jobs.remove(id);
    if (jobs.identity(id) === undefined)
      jobs.putStop(id, { kind: 'hostFailure', message: 'The server ended while it was about to start it.' });
    // A shell that has only just come up sees the stop, or is seen here.
    const said = jobs.identity(id)?.said;
    const groupOf = (): number | undefined => (said !== undefined && isAlive(said) ? pidOf(said) : undefined);
    const entry: Running = { groupOf, isWatched: false, stop: undefined, timer: undefined };
    running.set(id, entry);
    const earlier = jobs.stop(id);
    if (earlier) stop(id, earlier);
    else startTimeout(id, entry, order.createdMs + order.timeoutMs - nowMs());
  }

  for (const id of jobs.openIds()) adopt(id);
  look();

  return {
    submit,
    findByName: async (name) => jobs.idsOf(name).flatMap((id) => jobOf(id) ?? []),
    describe: async (ids) => new Map(ids.flatMap((id) => jobOf(id) ?? []).map((job) => [job.id, job])),
    terminate: async (id, reason) => stop(id, { kind: 'terminated', message: reason }),
    log: async (id, bytesMax) => (jobs.order(id) === undefined ? undefined : logOf(jobs.pathOf(id), bytesMax)),
    lastLine: async (id) => (jobs.order(id) === undefined ? undefined : lastLineOf(join(jobs.pathOf(id), 'stdout'))),
    forget: (namePrefix) => jobs.forget(namePrefix).catch(unwritable),
    close: async () => {
      isClosed = true;
      clearTimeout(nextLook);
      for (const { timer } of running.values()) clearTimeout(timer);
    },
  };
}

interface Running {
  /** The process group, as long as the job's shell leads it; its number may be another's afterwards. */
  groupOf: () => number | undefined;
  /** Whether this runner is told when it ends, because it is its child. */
  isWatched: boolean;
  /** Why it was told to end, once it was. */
  stop: ProcessStop | undefined;
  /** Its timeout, or once it was told to end its grace period. */
  timer: NodeJS.Timeout | undefined;
}

function wait(entry: Running, ms: number, then: () => void): void {
  clearTimeout(entry.timer);
  entry.timer = setTimeout(then, ms).unref();
}

function signal(entry: Running, name: NodeJS.Signals): void {
  const group = entry.groupOf();
  if (group !== undefined) signalGroup(group, name);
}

function signalGroup(group: number, name: NodeJS.Signals): void {
  try {
    process.kill(-group, name);
  } catch {
    // It has ended.
  }
}

/** A child that has not been asked how it ended keeps its pid. */
function groupLedBy({ pid, exitCode, signalCode }: ChildProcess): number | undefined {
  return exitCode === null && signalCode === null ? pid : undefined;
}

/** Linux counts them since the start of the machine. */
function kernelOomKills(): number {
  try {
    return Number(/^oom_kill (\d+)$/m.exec(readFileSync('/proc/vmstat', 'utf8'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}
