import { setImmediate as breathe } from 'node:timers/promises';
import { describe, expect, inject, it } from 'vitest';
import { isWindow, meterTable } from '../../../bench/metered-table.ts';
import { localCaller, wirePorts } from '../../../local/wire.ts';
import type { SearchSpace } from '../../../shared/domain/search-space.ts';
import { fittedCount } from '../../../shared/engine/fitted.ts';
import { createGenerator, unitAt } from '../../../shared/numerics/random.ts';
import { chooserFor, type Choice } from '../../../shared/service/trials/choose.ts';
import type { Ports } from '../../../shared/service/ports/ports.ts';
import type { StudyRecord } from '../../../shared/service/ports/studies.ts';
import type { HistoryMarks } from '../../../shared/service/ports/trials.ts';
import { refit } from '../../../shared/service/model/refit.ts';
import type { Table } from '../../../shared/store/table.ts';
import { newDynamoTable } from '../../contract/dynamo-tables.ts';
import { newBreaker } from '../breaker.ts';
import { openService, serveTable, type Service } from '../in-memory-network.ts';
import { shakenTable } from '../shaken-table.ts';
import { createTestStudy, study } from '../test-study.ts';

const endpoint = inject('dynamoDbEndpoint');
const leaseMs = 60_000;

const searched: Omit<Parameters<typeof createTestStudy>[1] & object, 'space'> & { space: SearchSpace } = {
  space: {
    x: { type: 'float', low: 0, high: 1, scale: 'linear' },
    kind: { type: 'categorical', choices: ['a', 'b'] },
    depth: { type: 'int', low: 1, high: 9, step: 1, scale: 'linear', when: { kind: 'b' } },
  },
  sampler: { kind: 'gp' },
  budget: { trials: 1000 },
};

async function inService<T>(act: (service: Service) => Promise<T>): Promise<T> {
  const service = openService();
  try {
    return await act(service);
  } finally {
    await service.close();
  }
}

/** A process that has just started, on the same store. */
function coldPorts({ table, clock }: Service, change: (ports: Ports) => Partial<Ports> = () => ({})): Ports {
  const ports = wirePorts(table, () => clock.nowMs);
  return { ...ports, ...change(ports) };
}

async function found(ports: Ports, name = study): Promise<StudyRecord> {
  return (await ports.studies.find(localCaller.tenant, name))!;
}

async function refitAll(ports: Ports, name = study): Promise<void> {
  while (await refit(ports, await found(ports, name), breathe));
}

async function modelVersion(ports: Ports, name = study): Promise<number> {
  return (await ports.studies.counter(await found(ports, name))).modelVersion;
}

/** Results that were found elsewhere, all different. */
async function attach({ client, clock }: Service, count: number, name = study, first = 0): Promise<void> {
  for (let at = first; at < first + count; at += 100) {
    const trials = Array.from({ length: Math.min(100, first + count - at) }, (_, i) => {
      const n = at + i;
      const x = unitAt(1, 0, n, 0, 0);
      const params = n % 3 === 0 ? { x, kind: 'b', depth: 1 + (n % 9) } : { x, kind: 'a' };
      return n % 11 === 5
        ? { params, state: 'infeasible' as const }
        : { params, values: { loss: (x - 0.3) ** 2 + (n % 3) } };
    });
    clock.nowMs += 1000;
    await client.enqueue({ study: name, body: { trials } });
  }
}

/** Of a study in which no trial was opened again. */
function marks(modelVersion: number): HistoryMarks {
  return { modelVersion, reopened: 0 };
}

async function suggested(ports: Ports, number: number, version?: number): Promise<Choice | undefined> {
  return (await chooserFor(ports, await found(ports), version === undefined ? version : marks(version)))(number, {});
}

