import { readFileSync, mkdtempSync, rmSync, existsSync } from 'node:fs';
import { Agent } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { pause, startServerProcess, type ServerProcess } from '../local/serve-process.ts';
import { expectProblem } from './expect-problem.ts';
import { exchange, exchangeRaw, type RawAnswer, type WireAnswer } from './exchange.ts';
import { hostileBytes, hostileRequests, studyForCorpus, type Hostile } from './hostile-corpus.ts';
import { openService, sendTo, type Service } from './open-service.ts';

const corpus = hostileRequests();
const answerMsMax = 2_000;
const timings: { title: string; ms: number }[] = [];

let service: Service;
let agent: Agent;

beforeAll(async () => {
  service = await openService();
  agent = new Agent({ keepAlive: true });
  await prepare(service.url);
});

afterAll(async () => {
  agent.destroy();
  await service.close();
  const slowest = timings.sort((a, b) => b.ms - a.ms).slice(0, 5);
  // eslint-disable-next-line no-console -- how fast refusals are is worth a look, and nothing to assert on any machine
  console.log(
    `slowest of ${timings.length}: ${slowest.map(({ title, ms }) => `${title} ${ms.toFixed(0)} ms`).join('; ')}`,
  );
});

async function prepare(url: string): Promise<void> {
  expect((await sendTo(url, 'POST', '/v1/studies', studyForCorpus)).status).toBe(201);
  expect((await sendTo(url, 'POST', '/v1/studies/s/ask', {})).body.granted).toBe(1);
}

async function timed(title: string, action: () => Promise<WireAnswer>): Promise<WireAnswer> {
  const startMs = performance.now();
  const answer = await action();
  const ms = performance.now() - startMs;
  timings.push({ title, ms });
  expect(ms).toBeLessThan(answerMsMax);
  return answer;
}

test('the corpus has at least 200 different requests', () => {
  const distinct = new Set(corpus.map((wire) => JSON.stringify({ ...wire, title: '' })));
  expect(distinct.size).toBeGreaterThanOrEqual(200);
});

test.each(corpus)('refuses $title', async ({ title, codes, ...wire }: Hostile) => {
  const answer = await timed(title, () => exchange(service.url, wire, agent));
  expect(codes).toContain(expectProblem(answer).code);
});

test.each(hostileBytes)('refuses the bytes: $title', async ({ pieces, answer: allowed }) => {
  const answer = await exchangeRaw(service.url, pieces);
  expect(answer.count).toBeLessThanOrEqual(1);
  const isOurs = answer.headers['content-type'] === 'application/problem+json';
  const answered = isOurs ? 'problem' : 'parser';
  expect([answered, 'either']).toContain(allowed);
  if (isOurs) expectProblem({ ...answer, status: answer.status! });
  else expectBare(answer);
});

/** Node's parser says no with a bare status, or closes the connection. */
function expectBare({ status, text }: RawAnswer): void {
  if (status === undefined) return;
  expect([400, 405, 408, 417, 431]).toContain(status);
  expect(text.replace(/^0\r\n\r\n$/, '')).toBe('');
}

test('nothing in the corpus is a fault of the service', async () => {
  await pause(50);
  expect(service.faults).toEqual([]);
});

test('a body that breaks off is nobody’s fault and holds nothing up', async () => {
  for (const framing of ['Content-Length: 100', 'Transfer-Encoding: chunked']) {
    const socket = connect(Number(new URL(service.url).port), '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write(
      `POST /v1/studies HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n${framing}\r\n\r\n`,
    );
    await pause(20);
    socket.write('5\r\n{"nam');
    await pause(20);
    socket.destroy();
  }
  await pause(50);
  expect((await service.get('/v1/studies')).status).toBe(200);
  expect(service.faults).toEqual([]);
});

test('a client that has not finished its refused body still reads the refusal, and then its connection ends', async () => {
  const socket = connect(Number(new URL(service.url).port), '127.0.0.1');
  const closed = new Promise<void>((resolve) => {
    socket.on('close', () => resolve());
  });
  let received = '';
  socket.on('data', (chunk) => (received += chunk.toString()));
  socket.write('POST /v1/nowhere HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n');
  await pause(200);
  expect(received).toMatch(/^HTTP\/1\.1 404 .*\}$/s);
  await closed;
});

test('fetch reads the refusal of a body of 8 MB every time', async () => {
  for (let i = 0; i < 10; i++) {
    const { status } = await service.post('/v1/studies', `{"name":"${'a'.repeat(8_000_000)}"}`);
    expect(status).toBe(413);
  }
});

test('the corpus has changed nothing', async () => {
  const { body } = await service.get('/v1/studies');
  expect(body.data.map(({ name, progress }: { name: string; progress: object }) => [name, progress])).toEqual([
    ['s', { given: 1, left: 999, waiting: 0, running: 1, ended: 0 }],
  ]);
  expect((await service.get('/v1/keys')).body.data).toEqual([]);
});

