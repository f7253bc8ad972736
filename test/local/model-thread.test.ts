import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, it } from 'vitest';
import { unitAt } from '../../shared/numerics/random.ts';
import { exchange } from '../http/exchange.ts';
import { openService, studyNamed, type Service } from '../http/open-service.ts';

const services: Service[] = [];
afterEach(async () => {
  for (const service of services.splice(0)) await service.close();
});

/** A service with the thread that serves the routes that use the model. */
async function serve(settings: { auth?: boolean } = {}): Promise<{ service: Service; threads: Worker[] }> {
  const threads: Worker[] = [];
  const note = (worker: Worker): void => void threads.push(worker);
  process.on('worker', note);
  const service = await openService(settings);
  services.push({ ...service, close: async () => (process.off('worker', note), service.close()) });
  return { service, threads };
}

/** A request that takes a while to compute, even on a fast machine. */
function longRequest(length = 500): Record<string, unknown> {
  const history = Array.from({ length }, (_, i) => ({ params: { x: unitAt(1, 0, i, 0, 0) }, value: i % 7 }));
  return {
    space: { x: { type: 'float', low: 0, high: 1 } },
    objective: { metric: 'loss', direction: 'minimize' },
    history,
  };
}

/** Resolves when the next request has been handed to the thread. */
function handedOver(thread: Worker): Promise<void> {
  return new Promise((resolve) => {
    const post = thread.postMessage.bind(thread);
    thread.postMessage = (...args: Parameters<typeof post>): void => {
      thread.postMessage = post;
      post(...args);
      resolve();
    };
  });
}

describe('a request that uses the model', () => {
  it('lets others pass while it computes', async () => {
    const { service, threads } = await serve();
    await service.post('/v1/studies', studyNamed('s'));
    const done: string[] = [];
    const handed = handedOver(threads[0]);
    const long = service.post('/v1/suggest', longRequest()).then((answer) => (done.push('suggest'), answer));
    await handed;
    await service.get('/v1/health').then(() => done.push('health'));
    await service.get('/v1/studies/s').then(() => done.push('study'));
    expect((await long).status).toBe(200);
    expect(done).toEqual(['health', 'study', 'suggest']);
  });

  it('sees what the others have written, and they what it has', async () => {
    const { service } = await serve();
    await service.post('/v1/studies', studyNamed('s', { sampler: { kind: 'gp' } }));
    for (let number = 0; number < 5; number++) {
      expect((await service.post('/v1/studies/s/ask')).body.trials[0].number).toBe(number);
      const told = { attempt: 1, values: { loss: number } };
      expect((await service.post(`/v1/studies/s/trials/${number}/tell`, told)).body.state).toBe('complete');
    }
    const { suggestion } = (await service.get('/v1/studies/s/trials/4')).body;
    expect(suggestion).toMatchObject({ sampler: 'gp', observations: 4 });
  });

  it('needs a key where all do', async () => {
    const { service } = await serve({ auth: true });
    for (const path of ['/v1/suggest', '/v1/studies/s/ask', '/v1/studies/s/predict']) {
      const { status, headers, body } = await service.post(path);
      expect([status, body.code, headers.get('www-authenticate')]).toEqual([401, 'unauthenticated', 'Bearer']);
    }
  });

  it('is refused when it names another host, as all are without keys', async () => {
    const { service } = await serve();
    const headers = { host: 'cavia.example', 'content-type': 'application/json' };
    const { status } = await exchange(service.url, { method: 'POST', path: '/v1/suggest', headers, body: '{}' });
    expect(status).toBe(403);
  });

  it.each([true, false])('is refused when its body is too large (of unknown length: %s)', async (isChunked) => {
    const { service } = await serve();
    const body = `{"x":"${'a'.repeat(300_000)}"}`;
    const headers = { 'content-type': 'application/json' };
    const wire = { method: 'POST', path: '/v1/suggest', headers, body, isChunked };
    expect((await exchange(service.url, wire)).status).toBe(413);
  });

  it('has the request id that it came with, and its fault is reported', async () => {
    const { service } = await serve();
    await service.post('/v1/studies', studyNamed('s'));
    const db = new DatabaseSync(join(service.data, 'cavia.db'));
    db.exec('DROP TABLE aux');
    db.close();
    const headers = { 'x-request-id': 'mine', 'idempotency-key': 'k' };
    const { status, body } = await service.post('/v1/studies/s/ask', {}, headers);
    expect([status, body.code, body.requestId]).toEqual([500, 'internal', 'mine']);
    expect(service.faults.map((fault) => (fault as Error).message)).toEqual(['no such table: aux']);
  });
});

describe('results that are told', () => {
  it('lead to a stored model, which covers all of them when the study has ended', async () => {
    const { service } = await serve();
    const { ports } = service;
    await service.post('/v1/studies', studyNamed('s', { sampler: { kind: 'gp' }, budget: { trials: 6 } }));
    for (let number = 0; number < 6; number++) {
      await service.post('/v1/studies/s/ask');
      await service.post(`/v1/studies/s/trials/${number}/tell`, { attempt: 1, values: { loss: number } });
    }
    const study = (await ports.studies.find('00000000000000000000000000', 's'))!;
    const covered = async (): Promise<number | undefined> =>
      (await ports.models.head(study, (await ports.studies.counter(study)).modelVersion))?.covers;
    await expect.poll(covered, { timeout: 20_000 }).toBe(6);
    expect(service.faults).toEqual([]);
  });
});

describe('a thread that ends', () => {
  it('leaves its requests unavailable, and is started again', async () => {
    const { service, threads } = await serve();
    await service.post('/v1/studies', studyNamed('s'));
    expect((await service.post('/v1/studies/s/ask')).status).toBe(200);
    const handed = handedOver(threads[0]);
    const lost = service.post('/v1/suggest', longRequest());
    await handed;
    await threads[0].terminate();
    const { status, headers, body } = await lost;
    expect([status, headers.get('retry-after'), headers.get('content-type')]).toEqual([
      503,
      '1',
      'application/problem+json',
    ]);
    expect(body).toMatchObject({ code: 'unavailable', status: 503 });
    expect(service.faults).toHaveLength(1);
    expect((await service.post('/v1/studies/s/ask')).body.trials[0].number).toBe(1);
    expect(threads).toHaveLength(2);
  });
});

describe('a server that is closed', () => {
  it('answers what is being computed first', async () => {
    const { service, threads } = await serve();
    const handed = handedOver(threads[0]);
    const long = service.post('/v1/suggest', longRequest(50));
    await handed;
    await services.pop()!.close();
    expect((await long).status).toBe(200);
  });
});
