import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { localTenant } from '../../../local/wire.ts';
import { JobRefused, JobsUnavailable } from '../../../shared/service/ports/job-errors.ts';
import type { JobRunner } from '../../../shared/service/ports/job-runner.ts';
import { handleMessage } from '../../../shared/service/training/handle-message.ts';
import { settleJob } from '../../../shared/service/training/settle-job.ts';
import { sweepStudy } from '../../../shared/service/training/sweep-study.ts';
import type { Table } from '../../../shared/store/table.ts';
import { newBreaker } from '../breaker.ts';
import { itemsOf } from '../items-in.ts';
import {
  createManagedStudy,
  echoResult,
  faithful,
  openManagedService,
  study,
  type ManagedService,
} from './managed-service.ts';

/** For scripts of `sh`: leaves a checkpoint of several files where the trial's is to be. */
const leavesCheckpoint =
  'f="${CAVIA_CHECKPOINT_URI#file://}"; mkdir -p "$f/shards"; echo 1 >"$f/shards/a"; echo 2 >"$f/b"';
const leavesResult = `${echoResult} >"\${CAVIA_RESULT_URI#file://}"`;
const trained = `${leavesCheckpoint}; ${leavesResult}`;
/** Told to end, it saves its state first. */
const savesWhenTold = `trap 'sleep 0.3; ${leavesCheckpoint}; exit 0' TERM; echo ready; while :; do sleep 0.02; done`;

/** What goes on while a study is deleted, from the moment on that it names. */
type Work = (service: ManagedService, id: string, begin: () => void) => Promise<void>;

const refusing: Partial<JobRunner> = { submit: () => Promise.reject(new JobRefused('not here')) };

const works: [string, Work, Partial<JobRunner>?][] = [
  [
    'the end of a job',
    async (service, _, begin) => {
      await endedUnheard(service);
      begin();
      await settleJob(service.ports, service.ended[0]);
    },
  ],
  [
    'a sweep',
    async (service, id, begin) => {
      await endedUnheard(service);
      begin();
      await sweepStudy(service.ports, { tenant: localTenant, study: id });
    },
  ],
  ['the start of a job', startOfJob],
  ['the start of a job that is refused', startOfJob, refusing],
];

describe('a managed study that is deleted', () => {
  it('leaves nothing behind of what its jobs had left', async () => {
    const service = open();
    const { id } = await createManagedStudy(service, trained, { trials: 5, parallel: 2 });
    await service.until(({ state }) => state === 'finished');
    expect(leftOf(service, id)).toMatchObject({
      objects: expect.arrayContaining(['0/checkpoint/shards/a']) as string[],
    });
    expect(leftOf(service, id).jobs).toHaveLength(5);
    expect(service.watched).toEqual(new Set());
    await service.client.deleteStudy({ study });
    await sweepToEnd(service, id);
    expect(leftOf(service, id)).toEqual(nothing);
  });

  it('leaves other studies what is theirs', async () => {
    const service = open();
    const { id } = await createManagedStudy(service, trained, { trials: 2, parallel: 2 });
    await service.until(({ state }) => state === 'finished');
    const before = leftOf(service, id);
    const body = { ...(await service.client.getStudy({ study })), name: 'other' };
    const { space, objectives, budget, training } = body;
    const other = await service.client.createStudy({
      body: { name: 'other', space, objectives, budget: { ...budget, parallel: 2 }, training: training! },
    });
    await finish(service, 'other');
    await service.client.deleteStudy({ study: 'other' });
    await sweepToEnd(service, other.id);
    expect(leftOf(service, other.id)).toEqual(nothing);
    expect(leftOf(service, id)).toEqual(before);
  });

  it('takes what a job writes while it is being ended, whether that is heard of or not', async () => {
    const service = open();
    const { id } = await createManagedStudy(service, savesWhenTold, { trials: 2, parallel: 2 });
    await service.until(async () => (await running(service)) === 2);
    await service.client.deleteStudy({ study });
    await expect(service.client.getStudy({ study })).rejects.toThrow('There is no study');
    await sweepStudy(service.ports, { tenant: localTenant, study: id });
    await expect.poll(() => service.ended.length, { timeout: 10_000 }).toBe(2);
    expect(leftOf(service, id).objects.length).toBeGreaterThan(0);
    await settleJob(service.ports, service.ended[0]);
    await sweepToEnd(service, id);
    expect(leftOf(service, id)).toEqual(nothing);
    await settleJob(service.ports, service.ended[1]);
    expect(leftOf(service, id)).toEqual(nothing);
  });

  it('gives its name free while its jobs are still ending', async () => {
    const service = open();
    const { id } = await createManagedStudy(service, savesWhenTold, { trials: 1, parallel: 1 });
    await service.until(async () => (await running(service)) === 1);
    await service.client.deleteStudy({ study });
    const fresh = await createManagedStudy(service, 'true', { trials: 1, parallel: 1 });
    await service.client.deleteStudy({ study: id });
    expect((await service.client.getStudy({ study })).id).toBe(fresh.id);
    await expect.poll(() => service.ended.length, { timeout: 10_000 }).toBe(1);
    await sweepToEnd(service, id);
    expect(leftOf(service, id)).toEqual(nothing);
  });

  it('takes what a job leaves that nobody knew of', async () => {
    const lost: string[] = [];
    const service = open((runner) => ({
      ...runner,
      submit: async (order) => {
        const { id } = await runner.submit(order);
        if (lost.length > 0) return { id };
        lost.push(id);
        throw new JobsUnavailable('the reply was lost');
      },
    }));
    const { id } = await createManagedStudy(service, `sleep 0.5; ${trained}`, { trials: 1, parallel: 1 });
    while (lost.length === 0) await service.round();
    await service.client.deleteStudy({ study });
    service.skip(service.training.patience.missingMs);
    await sweepToEnd(service, id);
    expect(itemsOf(service.folder, id)).toEqual([]);
    await expect.poll(() => service.ended.length, { timeout: 10_000 }).toBe(1);
    expect(leftOf(service, id).objects.length).toBeGreaterThan(0);
    await settleJob(service.ports, service.ended[0]);
    expect(leftOf(service, id)).toEqual(nothing);
  });

  it('goes by its sweeps when its deletion, and each of them, has died anywhere', { timeout: 60_000 }, async () => {
    for (let at = 1, isOver = false; !isOver; at++) {
      const breaker = newBreaker();
      const breakAt = (): void => breaker.breakAt(at, at % 2 === 1 ? 'after' : 'before');
      const service = open(breaker.aroundRunner, breaker.aroundTable);
      const { removeFolder } = service.training.objects;
      service.training.objects.removeFolder = breaker.breaking(removeFolder);
      const { id } = await createManagedStudy(service, `[ $CAVIA_TRIAL = 0 ] || sleep 60; ${trained}`, {
        trials: 3,
        parallel: 2,
      });
      await service.until(async () => (await running(service)) === 2 && service.ended.length === 0);
      breakAt();
      const hasDied = await service.client.deleteStudy({ study }).then(
        () => false,
        () => true,
      );
      const isWhole = await service.client.getStudy({ study }).then(
        () => true,
        () => false,
      );
      if (isWhole) await service.client.deleteStudy({ study });
      const deaths = await sweepToEnd(service, id, () => breakAt());
      expect([at, leftOf(service, id)]).toEqual([at, nothing]);
      isOver = !hasDied && deaths === 0;
      expect(at).toBeLessThan(60);
    }
  });

  it.each(works)('does not trouble %s, whenever in it that happens', { timeout: 60_000 }, async (_, work, runner) => {
    for (let at = 1; ; at++) {
      expect(at).toBeLessThan(60);
      const breaker = newBreaker();
      const service = open((whole) => breaker.aroundRunner({ ...whole, ...runner }), breaker.aroundTable);
      const { id } = await createManagedStudy(service, trained, { trials: 2, parallel: 1 });
      const seen = { isDeleted: false };
      const deletion = async (): Promise<void> => {
        seen.isDeleted = true;
        await service.client.deleteStudy({ study });
      };
      await work(service, id, () => breaker.interruptAt(at, deletion));
      if (!seen.isDeleted) return;
      await sweepToEnd(service, id);
      expect([at, leftOf(service, id)]).toEqual([at, nothing]);
    }
  });
});

