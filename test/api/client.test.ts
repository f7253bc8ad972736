import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createClient, ProblemError, type Client, type ClientSettings } from '../../shared/api/client.ts';
import { routes } from '../../shared/api/routes.ts';
import { openService, studyNamed, type Service } from '../http/open-service.ts';

type Fetch = NonNullable<ClientSettings['fetch']>;
type Study = Parameters<Client['createStudy']>[0]['body'];

let service: Service;
let client: Client;
let count = 0;

beforeAll(async () => {
  service = await openService();
  client = createClient(service.url);
});

afterAll(() => service.close());

function study(name = `s${count++}`): Study {
  return studyNamed(name) as Study;
}

/** A fetch that fails as it is told to before it lets requests through, and what it was asked for. */
function flaky(failures: (Error | { status: number; headers?: Record<string, string>; body?: string })[]): {
  fetch: Fetch;
  sent: { url: string; init: RequestInit }[];
} {
  const sent: { url: string; init: RequestInit }[] = [];
  const left = [...failures];
  const send: Fetch = async (url, init) => {
    sent.push({ url: String(url), init });
    const failure = left.shift();
    if (failure instanceof Error) throw failure;
    if (failure) return new Response(failure.body ?? '', { status: failure.status, headers: failure.headers ?? {} });
    return fetch(url, init);
  };
  return { fetch: send, sent };
}

function keysOf(sent: { init: RequestInit }[]): (string | undefined)[] {
  return sent.map(({ init }) => (init.headers as Record<string, string>)['idempotency-key']);
}

async function refusalOf(promise: Promise<unknown>): Promise<Error> {
  return promise.then(
    () => {
      throw new Error('it was answered');
    },
    (error: Error) => error,
  );
}