describe('a suggestion', () => {
  it('is the same with a stored model, an old one or none, in a process that has started or one that was there', async () => {
    await inService(async (service) => {
      const { client, ports, clock } = service;
      await createTestStudy(client, { ...searched, lease: { seconds: 60, attempts: 1 } });
      await attach(service, 55);
      const fittedCounts = new Set<number>();
      let previous = 0;
      for (let i = 0; i < 45; i++) {
        const [trial] = (await client.ask({ study, body: {} })).trials;
        const { number, attempt, params } = trial;
        const told =
          i % 9 === 4 ? { state: 'failed' as const } : { values: { loss: ((params.x as number) - 0.3) ** 2 } };
        // Clocks differ: now and then a result is older than those that are known.
        clock.nowMs += i % 10 === 7 ? -3000 : 1000;
        await client.tell({ study, number, body: { attempt, ...told } });
        if (i % 5 === 0) await refitAll(ports);
        if (i % 4 !== 3) continue;
        const version = await modelVersion(ports);
        const stale = Math.max(1, version - 1);
        previous = stale < version ? stale : previous;
        const choices = [
          await suggested(ports, number + 1),
          await suggested(coldPorts(service), number + 1, version),
          await suggested(coldPorts(service), number + 1, stale),
          await suggested(coldPorts(service), number + 1, 0),
        ];
        expect(choices[0]!.suggestion.sampler).toBe('gp');
        for (const choice of choices) expect(choice).toEqual(choices[0]);
        fittedCounts.add(fittedCount(choices[0]!.suggestion.observations!));
      }
      expect(fittedCounts.size).toBeGreaterThan(4);
      expect(Math.max(...fittedCounts)).toBeGreaterThan(64);
      expect(previous).toBeGreaterThan(1);
    });
  });

  it('is the same after the space was widened, which makes the stored hyperparameters those of another one', async () => {
    await inService(async (service) => {
      const { client, ports } = service;
      await createTestStudy(client, searched);
      await attach(service, 20);
      await refitAll(ports);
      const x = { type: 'float' as const, low: -1, high: 2 };
      await client.updateStudy({ study, body: { space: { ...searched.space, x } } });
      const version = await modelVersion(ports);
      const cold = await suggested(coldPorts(service), 20, version);
      expect(cold).toEqual(await suggested(coldPorts(service), 20, 0));
      expect(cold).toEqual(await suggested(ports, 20));
      await refitAll(ports);
      expect(await modelVersion(ports)).toBe(version + 1);
      expect(await suggested(coldPorts(service), 20, version + 1)).toEqual(cold);
    });
  });
});

describe('a stored model of several objectives', () => {
  it('spares the reading of the trials, and the suggestions are the same without it', async () => {
    await inService(async (service) => {
      const { client, ports } = service;
      const objectives = [
        { metric: 'loss', direction: 'minimize' as const },
        { metric: 'accuracy', direction: 'maximize' as const },
      ];
      await createTestStudy(client, { ...searched, objectives });
      const trials = Array.from({ length: 30 }, (_, n) => {
        const x = unitAt(2, 0, n, 0, 0);
        const params = { x, kind: 'a' };
        if (n === 7) return { params, state: 'infeasible' as const };
        return { params, values: { loss: (x - 0.3) ** 2, accuracy: 1 - (x - 0.7) ** 2 } };
      });
      await client.enqueue({ study, body: { trials } });
      await refitAll(ports);
      const version = await modelVersion(ports);
      expect(await ports.models.head(await found(ports), version)).toMatchObject({ covers: 30, previous: 0 });
      const readFrom: number[] = [];
      const watched = coldPorts(service, ({ trials: store }) => ({
        trials: {
          ...store,
          page: async (record, from, limit) => (readFrom.push(from), store.page(record, from, limit)),
        },
      }));
      const warm = await suggested(ports, 30);
      expect(warm!.suggestion).toMatchObject({ sampler: 'gp', observations: 30 });
      expect(await suggested(watched, 30, version)).toEqual(warm);
      expect(readFrom).toEqual([30]);
      expect(await suggested(coldPorts(service), 30, 0)).toEqual(warm);
    });
  });
});