test.each(['', 'two words', 'a'.repeat(129), 'a\u00e9', '<script>', '"'])(
  'an X-Request-Id that could do harm in a log is replaced: %j',
  async (id) => {
    const { status, headers } = await exchange(service.url, {
      method: 'GET',
      path: '/v1/health',
      headers: { 'x-request-id': Buffer.from(id).toString('latin1') },
    });
    expect(status).toBe(200);
    expect(headers['x-request-id']).toMatch(/^[0-9a-hjkmnp-tv-z]{26}$/);
  },
);

test('a harmless X-Request-Id comes back, in refusals too', async () => {
  const id = 'trace-1:a.b_c';
  expect((await service.get('/v1/health', { 'x-request-id': id })).headers.get('x-request-id')).toBe(id);
  const refused = await service.get('/v1/studies/gone', { 'x-request-id': id });
  expect(refused.body.requestId).toBe(id);
});

test('health answers under any name, and to a body that it did not ask for', async () => {
  const headers = { host: 'evil.example' };
  expect((await exchange(service.url, { method: 'GET', path: '/v1/health', headers, body: '{}' })).status).toBe(200);
});

test.each(['localhost', 'LOCALHOST:1', '127.0.0.1', '127.0.0.1:99999', '[::1]:8787'])(
  'Host %s is this machine',
  async (host) => {
    expect((await exchange(service.url, { method: 'GET', path: '/v1/studies', headers: { host } })).status).toBe(200);
  },
);

test.each(['http://localhost:3000', 'http://127.0.0.1', 'https://[::1]:1'])(
  'Origin %s is this machine',
  async (origin) => {
    expect((await service.get('/v1/studies', { origin })).status).toBe(200);
  },
);

describe('what looks hostile and is not', () => {
  const spelled = ['NaN', 'Infinity', '-Infinity', '"NaN"', '"Infinity"', '"-Infinity"', '1e999', '-1e999', '1E400'];

  it.each(spelled)('a told value of %s makes the trial infeasible', async (text) => {
    const { body } = await service.post('/v1/studies/s/ask');
    const [{ number, attempt }] = body.trials;
    const told = await service.post(
      `/v1/studies/s/trials/${number}/tell`,
      `{"attempt": ${attempt}, "values": {"loss": ${text}}}`,
    );
    expect(told.status).toBe(200);
    expect(told.body.state).toBe('infeasible');
    expect(told.body.values).toBeNull();
  });

  it.each(spelled)('a reported value of %s is taken', async (text) => {
    const { body } = await service.post('/v1/studies/s/ask');
    const [{ number, attempt }] = body.trials;
    const reported = await service.post(
      `/v1/studies/s/trials/${number}/report`,
      `{"attempt": ${attempt}, "step": 1, "values": {"loss": ${text}}}`,
    );
    expect(reported.status).toBe(200);
    expect(reported.body.stop).toBe(false);
  });

  it.each([
    ['a byte order mark, which Windows writes', '\ufeff{"count":1}'],
    ['white space around', ' \r\n\t{ "count" : 1 } \n'],
    ['nothing at all', ''],
    ['an escaped name', '{"c\\u006funt":1}'],
    ['a whole number with a fraction of 0', '{"count":1.0}'],
    ['a whole number with an exponent', '{"count":1e0}'],
    ['a surrogate pair', '{"worker":"\\ud83d\\udc39"}'],
    ['brackets and the word NaN in a text', `{"worker":"${'['.repeat(40)}NaN, Infinity"}`],
    ['names of every object', '{"worker":"toString valueOf hasOwnProperty"}'],
  ])('a body with %s', async (_, text) => {
    const { status, body } = await service.post('/v1/studies/s/ask', text);
    expect(status).toBe(200);
    expect(body.granted).toBe(1);
  });

  it.each(['application/json', 'application/json; charset=utf-8', 'APPLICATION/JSON', 'application/json ;x=y'])(
    'Content-Type %s',
    async (type) => {
      expect((await service.post('/v1/studies/s/ask', '{}', { 'content-type': type })).status).toBe(200);
    },
  );

  it('the names that every object has are names like others', async () => {
    const names = ['toString', 'valueOf', 'hasOwnProperty', 'isPrototypeOf', '__defineGetter__'];
    const study = {
      name: 'toString',
      space: {
        m: { type: 'categorical', choices: ['a', 'b'] },
        ...Object.fromEntries(names.map((name) => [name, { type: 'int', low: 1, high: 100, when: { m: 'a' } }])),
      },
      objectives: [{ metric: 'valueOf', direction: 'minimize' }],
      labels: { toString: 'x' },
    };
    expect((await service.post('/v1/studies', study)).status).toBe(201);
    const { body } = await service.post('/v1/studies/toString/ask', { count: 8 });
    for (const { number, params } of body.trials) {
      expect(Object.keys(params).sort()).toEqual(params.m === 'a' ? [...names, 'm'].sort() : ['m']);
      const told = await service.post(`/v1/studies/toString/trials/${number}/tell`, {
        attempt: 1,
        values: { valueOf: 1 },
      });
      expect(told.body.values).toEqual({ valueOf: 1 });
    }
  });
});