describe('a client', () => {
  it('has a function for every operation, and each does what it says', async () => {
    expect(Object.keys(client).sort()).toEqual(Object.keys(routes).sort());
    const name = `s${count++}`;
    expect(await client.health()).toMatchObject({ status: 'ok' });
    expect(await client.openapi()).toMatchObject({ openapi: expect.any(String) });
    expect(await client.createStudy({ body: study(name) })).toMatchObject({ name, state: 'active' });
    expect((await client.listStudies({ query: { limit: 1000 } })).data.map((one) => one.name)).toContain(name);
    expect(await client.getStudy({ study: name })).toMatchObject({ name });
    const updated = await client.updateStudy({ study: name, body: { budget: { trials: 200 } } });
    expect(updated.budget.trials).toBe(200);
    const { trials } = await client.ask({ study: name, body: { count: 3, worker: 'w' } });
    expect(trials.map(({ number, worker }) => [number, worker])).toEqual([
      [0, 'w'],
      [1, 'w'],
      [2, 'w'],
    ]);
    const enqueued = await client.enqueue({ study: name, body: { trials: [{ params: { x: 0.3 } }] } });
    expect(enqueued.trials[0]).toMatchObject({ number: 3, state: 'waiting' });
    const report = { attempt: 1, step: 1, values: { loss: 3 } };
    expect(await client.report({ study: name, number: 0, body: report })).toMatchObject({ stop: false });
    const told = await client.tell({ study: name, number: 0, body: { attempt: 1, values: { loss: 2 } } });
    expect(told).toMatchObject({ state: 'complete', values: { loss: 2 } });
    expect(await client.release({ study: name, number: 1, body: { attempt: 1 } })).toMatchObject({ state: 'waiting' });
    expect(await client.cancel({ study: name, number: 2, body: {} })).toMatchObject({ state: 'cancelled' });
    expect(await client.retry({ study: name, number: 2, body: {} })).toMatchObject({ state: 'waiting' });
    expect((await client.getTrial({ study: name, number: 0 })).intermediate).toEqual([report]);
    const replayed = await client.replay({ study: name, number: 1, body: {} });
    expect(replayed).toMatchObject({ equal: true, params: trials[1].params, recomputed: trials[1].params });
    const page = await client.listTrials({ study: name, query: { state: 'complete' } });
    expect(page.data.map(({ number }) => number)).toEqual([0]);
    expect((await client.best({ study: name, query: { top: 1 } })).best).toMatchObject({ number: 0 });
    const confirmed = await client.confirm({ study: name, body: { repeats: 2 } });
    expect(confirmed.trials.map(({ params }) => params)).toEqual([told.params, told.params]);
    expect((await client.advice({ study: name })).advice[0].kind).toBe('go_on');
    expect(await client.importance({ study: name })).toMatchObject({ metric: 'loss', trials: 1, data: [] });
    const predicted = await client.predict({ study: name, body: { params: [told.params] } });
    expect(predicted).toMatchObject({ observations: 1, data: [{ params: told.params }] });
    const suggested = await client.suggestStateless({ body: { space: study(name).space, count: 2 } });
    expect(suggested.suggestions).toHaveLength(2);
    const linted = await client.lintSpace({ body: { space: study(name).space } });
    expect(linted).toMatchObject({ configurations: null, feasibleShare: 1 });
    expect((await client.listPresets()).data.length).toBeGreaterThan(0);
    const exported = await client.exportTrials({ study: name, query: { format: 'csv' } });
    expect((await exported.text()).split('\r\n')).toHaveLength(8);
    const key = await client.createApiKey({ body: { name: 'k' } });
    expect(key.key).toMatch(/^cav_/);
    expect((await client.listApiKeys()).data.map(({ id }) => id)).toContain(key.id);
    expect((await client.revokeApiKey({ key: key.id })).revoked).not.toBeNull();
    const { id } = await client.createStudy({ body: study() });
    expect(await client.deleteStudy({ study: id })).toBeUndefined();
  });

  it.each(['', '/', '//'])('takes a base address that ends with %j', async (end) => {
    expect(await createClient(service.url + end).health()).toMatchObject({ status: 'ok' });
  });

  it('keeps a path of the base address', async () => {
    const { fetch, sent } = flaky([{ status: 200, body: '{}' }]);
    await createClient('https://example.org/cavia/', { fetch }).listStudies();
    expect(sent[0].url).toBe('https://example.org/cavia/v1/studies');
  });

  it('keeps a strange name in its segment', async () => {
    const { fetch, sent } = flaky([]);
    const refused = await refusalOf(createClient(service.url, { fetch }).getStudy({ study: 'a/b?c#d ü' }));
    expect(sent[0].url).toBe(`${service.url}/v1/studies/a%2Fb%3Fc%23d%20%C3%BC`);
    expect(refused).toMatchObject({ problem: { code: 'study_not_found', detail: 'There is no study "a/b?c#d ü".' } });
  });

  it('leaves out what is undefined', async () => {
    expect(await client.listStudies({ query: { limit: 1, after: undefined } })).toHaveProperty('data');
    const { trials } = await client.enqueue({
      study: (await client.createStudy({ body: study() })).id,
      body: { trials: [{ params: { x: 0.3 }, values: undefined }] },
    });
    expect(trials).toHaveLength(1);
  });

  it.each([
    [Number.NaN, 'NaN'],
    [Number.POSITIVE_INFINITY, 'Infinity'],
    [Number.NEGATIVE_INFINITY, '-Infinity'],
  ])('tells %d so that the trial is infeasible', async (value, spelled) => {
    const { id } = await client.createStudy({ body: study() });
    await client.ask({ study: id, body: {} });
    const told = await client.tell({ study: id, number: 0, body: { attempt: 1, values: { loss: value } } });
    expect(told).toMatchObject({ state: 'infeasible', values: null });
    expect(told.message).toContain(spelled);
  });

  it('tells every finite number as it is', async () => {
    for (const value of [0.1 + 0.2, 5e-324, 1e300, -1e-7, 123456789.12345679]) {
      const { id } = await client.createStudy({ body: study() });
      await client.ask({ study: id, body: {} });
      const told = await client.tell({ study: id, number: 0, body: { attempt: 1, values: { loss: value } } });
      expect(told.values).toEqual({ loss: value });
    }
  });

  it('sends its key', async () => {
    const { fetch, sent } = flaky([{ status: 200, body: '{}' }]);
    await createClient('http://cavia', { fetch, apiKey: 'cav_x' }).listStudies();
    expect(sent[0].init.headers).toEqual({ authorization: 'Bearer cav_x' });
  });

  it('throws what the service refuses, with its code and what to do', async () => {
    const error = await refusalOf(client.getStudy({ study: 'gone' }));
    expect(error).toBeInstanceOf(ProblemError);
    expect(error.name).toBe('ProblemError');
    expect(error.message).toBe('There is no study "gone". GET /v1/studies lists the studies that there are.');
    expect((error as ProblemError).problem).toMatchObject({ code: 'study_not_found', status: 404 });
  });

  it('throws what a proxy answers as it is', async () => {
    const html = { status: 403, body: '<html>Forbidden</html>', headers: { 'content-type': 'text/html' } };
    const error = await refusalOf(createClient('http://cavia', flaky([html])).health());
    expect(error).not.toBeInstanceOf(ProblemError);
    expect(error.message).toContain('403 <html>Forbidden</html>');
  });
});

