import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Client } from '../../../shared/api/client.ts';
import type { Params } from '../../../shared/domain/parameter.ts';
import { openService, serveTable, type Service } from '../in-memory-network.ts';
import { unlikeReplays } from '../replays.ts';
import { createTestStudy, study } from '../test-study.ts';

/** How far the clock goes on whenever somebody looks at it; the model looks dozens of times before it is done. */
const slow = 250;
const space = { x: { type: 'float', low: 0, high: 1 }, y: { type: 'float', low: 0, high: 1 } } as const;
const results = Array.from({ length: 12 }, (_, i) => {
  const x = (0.6 * i) % 1;
  return { params: { x, y: (i + 0.5) / 12 }, loss: (x - 0.3) ** 2 };
});

let service: Service;
let client: Client;
let nowMs: number;
let stepMs: number;
/** What happens before an ask writes what it gives out, once. */
let meanwhile: ((params: Params) => Promise<unknown>) | undefined;
beforeEach(async () => {
  meanwhile = undefined;
  service = openService((table) => ({
    ...table,
    transact: async (writes) => {
      const act = meanwhile;
      const put = writes.find(({ kind, key }) => kind === 'put' && key.sk.startsWith('R#'));
      if (!act || put?.kind !== 'put') return table.transact(writes);
      meanwhile = undefined;
      const [x, y] = put.attributes.params as string[];
      await act({ x: Number(x), y: Number(y) });
      return table.transact(writes);
    },
  }));
  [nowMs, stepMs] = [service.clock.nowMs, 0];
  ({ client } = serveTable(service.table, () => (nowMs += stepMs)));
  await createTestStudy(client, { space, sampler: { kind: 'gp' }, budget: { trials: 100 } });
  await client.enqueue({ study, body: { trials: results.map(({ params, loss }) => ({ params, values: { loss } })) } });
});
afterEach(() => service.close());

/** What comes of it on a slow machine, and how long it takes there. */
async function slowly<T>(act: () => Promise<T>): Promise<[T, number]> {
  stepMs = slow;
  const startMs = nowMs;
  const result = await act();
  stepMs = 0;
  return [result, nowMs - startMs];
}

describe('the time of a suggestion', () => {
  it('ends after two seconds: the trial says so, and cannot be replayed', async () => {
    const [{ trials }, tookMs] = await slowly(() => client.ask({ study, body: {} }));
    const { number, suggestion } = trials[0];
    expect(suggestion).toMatchObject({ sampler: 'gp', fallback: 'deadline', observations: 12 });
    expect(tookMs).toBeGreaterThan(2_000);
    expect(tookMs).toBeLessThan(6_000);
    expect((await client.getTrial({ study, number })).suggestion).toEqual(suggestion);
    expect(await client.replay({ study, number, body: {} })).toMatchObject({
      equal: null,
      recomputed: null,
      reason: 'The time was up before the model had looked everywhere.',
    });
  });

  it('leaves nothing behind that a later suggestion would be different for', async () => {
    await slowly(() => client.ask({ study, body: { count: 2 } }));
    const { trials } = await client.ask({ study, body: { count: 2 } });
    expect(trials.map(({ suggestion }) => suggestion!.fallback)).toEqual([undefined, undefined]);
    expect(await unlikeReplays(client, study)).toEqual([]);
    const another = serveTable(service.table, () => nowMs).client;
    expect(await unlikeReplays(another, study)).toEqual([]);
  });

  it('ends for all of a request together after ten seconds', async () => {
    const [{ trials }, tookMs] = await slowly(() => client.ask({ study, body: { count: 20 } }));
    expect(trials).toHaveLength(20);
    expect(tookMs).toBeGreaterThan(10_000);
    // Two seconds each would be forty.
    expect(tookMs).toBeLessThan(30_000);
    expect(new Set(trials.map(({ suggestion }) => suggestion!.fallback))).toEqual(new Set(['deadline']));
  });

  it('does not begin anew where another trial got the first of the points, and the others are chosen again', async () => {
    meanwhile = (params) => client.enqueue({ study, body: { trials: [{ params }] } });
    const [{ trials }, tookMs] = await slowly(() => client.ask({ study, body: { count: 20 } }));
    expect(trials).toHaveLength(20);
    expect(trials[0].suggestion!.fallback).toBe('duplicate');
    expect(tookMs).toBeLessThan(30_000);
  });

  it('is the same where the caller keeps the history', async () => {
    const history = results.map(({ params, loss }) => ({ params, value: loss }));
    const [{ suggestions }, tookMs] = await slowly(() =>
      client.suggestStateless({ body: { space, history, count: 20 } }),
    );
    expect(new Set(suggestions.map(({ fallback }) => fallback))).toEqual(new Set(['deadline']));
    expect(tookMs).toBeGreaterThan(10_000);
    expect(tookMs).toBeLessThan(30_000);
  });
});