describe('a fit', () => {
  it('is made when there are enough new results, and when the study has ended covers all of them', async () => {
    await inService(async (service) => {
      const { client, ports } = service;
      await createTestStudy(client, { ...searched, budget: { trials: 2 } });
      const head = async () => ports.models.head(await found(ports), await modelVersion(ports));
      await attach(service, 64);
      await refitAll(ports);
      expect(await head()).toMatchObject({ covers: 64, previous: 0 });
      await attach(service, 7, study, 64);
      await refitAll(ports);
      expect(await head()).toMatchObject({ covers: 64 });
      await attach(service, 1, study, 71);
      await refitAll(ports);
      expect(await head()).toMatchObject({ covers: 72, previous: 1 });
      const { trials } = await client.ask({ study, body: { count: 2 } });
      for (const { number, attempt } of trials) {
        await client.tell({ study, number, body: { attempt, values: { loss: 1 } } });
      }
      expect((await client.getStudy({ study })).state).toBe('finished');
      await refitAll(ports);
      expect(await head()).toMatchObject({ covers: 74, previous: 2 });
      await refitAll(ports);
      expect(await modelVersion(ports)).toBe(3);
    });
  });

  it('is made at most five times in a burst of a hundred results, each of which asks for one', async () => {
    await inService(async (service) => {
      const { client } = service;
      await createTestStudy(client, { ...searched, budget: { trials: 100 } });
      const trials = [];
      while (trials.length < 100) trials.push(...(await client.ask({ study, body: { count: 20 } })).trials);
      const { ports } = service;
      const id = await found(ports);
      let isMore = false;
      await Promise.all(
        trials.map(async ({ number, attempt }) => {
          await client.tell({ study, number, body: { attempt, values: { loss: unitAt(2, 0, number, 0, 0) } } });
          isMore = (await refit(ports, id, breathe)) || isMore;
        }),
      );
      if (isMore) await refitAll(ports);
      const version = await modelVersion(ports);
      expect(version).toBeLessThanOrEqual(5);
      expect(await ports.models.head(await found(ports), version)).toMatchObject({ covers: 100 });
    });
  });

  it("that fails gives its lease back and is in nobody's way", async () => {
    await inService(async (service) => {
      const { client, ports } = service;
      await createTestStudy(client, searched);
      await attach(service, 10);
      const failing = coldPorts(service, ({ models }) => ({
        models: { ...models, store: () => Promise.reject(new Error('no room')) },
      }));
      await expect(refit(failing, await found(ports), breathe)).rejects.toThrow('no room');
      expect((await client.ask({ study, body: {} })).granted).toBe(1);
      await refitAll(ports);
      expect(await modelVersion(ports)).toBe(1);
    });
  });

  it('is left to whoever has the lease, until that runs out', async () => {
    await inService(async (service) => {
      const { client, ports, clock } = service;
      await createTestStudy(client, searched);
      await attach(service, 10);
      const record = await found(ports);
      await ports.models.markDirty(record);
      await ports.models.takeLease(record, 'dead', clock.nowMs, clock.nowMs + leaseMs);
      await refitAll(ports);
      expect(await modelVersion(ports)).toBe(0);
      clock.nowMs += leaseMs;
      await refitAll(ports);
      expect(await modelVersion(ports)).toBe(1);
    });
  });

  it('does not mind that its study is deleted, whenever in it that happens', async () => {
    for (let at = 1, isDeleted = true; isDeleted; at++) {
      expect(at).toBeLessThan(60);
      isDeleted = false;
      const breaker = newBreaker();
      const service = openService(breaker.aroundTable);
      const { client, ports } = service;
      await createTestStudy(client, searched);
      await attach(service, 10);
      const record = await found(ports);
      breaker.interruptAt(at, async () => {
        isDeleted = true;
        await client.deleteStudy({ study });
      });
      expect([at, await refit(ports, record, breathe)]).toEqual([at, false]);
      await service.close();
    }
  });

  it('is not made for a study without a model', async () => {
    await inService(async (service) => {
      await createTestStudy(service.client, { sampler: { kind: 'random' }, space: searched.space });
      await attach(service, 10);
      await refitAll(service.ports);
      expect(await modelVersion(service.ports)).toBe(0);
    });
  });
});

describe('what is stored', () => {
  it('goes with its study, and but for the last two before that', async () => {
    await inService(async (service) => {
      const { client, ports, table } = service;
      await createTestStudy(client, searched);
      for (let count = 0; count < 40; count += 10) {
        await attach(service, 10, study, count);
        await refitAll(ports);
      }
      const { id, tenant } = await found(ports);
      const stored = async (): Promise<number[]> => {
        const versions = [1, 2, 3, 4];
        const pages = await Promise.all(
          versions.map((v) => table.query({ table: 'aux', by: 'pk', partition: `T#${tenant}#S#${id}#M#${v}` })),
        );
        return versions.filter((_, i) => pages[i].items.length > 0);
      };
      expect(await stored()).toEqual([3, 4]);
      await client.deleteStudy({ study });
      expect(await stored()).toEqual([]);
      const left = await table.query({ table: 'core', by: 'pk', partition: `T#${tenant}#S#${id}` });
      expect(left.items).toEqual([]);
    });
  });

  it('spares a process that starts the reading of every trial, and costs one that was there nothing', async () => {
    const inner = openService((table) => meterTable(table));
    try {
      const table = inner.table as ReturnType<typeof meterTable>;
      const { ports, client } = inner;
      await createTestStudy(client, { ...searched, budget: { trials: 5000 } });
      await attach(inner, 2000);
      await refitAll(ports);
      const record = await found(ports);
      const costOf = async (asked: Ports, version: number) => {
        table.takeCharges();
        (await chooserFor(asked, record, marks(version)))(2000, {});
        const charges = table.takeCharges();
        return {
          windowUnits: charges.filter(isWindow).reduce((sum, { readUnits }) => sum + readUnits, 0),
          modelUnits: charges.filter(({ item }) => item === 'model').reduce((sum, { readUnits }) => sum + readUnits, 0),
          others: charges.filter((one) => !isWindow(one) && one.item !== 'model').map(({ item }) => item),
        };
      };
      const without = await costOf(coldPorts(inner), 0);
      const version = await modelVersion(ports);
      const cold = await costOf(coldPorts(inner), version);
      const warm = await costOf(ports, version);
      expect(without).toMatchObject({ modelUnits: 0, others: [] });
      expect(without.windowUnits).toBeGreaterThan(100);
      expect(cold).toMatchObject({ windowUnits: 1, others: [] });
      expect(cold.modelUnits).toBeLessThan(without.windowUnits / 5);
      expect(warm).toEqual({ windowUnits: 1, modelUnits: 0, others: [] });
      // A look whether a fit is due costs as little.
      table.takeCharges();
      await refitAll(ports);
      expect(table.takeCharges().reduce((sum, { readUnits }) => sum + readUnits, 0)).toBeLessThanOrEqual(5);
    } finally {
      await inner.close();
    }
  });
});

