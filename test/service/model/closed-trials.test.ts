import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { meterTable, type MeteredTable } from '../../../bench/metered-table.ts';
import type { Client } from '../../../shared/api/client.ts';
import type { Trial } from '../../../shared/domain/trial.ts';
import { openService, serveTable, type Service } from '../in-memory-network.ts';
import { unlikeReplays } from '../replays.ts';
import { createTestStudy, study } from '../test-study.ts';

/** Trials that ended without a result, and can come back. */

let service: Service;
beforeEach(() => {
  service = openService((table) => meterTable(table));
});
afterEach(() => service.close());

const leaseSeconds = 60;

async function createStudy(): Promise<void> {
  const lease = { seconds: leaseSeconds, attempts: 1 };
  await createTestStudy(service.client, { sampler: { kind: 'gp' }, budget: { trials: 1000 }, lease });
}

async function ask(count = 1, client: Client = service.client): Promise<Trial[]> {
  return (await client.ask({ study, body: { count } })).trials;
}

const fail = ({ number, attempt }: Trial, client: Client = service.client) =>
  client.tell({ study, number, body: { attempt, state: 'failed' } });
const tell = ({ number, attempt }: Trial, loss: number, client: Client = service.client) =>
  client.tell({ study, number, body: { attempt, values: { loss } } });

async function tellAll(trials: readonly Trial[]): Promise<void> {
  for (const trial of trials) await tell(trial, 0.5);
}

/** The leases of trials run out, and whoever asks next for as many ends them. */
async function outlive(count: number): Promise<void> {
  service.clock.nowMs += leaseSeconds * 1000;
  await tellAll(await ask(count));
}

/** Results that were found elsewhere. */
async function attach(count: number): Promise<void> {
  for (let at = 0; at < count; at += 100) {
    const trials = Array.from({ length: Math.min(100, count - at) }, (_, i) => {
      const x = (at + i + 0.5) / count;
      return { params: { x }, values: { loss: (x - 0.3) ** 2 } };
    });
    await service.client.enqueue({ study, body: { trials } });
  }
}

/** What an ask of a process that has asked before reads, in units. */
async function readUnitsOfAsk(): Promise<number> {
  const table = service.table as MeteredTable;
  table.takeCharges();
  const [trial] = await ask();
  expect(trial.suggestion!.sampler).toBe('gp');
  const units = table.takeCharges().reduce((sum, { readUnits }) => sum + readUnits, 0);
  await tell(trial, 0.5);
  return units;
}

describe('an ask', () => {
  it('reads as much after a hundred failed and cancelled trials as after none', async () => {
    await createStudy();
    const trials = Array.from({ length: 100 }, (_, i) => ({ params: { x: (i + 0.1) / 1000 } }));
    await service.client.enqueue({ study, body: { trials } });
    const doomed: Trial[] = [];
    while (doomed.length < 100) doomed.push(...(await ask(10)));
    for (const trial of doomed.slice(0, 40)) await fail(trial);
    for (const { number } of doomed.slice(40, 70)) await service.client.cancel({ study, number, body: {} });
    // The leases of the others run out.
    await outlive(30);
    await attach(300);
    await tellAll(await ask());
    const { data } = await service.client.listTrials({ study, query: { state: 'failed', limit: 100 } });
    expect(data).toHaveLength(70);
    const units = await readUnitsOfAsk();

    await service.close();
    service = openService((table) => meterTable(table));
    await createStudy();
    await attach(300);
    await tellAll(await ask());
    expect(units).toBe(await readUnitsOfAsk());
  });
});

describe.each([
  ['by the process that asks', () => service.client],
  ['by another process', () => serveTable(service.table, () => service.clock.nowMs).client],
])('a closed trial that comes back %s', (_, opened) => {
  const knowledgeOfAsk = async () => {
    const [trial] = await ask();
    const { observations, knowledge } = trial.suggestion!;
    await tell(trial, 0.5);
    return { observations, failed: knowledge!.failed, pending: knowledge!.pending, left: knowledge!.left };
  };

  beforeEach(async () => {
    await createStudy();
    await attach(6);
  });

  it('is known again: waiting, running, and with its result', async () => {
    const client = opened();
    const [first, second, third] = await ask(3);
    await fail(first);
    await fail(second);
    await service.client.cancel({ study, number: third.number, body: {} });
    expect(await knowledgeOfAsk()).toEqual({ observations: 6, failed: '6-7', left: '8' });
    expect(await knowledgeOfAsk()).toEqual({ observations: 7, failed: '6-7', left: '8' });
    await client.retry({ study, number: first.number, body: {} });
    await client.retry({ study, number: third.number, body: {} });
    const [again, other] = await ask(2, client);
    expect([again, other]).toMatchObject([
      { number: 6, attempt: 2 },
      { number: 8, attempt: 2 },
    ]);
    expect(await knowledgeOfAsk()).toEqual({ observations: 8, failed: '7', pending: '6,8' });
    await tell(again, 0.1, client);
    expect(await knowledgeOfAsk()).toEqual({ observations: 10, failed: '7', pending: '8' });
    await fail(other, client);
    expect(await knowledgeOfAsk()).toEqual({ observations: 11, failed: '7-8' });
    expect(await unlikeReplays(service.client, study)).toEqual([]);
  });

  it('is known with a result that came after its lease had run out for good', async () => {
    const client = opened();
    const [late] = await ask();
    await outlive(1);
    expect(await service.client.getTrial({ study, number: late.number })).toMatchObject({ state: 'failed' });
    expect(await knowledgeOfAsk()).toEqual({ observations: 7, failed: '6' });
    expect(await tell(late, 0.25, client)).toMatchObject({ state: 'complete', values: { loss: 0.25 }, message: null });
    expect(await knowledgeOfAsk()).toEqual({ observations: 9 });
    expect(await unlikeReplays(service.client, study)).toEqual([]);
  });
});
