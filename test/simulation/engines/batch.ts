import type { JobEnd, JobEndKind } from '../../../shared/domain/job-end.ts';
import type { Job, JobOrder } from '../../../shared/service/ports/job-runner.ts';
import type { Dice } from '../dice.ts';
import type { Faults } from '../faults.ts';
import type { Scheduler } from '../scheduler.ts';

/** Runs jobs as AWS Batch does: late, on machines that go away, and sometimes more than once. */
export interface Batch {
  submit(order: JobOrder): string;
  findByName(name: string): Job[];
  describe(ids: readonly string[]): Map<string, Job>;
  terminate(id: string): void;
  lines(id: string): readonly string[];
  /** Jobs that have not ended. */
  living(): Job[];
  /** Tells of every job that has ended. */
  onEnded(listen: (job: Job) => void): void;
  /** What its jobs do, from here on. */
  runs(launch: Launch): void;
}

/** What runs in a job: it says how it ends, unless it is killed first. */
export type Launch = (
  order: JobOrder,
  id: string,
  exit: (code: number, kind?: JobEndKind, lines?: readonly string[]) => void,
) => { kill: () => void };

interface Settings {
  scheduler: Scheduler;
  dice: Dice;
  faults: Faults;
}

interface Entry {
  job: Job;
  order: JobOrder;
  listedMs: number;
  container: { kill: () => void } | undefined;
  startCount: number;
  isTerminating: boolean;
  lines: readonly string[];
}

const queueMsMax = 40_000;
/** How long a job waits when there is no machine for it. */
const shortageMsMax = 240_000;
const retryCountMax = 2;
const untilFaultMsMax = 60_000;
const killMsMax = 30_000;

export function newBatch({ scheduler, dice, faults }: Settings): Batch {
  const listeners: ((job: Job) => void)[] = [];
  let launch: Launch = () => ({ kill: () => undefined });
  const entries = new Map<string, Entry>();
  const nowMs = (): number => Math.floor(scheduler.nowMs);
  const isListed = ({ listedMs }: Entry): boolean => listedMs <= scheduler.nowMs;

  function end(entry: Entry, kind: JobEndKind, exitCode?: number): void {
    if (entry.job.state === 'ended') return;
    const { id, name, createdMs, startedMs } = entry.job;
    const how: JobEnd = { kind, exitCode, message: kind === 'succeeded' ? '' : `It ended with ${kind}.` };
    entry.job = { id, name, createdMs, startedMs, state: 'ended', end: how, endedMs: nowMs() };
    for (const listen of listeners) listen(entry.job);
  }

  function start(entry: Entry): void {
    if (entry.job.state === 'ended' || entry.isTerminating) return;
    if (dice.chance(faults.imagePull)) return end(entry, 'imagePull');
    const count = ++entry.startCount;
    entry.job = { ...(entry.job as Job & { state: 'queued' }), state: 'running', startedMs: nowMs() };
    const container = launch(entry.order, entry.job.id, (code, kind, lines = []) => {
      if (entry.startCount !== count || entry.job.state !== 'running') return;
      entry.lines = lines;
      end(entry, kind ?? (code === 0 ? 'succeeded' : 'exitCode'), code);
    });
    entry.container = container;
    const later = (run: () => void): void =>
      scheduler.after(dice.between(0, untilFaultMsMax), () => {
        if (entry.startCount === count && entry.job.state === 'running') run();
      });
    if (dice.chance(faults.reclaim)) later(() => reclaim(entry));
    if (dice.chance(faults.hostFailure)) later(() => failHost(entry));
  }

  /** The machine is taken away. Batch starts the job again by itself, a few times. */
  function reclaim(entry: Entry): void {
    entry.container!.kill();
    if (entry.startCount > retryCountMax || entry.isTerminating) return end(entry, 'spotReclaim');
    entry.job = { ...(entry.job as Job & { state: 'running' }), state: 'queued' };
    scheduler.after(dice.between(0, queueMsMax), () => start(entry));
  }

  /** Batch has lost sight of the machine; what runs there may go on for a while. */
  function failHost(entry: Entry): void {
    const { kill } = entry.container!;
    if (dice.chance(0.5)) kill();
    else scheduler.after(dice.between(0, killMsMax), kill);
    end(entry, 'hostFailure');
  }

  return {
    submit: (order) => {
      const id = `job-${entries.size + 1}`;
      const job: Job = { id, name: order.name, createdMs: nowMs(), startedMs: undefined, state: 'queued' };
      const listedMs = scheduler.nowMs + dice.between(0, faults.listingLagMs);
      const entry = { job, order, listedMs, container: undefined, startCount: 0, isTerminating: false, lines: [] };
      entries.set(id, entry);
      const waitMs = dice.between(500, dice.chance(faults.shortage) ? shortageMsMax : queueMsMax);
      scheduler.after(waitMs, () => start(entry));
      return id;
    },
    findByName: (name) => [...entries.values()].filter((one) => one.job.name === name && isListed(one)).map(jobIn),
    describe: (ids) => {
      const found = ids.flatMap((id) => entries.get(id) ?? []).filter(isListed);
      return new Map(found.map(({ job }) => [job.id, job]));
    },
    terminate: (id) => {
      const entry = entries.get(id);
      if (!entry || entry.job.state === 'ended' || entry.isTerminating) return;
      entry.isTerminating = true;
      scheduler.after(dice.between(0, entry.job.state === 'running' ? killMsMax : 2_000), () => {
        entry.container?.kill();
        end(entry, 'terminated');
      });
    },
    lines: (id) => entries.get(id)?.lines ?? [],
    living: () => [...entries.values()].map(jobIn).filter(({ state }) => state !== 'ended'),
    onEnded: (listen) => void listeners.push(listen),
    runs: (program) => (launch = program),
  };
}

function jobIn({ job }: Entry): Job {
  return job;
}