// Fails: an inactive parameter is read from the prototype of params.
test('an inactive parameter that is called toString is an empty cell of a CSV', async () => {
  const { text } = await service.get('/v1/studies/toString/export?format=csv');
  expect(text).not.toContain('function');
});

describe('large answers to small enough requests', () => {
  // The failing ones: items have at most 400 KB, and nothing keeps a study or a receipt below that before it is
  // written.
  const objectives = [{ metric: 'loss', direction: 'minimize' }];
  const quotes = Object.fromEntries(
    Array.from({ length: 9 }, (_, i) => [
      `p${i}`,
      { type: 'categorical', choices: Array.from({ length: 100 }, (_, k) => `${k}${'"'.repeat(120)}`) },
    ]),
  );
  const wide = Object.fromEntries(
    Array.from({ length: 100 }, (_, i) => [
      `${'n'.repeat(50)}${i}`,
      { type: 'categorical', choices: ['1', '2', '3'].map((end) => 'x'.repeat(250) + end) },
    ]),
  );
  const long = `{"name":"long","space":{${Array.from({ length: 50 }, (_, i) => `"p${i}":{"type":"ordinal","values":[${Array.from({ length: 600 }, (_, k) => `${k + 100}e18`).join()}]}`).join()}},"objectives":[{"metric":"loss","direction":"minimize"}]}`;

  it('a study full of quotes is not an error of the service', async () => {
    const { status } = await service.post('/v1/studies', { name: 'quotes', space: quotes, objectives });
    expect(status).toBeLessThan(500);
  });

  it('a study full of short numbers that are long when written out is not an error of the service', async () => {
    expect(long.length).toBeLessThan(262_144);
    const { status } = await service.post('/v1/studies', long, { 'idempotency-key': 'long' });
    expect(status).toBeLessThan(500);
  });

  it('a keyed ask for 32 trials of 100 long params is not an error of the service', async () => {
    expect((await service.post('/v1/studies', { name: 'wide', space: wide, objectives })).status).toBe(201);
    const { status } = await service.post('/v1/studies/wide/ask', { count: 32 }, { 'idempotency-key': 'wide' });
    expect(status).toBeLessThan(500);
  });

  // Fails: the guard of the params is deleted once for each trial that has them, in one transaction.
  it('a study with the same params twice can be deleted', async () => {
    const space = { b: { type: 'boolean' } };
    await service.post('/v1/studies', { name: 'twice', space, objectives, allowDuplicates: true });
    expect((await service.post('/v1/studies/twice/ask', { count: 3 })).body.granted).toBe(3);
    expect((await service.send('DELETE', '/v1/studies/twice')).status).toBe(204);
  });

  it('grid points for one name do not serve valueOf', async () => {
    const { status, body } = await service.post('/v1/studies', {
      name: 'grid',
      space: { x: { type: 'float', low: 0, high: 1 }, valueOf: { type: 'float', low: 0, high: 1 } },
      objectives,
      sampler: { kind: 'grid', points: { x: 3 } },
    });
    expect(status).toBe(422);
    expect(body.param).toBe('sampler.points.valueOf');
  });
});

describe.skipIf(!existsSync('/proc/self/status'))('a server process', () => {
  const roundCount = 20;
  const settledRound = 5;
  // Two threads, each with a heap that grows until it is as large as it needs to be: about 390 MB together.
  const growthKbMax = 200_000;
  const inFlightMax = 16;

  it(`does not grow by ${growthKbMax / 1000} MB from round ${settledRound} to round ${roundCount} of the corpus`, async () => {
    const data = mkdtempSync(join(tmpdir(), 'cavia-hostile-'));
    const server = await startServerProcess(data);
    const keepAlive = new Agent({ keepAlive: true, maxSockets: inFlightMax });
    try {
      await prepare(server.url);
      let settledKb = 0;
      for (let round = 1; round <= roundCount; round++) {
        await sendAll(server, keepAlive);
        if (round === settledRound) settledKb = residentKb(server);
      }
      await pause(500);
      const grownKb = residentKb(server) - settledKb;
      // eslint-disable-next-line no-console -- the bound is generous; the number is worth a look
      console.log(`${settledKb} kB after round ${settledRound}, ${grownKb} kB more after round ${roundCount}`);
      expect(grownKb).toBeLessThan(growthKbMax);
      const { body } = await sendTo(server.url, 'POST', '/v1/studies/s/ask', {});
      expect(body.granted).toBe(1);
      expect(server.stderr()).toBe('');
    } finally {
      keepAlive.destroy();
      server.kill('SIGKILL');
      await server.exited;
      rmSync(data, { recursive: true, force: true });
    }
  });

  async function sendAll(server: ServerProcess, keepAlive: Agent): Promise<void> {
    const left = [...corpus];
    const worker = async (): Promise<void> => {
      for (let next = left.pop(); next; next = left.pop()) {
        const { status } = await exchange(server.url, next, keepAlive);
        expect(status).toBeLessThan(500);
      }
    };
    await Promise.all(Array.from({ length: inFlightMax }, worker));
  }
});

function residentKb({ pid }: ServerProcess): number {
  return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]);
}