describe('fits under lost requests, lost replies and processes that die', () => {
  it.each([1, 2, 3, 4, 5, 6])('keep I11 and I12 on SQLite (seed %i)', async (seed) => {
    expect(await brokenBy(seed, (around) => openService(around))).toEqual([]);
  });

  it.skipIf(endpoint === null)('keep I11 and I12 on DynamoDB', async () => {
    const table = await newDynamoTable(endpoint!, 'refit');
    expect(await brokenBy(1, (around) => serveTable(around(table)))).toEqual([]);
  });
});

/** Several processes fit while results come in. @returns what was broken. */
async function brokenBy(seed: number, open: (around: (table: Table) => Table) => Service): Promise<string[]> {
  const shaking = { lostRequests: 0, lostReplies: 0 };
  const service = open((table) => shakenTable(table, seed, shaking));
  const wrong: string[] = [];
  const published = new Map<number, string>();
  const random = createGenerator(seed, 3);
  let seenVersion = 0;
  const lookAt = async (ports: Ports): Promise<void> => {
    const version = await modelVersion(ports);
    if (version < seenVersion) wrong.push(`I12 model-monotone: version ${version} after ${seenVersion}`);
    seenVersion = Math.max(seenVersion, version);
    const snapshot = version > 0 && (await ports.models.read(await found(ports), version));
    // Gone is allowed: another fit may have made it the one before last.
    if (!snapshot) return;
    const text = JSON.stringify(snapshot);
    if ((published.get(version) ?? text) !== text) wrong.push(`I12 model-monotone: version ${version} changed`);
    published.set(version, text);
  };
  try {
    await createTestStudy(service.client, { ...searched, budget: { trials: 60 } });
    Object.assign(shaking, { lostRequests: 0.02, lostReplies: 0.02 });
    const processes = Array.from({ length: 4 }, () => coldPorts(service));
    await Promise.all(
      processes.map(async (ports) => {
        for (let i = 0; i < 15; i++) {
          await orUnavailable(async () => {
            const { trials } = await service.client.ask({ study, body: {} });
            for (const { number, attempt } of trials) {
              await service.client.tell({ study, number, body: { attempt, values: { loss: random.nextUnit() } } });
            }
          });
          await orUnavailable(async () => refit(ports, await found(ports), breathe));
          await orUnavailable(() => lookAt(ports));
          service.clock.nowMs += random.nextUnit() < 0.1 ? leaseMs : 100;
        }
      }),
    );
    // Faults stop; the study comes to its end, and so do the leases of those that died.
    Object.assign(shaking, { lostRequests: 0, lostReplies: 0 });
    const { client, ports, clock } = service;
    for (let round = 0; round < 200; round++) {
      const { trials, reason } = await client.ask({ study, body: { count: 8 } });
      for (const { number, attempt } of trials) {
        await client.tell({ study, number, body: { attempt, values: { loss: number } } });
      }
      if (reason === 'finished') break;
      if (trials.length === 0) clock.nowMs += 900_000;
    }
    clock.nowMs += leaseMs;
    await refitAll(ports);
    await lookAt(ports);
    const { data } = await client.listTrials({ study, query: { state: 'complete', limit: 1000 } });
    const head = await ports.models.head(await found(ports), await modelVersion(ports));
    if (head?.covers !== data.length || data.length !== 60) {
      wrong.push(`I11 fit-covers-all: the model covers ${head?.covers} of ${data.length} trials`);
    }
    if (published.size < 2) wrong.push(`only ${published.size} models were seen`);
    return wrong;
  } finally {
    await service.close();
  }
}

/** Leaves undone what the engine could not answer. */
async function orUnavailable(act: () => Promise<unknown>): Promise<void> {
  try {
    await act();
  } catch (error) {
    const { name, problem } = error as { name: string; problem?: { code: string } };
    if (name !== 'TableUnavailable' && problem?.code !== 'unavailable') throw error;
  }
}