const nothing = { items: [], objects: [], jobs: [] };

/** What there is of a study, wherever that may be. */
function leftOf({ folder }: ManagedService, id: string): { items: string[]; objects: string[]; jobs: string[] } {
  const place = join(folder, 'objects', localTenant, id);
  return {
    items: itemsOf(folder, id),
    objects: existsSync(place) ? readdirSync(place, { recursive: true }).map(String) : [],
    jobs: readdirSync(join(folder, 'jobs', 'by-name')).filter((name) => name.includes(id)),
  };
}

async function endedUnheard(service: ManagedService): Promise<void> {
  await service.until(() => service.ended.length > 0, { ...faithful, event: () => 0 });
}

async function startOfJob({ ports, training }: ManagedService, _: string, begin: () => void): Promise<void> {
  const bodies: string[] = [];
  const isStart = (body: string): boolean => body.includes('"dispatch"');
  while (!bodies.some(isStart)) {
    for (const { body } of await training.queue.receive(10, 0)) {
      if (!isStart(body)) await handleMessage(ports, body);
      bodies.push(body);
    }
  }
  begin();
  await handleMessage(ports, bodies.find(isStart)!);
}

function open(around?: (runner: JobRunner) => JobRunner, aroundTable?: (table: Table) => Table): ManagedService {
  const service = openManagedService({ ...(around && { around }), ...(aroundTable && { aroundTable }) });
  onTestFinished(service.close);
  return service;
}

/** Sweeps until nothing sweeps the study any more. @returns how many sweeps have died. */
async function sweepToEnd(
  { ports, watched }: ManagedService,
  id: string,
  beforeEach: () => void = () => undefined,
): Promise<number> {
  let deathCount = 0;
  for (let tried = 0; watched.has(id); tried++) {
    expect(tried).toBeLessThan(200);
    // What dies every time at the same place would never end.
    if (tried < 3) beforeEach();
    await sweepStudy(ports, { tenant: localTenant, study: id }).catch(() => deathCount++);
    await sleep(20);
  }
  return deathCount;
}

async function running({ client }: ManagedService): Promise<number> {
  const { data } = await client.listTrials({ study });
  return data.filter(({ job }) => job?.phase === 'submitted').length;
}

async function finish(service: ManagedService, name: string): Promise<void> {
  while ((await service.client.getStudy({ study: name })).state !== 'finished') {
    await service.round();
    await sleep(5);
  }
}
