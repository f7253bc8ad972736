import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '../../../shared/api/client.ts';
import type { Study } from '../../../shared/api/messages.ts';
import { openFolderObjects } from '../../../shared/jobs/folder-objects.ts';
import { openProcessRunner } from '../../../shared/jobs/process-runner.ts';
import { openSqliteQueue } from '../../../shared/jobs/sqlite-queue.ts';
import type { Ports } from '../../../shared/service/ports/ports.ts';
import type { Queue } from '../../../shared/service/ports/queue.ts';
import type { Job, JobRunner } from '../../../shared/service/ports/job-runner.ts';
import type { TrainingPort } from '../../../shared/service/ports/training.ts';
import { handleMessage } from '../../../shared/service/training/handle-message.ts';
import { settleJob } from '../../../shared/service/training/settle-job.ts';
import { sweepStudy } from '../../../shared/service/training/sweep-study.ts';
import { openSqliteTable } from '../../../shared/store/sqlite-table.ts';
import type { Table } from '../../../shared/store/table.ts';
import { serveTable } from '../in-memory-network.ts';

/** What carries messages and events from the engines to the use cases, and may do it badly. */
export interface Carrier {
  /** How often to hand over a message that was received; one that is handed over is acknowledged. */
  message: (body: string) => number;
  /** How often to hand over the end of a job. */
  event: (job: Job) => number;
  /** Whether to sweep in this round. */
  sweeps: () => boolean;
}

export const faithful: Carrier = { message: () => 1, event: () => 1, sweeps: () => false };

/** The use cases of managed training on real engines, with a test in place of what calls them. */
export interface ManagedService {
  client: Client;
  ports: Ports;
  training: TrainingPort;
  folder: string;
  /** The studies that are swept at intervals. */
  watched: Set<string>;
  /** Ends of jobs that nobody has heard of yet. */
  ended: Job[];
  /** Moves the clock, which goes on by itself too. */
  skip: (ms: number) => void;
  /** Carries over what there is, once. What a use case throws is kept, and comes again as its message does. */
  round: (carrier?: Carrier) => Promise<void>;
  thrown: unknown[];
  /** Rounds until the study is as wanted. */
  until: (isSo: (study: Study) => boolean | Promise<boolean>, carrier?: Carrier) => Promise<Study>;
  /** What jobs have written to the file that `$NOTES` names, line by line. */
  notes: () => string[];
  close: () => Promise<void>;
}

export const study = 'managed';
export const patience = { claimMs: 60_000, resendMs: 60_000, graceMs: 60_000, missingMs: 600_000 };
const untilMs = 60_000;

interface Engines {
  table?: Table;
  queue?: (nowMs: () => number) => Queue;
  runner?: JobRunner;
  kind?: 'process' | 'batch';
  jobDefinition?: string;
  aroundTable?: (table: Table) => Table;
  /** Between the use cases and the runner. */
  around?: (runner: JobRunner) => JobRunner;
}

export function openManagedService(engines: Engines = {}): ManagedService {
  const folder = mkdtempSync(join(tmpdir(), 'cavia-managed-'));
  let aheadMs = 0;
  const nowMs = (): number => Date.now() + aheadMs;
  const table = engines.table ?? openSqliteTable(folder);
  const { client, ports } = serveTable(engines.aroundTable?.(table) ?? table, nowMs);
  const ended: Job[] = [];
  const watched = new Set<string>();
  const thrown: unknown[] = [];
  const runner =
    engines.runner ??
    openProcessRunner({
      folder: join(folder, 'jobs'),
      workingFolder: folder,
      environment: { PATH: process.env['PATH'], NOTES: join(folder, 'notes') },
      graceMs: 1_000,
      lookMs: 50,
      nowMs: Date.now,
      onEnded: (job) => ended.push(job),
    });
  const training: TrainingPort = {
    kind: engines.kind ?? 'process',
    ...(engines.jobDefinition !== undefined && { jobDefinition: engines.jobDefinition }),
    queue: engines.queue?.(nowMs) ?? openSqliteQueue({ folder, visibilitySeconds: 30, receiveCountMax: 5, nowMs }),
    runner: engines.around?.(runner) ?? runner,
    objects: openFolderObjects(join(folder, 'objects')),
    url: 'http://127.0.0.1:1',
    schedule: {
      start: async (name) => void watched.add(name.study),
      stop: async (name) => void watched.delete(name.study),
    },
    patience,
  };
  ports.training = training;

  const attempt = (work: Promise<void>): Promise<boolean> =>
    work.then(
      () => true,
      (error: unknown) => !thrown.push(error),
    );

  async function round(carrier: Carrier = faithful): Promise<void> {
    for (const message of await training.queue.receive(10, 0)) {
      const count = carrier.message(message.body);
      const handled = await Promise.all(
        Array.from({ length: count }, () => attempt(handleMessage(ports, message.body))),
      );
      if (handled.every(Boolean)) await training.queue.acknowledge(message.handle);
    }
    const events = ended.splice(0).flatMap((job) => Array.from({ length: carrier.event(job) }, () => job));
    await Promise.all(events.map((job) => attempt(settleJob(ports, job))));
    if (carrier.sweeps()) {
      const { tenant, id } = (await ports.studies.find('00000000000000000000000000', study))!;
      if (watched.has(id)) await attempt(sweepStudy(ports, { tenant, study: id }));
    }
  }

  return {
    client,
    ports,
    training,
    folder,
    watched,
    ended,
    thrown,
    skip: (ms) => (aheadMs += ms),
    round,
    until: async (isSo, carrier) => {
      const deadline = Date.now() + untilMs;
      for (;;) {
        const found = await client.getStudy({ study });
        if (await isSo(found)) return found;
        if (Date.now() > deadline) throw new Error(`it did not come to be: ${JSON.stringify(found)}`);
        await round(carrier);
        await sleep(5);
      }
    },
    notes: () => readNotes(join(folder, 'notes')),
    close: async () => {
      await runner.close();
      await training.queue.close();
      await training.objects.close();
      await table.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A study whose jobs run a script of `sh`, in which `$1` is x. */
export function createManagedStudy(
  { client, training }: Pick<ManagedService, 'client' | 'training'>,
  script: string,
  more: { trials?: number; parallel?: number; sampler?: 'random' | 'grid'; training?: object; lease?: object } = {},
): Promise<Study> {
  const { trials = 6, parallel = 2, sampler = 'random' } = more;
  return client.createStudy({
    body: {
      name: study,
      space:
        sampler === 'grid' ? { x: { type: 'int', low: 1, high: trials } } : { x: { type: 'float', low: 0, high: 1 } },
      objectives: [{ metric: 'loss', direction: 'minimize' }],
      sampler: { kind: sampler },
      budget: { trials, parallel },
      ...(more.lease && { lease: more.lease }),
      training: { runner: training.kind, command: ['sh', '-c', script, 'sh', '{x}'], ...more.training },
    },
  });
}

/** For a script: writes its result as the last line. */
export const echoResult = `echo '{"values": {"loss": '"$1"'}}'`;

function readNotes(path: string): string[] {
  try {
    return readFileSync(path, 'utf8').split('\n').filter(Boolean);
  } catch {
    return [];
  }
}
