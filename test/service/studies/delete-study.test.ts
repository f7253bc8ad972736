import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { localTenant } from '../../../local/wire.ts';
import { refit } from '../../../shared/service/model/refit.ts';
import { openSqliteTable } from '../../../shared/store/sqlite-table.ts';
import { newBreaker, type Breaker } from '../breaker.ts';
import { serveTable, type Service } from '../in-memory-network.ts';
import { itemsOf } from '../items-in.ts';
import { createTestStudy, study } from '../test-study.ts';

const trialCount = 12;
/** More than a deletion of such a study takes. */
const operationCountMax = 200;

describe('a study that is deleted', () => {
  it('leaves nothing behind', async () => {
    const { service, folder } = open();
    const id = await filled(service);
    expect(itemsOf(folder, id).length).toBeGreaterThan(3 * trialCount);
    await service.client.deleteStudy({ study });
    expect(itemsOf(folder, id)).toEqual([]);
    await expect(service.client.deleteStudy({ study })).rejects.toThrow('There is no study "test".');
    await expect(service.client.deleteStudy({ study: id })).rejects.toThrow('There is no study');
  });

  it('leaves nothing behind of trials that more than one transaction holds', async () => {
    const { service, folder } = open();
    const { id } = await createTestStudy(service.client, { budget: { trials: 400 } });
    for (let i = 0; i < 5; i++) await service.client.ask({ study, body: { count: 32 } });
    await service.client.deleteStudy({ study });
    expect(itemsOf(folder, id)).toEqual([]);
  });

  it('leaves its neighbours as they are', async () => {
    const { service, folder } = open();
    const { id } = await createTestStudy(service.client, { name: 'neighbour' });
    await service.client.ask({ study: 'neighbour', body: { count: 3 } });
    const before = itemsOf(folder, id);
    await filled(service);
    await service.client.deleteStudy({ study });
    expect(itemsOf(folder, id)).toEqual(before);
  });

  it('is seen by nobody after its deletion has died anywhere, and goes when it is deleted again', async () => {
    const { folder: template, service: builder } = open();
    const id = await filled(builder);
    let diedCount = 0;
    for (let at = 1; at <= operationCountMax; at++) {
      const { service, folder, breakAt } = open(template);
      breakAt(at, at % 2 === 0 ? 'before' : 'after');
      const hasDied = await service.client.deleteStudy({ study }).then(
        () => false,
        () => true,
      );
      breakAt(Infinity);
      if (!hasDied) break;
      diedCount++;
      await expectUnseenOrWhole(service, id);
      await service.client.deleteStudy({ study: at % 4 < 2 ? id : study }).catch(requireGone);
      expect([at, itemsOf(folder, id)]).toEqual([at, []]);
      expect((await createTestStudy(service.client)).id).not.toBe(id);
    }
    expect(diedCount).toBeGreaterThan(10);
    expect(diedCount).toBeLessThan(operationCountMax);
  });

  it('keeps its name until all of it is gone, and whoever wants that is told to wait', async () => {
    const { service, breakAt } = open();
    await filled(service);
    breakAt(6, 'before');
    await expect(service.client.deleteStudy({ study })).rejects.toThrow('The store cannot answer');
    breakAt(Infinity);
    await expect(createTestStudy(service.client)).rejects.toMatchObject({
      problem: { code: 'unavailable', detail: 'Study test is being deleted.' },
    });
  });

  it('does not come back by a change of it that was on its way', async () => {
    const { service, folder, ports } = open();
    const { id } = await createTestStudy(service.client);
    const seen = (await ports.studies.find(localTenant, id))!;
    const deleted = await ports.studies.beginDelete(seen);
    expect(await ports.studies.update({ ...seen, state: 'paused', revision: seen.revision + 1 })).toBe(false);
    await ports.studies.purge(deleted);
    await ports.studies.endDelete(deleted);
    expect(await ports.studies.update({ ...seen, state: 'paused', revision: seen.revision + 1 })).toBe(false);
    expect(itemsOf(folder, id)).toEqual([]);
  });

  it('gives nothing to an ask that found it before', async () => {
    const { service, ports } = open();
    const { id } = await createTestStudy(service.client);
    const seen = (await ports.studies.find(localTenant, id))!;
    await ports.studies.beginDelete(seen);
    await expect(ports.trials.allocate(seen, 1)).rejects.toMatchObject({ code: 'study_not_found' });
  });

  it('does not take with it a study that has its name by then', async () => {
    const { service, ports } = open();
    const { id } = await createTestStudy(service.client);
    const deleted = await ports.studies.beginDelete((await ports.studies.find(localTenant, id))!);
    await ports.studies.freeName(deleted);
    const fresh = await createTestStudy(service.client);
    await service.client.deleteStudy({ study: id });
    expect((await service.client.getStudy({ study })).id).toBe(fresh.id);
  });

  it('is deleted once by many requests at once', async () => {
    const { service, folder } = open();
    const id = await filled(service);
    const answers = await Promise.allSettled(
      Array.from({ length: 8 }, () => service.client.deleteStudy({ study: id })),
    );
    for (const answer of answers) if (answer.status === 'rejected') requireGone(answer.reason);
    expect(answers[0].status).toBe('fulfilled');
    expect(itemsOf(folder, id)).toEqual([]);
  });
});

interface Opened extends Pick<Service, 'ports'>, Pick<Breaker, 'breakAt'> {
  service: Service;
  folder: string;
}

/** @param template a data folder that is copied. */
function open(template?: string): Opened {
  const folder = mkdtempSync(join(tmpdir(), 'cavia-delete-'));
  if (template !== undefined) cpSync(template, folder, { recursive: true });
  const table = openSqliteTable(folder);
  const { aroundTable, breakAt } = newBreaker();
  const service = serveTable(aroundTable(table));
  onTestFinished(async () => {
    await table.close();
    rmSync(folder, { recursive: true });
  });
  return { service, folder, ports: service.ports, breakAt };
}

/** A study with everything that one can have: reports, late results, two models, trials in every state. */
async function filled({ client, ports }: Service): Promise<string> {
  const { id } = await createTestStudy(client, { sampler: { kind: 'gp' }, budget: { trials: 40 }, seed: 1 });
  for (let number = 0; number < trialCount; number++) {
    await client.ask({ study, body: {} });
    await client.report({ study, number, body: { attempt: 1, step: 1, values: { loss: 1 } } });
    if (number === trialCount - 1) break;
    await client.tell({ study, number, body: { attempt: 1, values: { loss: number } } });
    if (number % 4 === 3) await refit(ports, { tenant: localTenant, id }, async () => undefined);
  }
  const record = (await ports.studies.find(localTenant, id))!;
  await ports.trials.keepSuperseded(record, 2, 1, { loss: 2 });
  await client.enqueue({ study, body: { trials: [{ params: { x: 0.125 } }] } });
  return id;
}

async function expectUnseenOrWhole({ client }: Service, id: string): Promise<void> {
  const { data } = await client.listStudies();
  const isThere = data.length > 0;
  const trials = await client.listTrials({ study }).catch(requireGone);
  expect(trials?.data.length).toBe(isThere ? trialCount + 1 : undefined);
  for (const name of [study, id]) {
    const found = await client.getStudy({ study: name }).catch(requireGone);
    expect(found?.id).toBe(isThere ? id : undefined);
  }
}

function requireGone(error: unknown): undefined {
  expect(error).toMatchObject({ problem: { code: 'study_not_found' } });
  return undefined;
}