describe('a client whose request fails', () => {
  const refusedConnection = Object.assign(new TypeError('fetch failed'), { cause: { code: 'ECONNREFUSED' } });

  it('sends it again after a lost connection and every status that may pass', async () => {
    for (const failure of [refusedConnection, ...[408, 425, 429, 500, 502, 503, 504].map((status) => ({ status }))]) {
      const { fetch, sent } = flaky([failure]);
      expect(await createClient(service.url, { fetch }).health()).toMatchObject({ status: 'ok' });
      expect(sent).toHaveLength(2);
    }
  });

  it.each([400, 401, 403, 404, 409, 413, 422])('does not send it again after %i', async (status) => {
    const { fetch, sent } = flaky([{ status, body: 'no' }]);
    await refusalOf(createClient(service.url, { fetch }).health());
    expect(sent).toHaveLength(1);
  });

  it('sends the same key and body every time, and another key with the next call', async () => {
    const { id } = await client.createStudy({ body: study() });
    const { fetch, sent } = flaky([refusedConnection, { status: 503 }, { status: 502 }]);
    const fragile = createClient(service.url, { fetch });
    expect((await fragile.ask({ study: id, body: { count: 2 } })).granted).toBe(2);
    expect(sent).toHaveLength(4);
    expect(new Set(keysOf(sent)).size).toBe(1);
    expect(new Set(sent.map(({ init }) => init.body)).size).toBe(1);
    await fragile.ask({ study: id, body: { count: 2 } });
    expect(keysOf(sent)[4]).not.toBe(keysOf(sent)[0]);
  });

  it('gets one trial when only the answer was lost', async () => {
    const { id } = await client.createStudy({ body: study() });
    let tried = 0;
    const lossy: Fetch = async (url, init) => {
      const response = await fetch(url, init);
      if (tried++ > 1) return response;
      await response.text();
      throw refusedConnection;
    };
    const { trials } = await createClient(service.url, { fetch: lossy }).ask({ study: id, body: {} });
    expect(trials.map(({ number }) => number)).toEqual([0]);
    expect((await client.getStudy({ study: id })).progress.running).toBe(1);
  });

  it('sends the key that it is given, and none but with POST', async () => {
    const { fetch, sent } = flaky([]);
    const watched = createClient(service.url, { fetch });
    const { id } = await watched.createStudy({ body: study(), idempotencyKey: 'mine' });
    await watched.getStudy({ study: id });
    await watched.updateStudy({ study: id, body: {} });
    await watched.deleteStudy({ study: id });
    expect(keysOf(sent)).toEqual(['mine', undefined, undefined, undefined]);
  });

  it('gives up after as many repetitions as it may make, and says what it could not reach', async () => {
    const { fetch, sent } = flaky(Array.from({ length: 9 }, () => refusedConnection));
    const error = await refusalOf(createClient('http://127.0.0.1:9', { fetch, retries: 2 }).health());
    expect(sent).toHaveLength(3);
    expect(error.message).toBe('http://127.0.0.1:9 cannot be reached: ECONNREFUSED');
    expect(error.cause).toBe(refusedConnection);
  });

  it('gives up with the refusal when the service cannot answer', async () => {
    const problem = {
      type: 'urn:cavia:problem:unavailable',
      title: 't',
      status: 503,
      code: 'unavailable',
      detail: 'The store cannot answer at the moment.',
      requestId: 'r',
    };
    const down = {
      status: 503,
      body: JSON.stringify(problem),
      headers: { 'content-type': 'application/problem+json' },
    };
    const error = await refusalOf(createClient('http://cavia', { ...flaky([down, down]), retries: 1 }).health());
    expect((error as ProblemError).problem).toEqual(problem);
  });

  it('waits as long as it is told to', async () => {
    const startMs = performance.now();
    await createClient(service.url, flaky([{ status: 503, headers: { 'retry-after': '1' } }])).health();
    expect(performance.now() - startMs).toBeGreaterThanOrEqual(990);
  });

  it('reaches a service that starts late', async () => {
    const probe = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => {
      probe.once('listening', resolve);
    });
    const { port } = probe.address() as { port: number };
    await new Promise((resolve) => {
      probe.close(resolve);
    });
    const answer = createClient(`http://127.0.0.1:${port}`, { retries: 30 }).health();
    const late = await openService({ port });
    expect(await answer).toMatchObject({ status: 'ok' });
    await late.close();
  });
});
