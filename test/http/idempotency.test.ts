import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openService, studyNamed, type Answer, type Service } from './open-service.ts';

let service: Service;
let count = 0;

beforeAll(async () => {
  service = await openService();
});

afterAll(() => service.close());

/** A study with trials 0 and 1 running. @returns its path. */
async function running(more: object = {}): Promise<string> {
  const name = `s${count++}`;
  await service.post('/v1/studies', studyNamed(name, { ...more }));
  const { body } = await service.post(`/v1/studies/${name}/ask`, { count: 2 });
  expect(body.granted).toBe(2);
  return `/v1/studies/${name}`;
}

function keyed(key = `key-${count++}`): Record<string, string> {
  return { 'idempotency-key': key };
}

function isReplay({ headers }: Answer): boolean {
  return headers.get('idempotency-replayed') === 'true';
}

/** One request that may be sent: where it goes, a body, and another one that is as good. */
type Sendable = [path: string, body: object, other: object];

/** Every POST that has a body to speak of, with the status of its success. */
const posts: [operation: string, status: number, prepare: () => Promise<Sendable>][] = [
  [
    'createStudy',
    201,
    async () => {
      const name = `s${count++}`;
      return ['/v1/studies', studyNamed(name), studyNamed(name, { seed: 1 })];
    },
  ],
  ['ask', 200, async () => [`${await running()}/ask`, { count: 2 }, { count: 1 }]],
  [
    'enqueue',
    201,
    async () => [
      `${await running()}/trials`,
      { trials: [{ params: { x: 0.5 } }] },
      { trials: [{ params: { x: 0.25 } }] },
    ],
  ],
  [
    'tell',
    200,
    async () => [
      `${await running()}/trials/0/tell`,
      { attempt: 1, values: { loss: 1 } },
      { attempt: 1, values: { loss: 2 } },
    ],
  ],
  [
    'report',
    200,
    async () => [
      `${await running()}/trials/0/report`,
      { attempt: 1, step: 1, values: { loss: 1 } },
      { attempt: 1, step: 2, values: { loss: 1 } },
    ],
  ],
  ['release', 200, async () => [`${await running()}/trials/0/release`, { attempt: 1 }, { attempt: 2 }]],
  ['cancel', 200, async () => [`${await running()}/trials/0/cancel`, { message: 'a' }, { message: 'b' }]],
  [
    'confirm',
    201,
    async () => {
      const study = await running();
      await service.post(`${study}/trials/0/tell`, { attempt: 1, values: { loss: 1 } });
      return [`${study}/confirm`, { repeats: 2 }, { repeats: 3 }];
    },
  ],
  ['createApiKey', 201, async () => ['/v1/keys', { name: 'k' }, { name: 'l' }]],
];

describe.each(posts)('%s', (operation, status, prepare) => {
  it('sent twice with one key is done once and answered the same', async () => {
    const [path, body] = await prepare();
    const headers = keyed();
    const first = await service.post(path, body, headers);
    expect([first.status, isReplay(first)]).toEqual([status, false]);
    const again = await service.post(path, body, headers);
    expect([again.status, isReplay(again)]).toEqual([status, true]);
    // The secret of an API key is shown once.
    expect(again.body).toEqual(operation === 'createApiKey' ? { ...first.body, key: null } : first.body);
  });

  it('sent with the same key and another body is refused and changes nothing', async () => {
    const [path, body, other] = await prepare();
    const headers = keyed();
    await service.post(path, body, headers);
    const before = await service.get('/v1/studies?limit=1000');
    const mismatch = await service.post(path, other, headers);
    expect([mismatch.status, mismatch.body.code]).toEqual([422, 'idempotency_mismatch']);
    const key = headers['idempotency-key'];
    expect(mismatch.body.detail).toBe(`Idempotency-Key "${key}" was sent before with another body.`);
    expect((await service.get('/v1/studies?limit=1000')).body).toEqual(before.body);
    // And the key still answers what it was first used for.
    const again = await service.post(path, body, headers);
    expect([again.status, isReplay(again)]).toEqual([status, true]);
  });

  it('does not mind how the body is written', async () => {
    const [path, body] = await prepare();
    const headers = keyed();
    await service.post(path, body, headers);
    const names = Object.entries(body).reverse();
    const again = await service.post(path, ` ${JSON.stringify(Object.fromEntries(names), null, 2)}\n`, headers);
    expect([again.status, isReplay(again)]).toEqual([status, true]);
  });
});

describe('retry', () => {
  it('sent twice with one key is done once and answered the same', async () => {
    const study = await running();
    await service.post(`${study}/trials/0/cancel`);
    const headers = keyed();
    const first = await service.post(`${study}/trials/0/retry`, {}, headers);
    expect([first.status, isReplay(first), first.body.state]).toEqual([200, false, 'waiting']);
    await service.post(`${study}/ask`);
    const again = await service.post(`${study}/trials/0/retry`, {}, headers);
    expect([again.status, isReplay(again)]).toEqual([200, true]);
    expect(again.body).toEqual(first.body);
  });
});

describe('a key', () => {
  it('on another trial is another request', async () => {
    const study = await running();
    const headers = keyed();
    for (const number of [0, 1]) {
      const { status, body } = await service.post(
        `${study}/trials/${number}/tell`,
        { attempt: 1, values: { loss: number } },
        headers,
      );
      expect([status, body.number, body.values]).toEqual([200, number, { loss: number }]);
    }
  });

  it('on another study is another request', async () => {
    const headers = keyed();
    const answers = [];
    for (const study of [await running(), await running()])
      answers.push(await service.post(`${study}/ask`, {}, headers));
    expect(answers.map((answer) => [answer.status, isReplay(answer)])).toEqual([
      [200, false],
      [200, false],
    ]);
  });

  it('on another route is another request', async () => {
    const study = await running();
    const headers = keyed();
    expect((await service.post(`${study}/trials/0/report`, { attempt: 1 }, headers)).status).toBe(200);
    expect(isReplay(await service.post(`${study}/trials/0/release`, { attempt: 1 }, headers))).toBe(false);
  });

  it('that differs in case is another key', async () => {
    const study = await running();
    const first = await service.post(`${study}/ask`, {}, keyed('Key'));
    const other = await service.post(`${study}/ask`, {}, keyed('key'));
    expect(other.body.trials[0].number).not.toBe(first.body.trials[0].number);
  });

  it('sent with 20 asks at the same time gives out one trial', async () => {
    const study = await running();
    const headers = keyed();
    const answers = await Promise.all(Array.from({ length: 20 }, () => service.post(`${study}/ask`, {}, headers)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    expect(answers.filter((answer) => !isReplay(answer))).toHaveLength(1);
    expect((await service.get(study)).body.progress.running).toBe(3);
  });

  it('sent with 20 enqueues at the same time adds one trial', async () => {
    const study = await running();
    const headers = keyed();
    const body = { trials: [{ params: { x: 0.125 } }] };
    const answers = await Promise.all(Array.from({ length: 20 }, () => service.post(`${study}/trials`, body, headers)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
    expect((await service.get(study)).body.progress.waiting).toBe(1);
  });

  it('sent with 20 studies of the same name at the same time creates one', async () => {
    const headers = keyed();
    const study = studyNamed(`s${count++}`);
    const answers = await Promise.all(Array.from({ length: 20 }, () => service.post('/v1/studies', study, headers)));
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
  });

  it('answers an ask as it was granted, after the trial was told', async () => {
    const study = await running();
    const headers = keyed();
    const first = await service.post(`${study}/ask`, {}, headers);
    const [{ number }] = first.body.trials;
    await service.post(`${study}/trials/${number}/tell`, { attempt: 1, values: { loss: 0.5 } });
    const again = await service.post(`${study}/ask`, {}, headers);
    expect(isReplay(again)).toBe(true);
    expect(again.body).toEqual(first.body);
    expect(again.body.trials[0]).toMatchObject({ number, state: 'running', attempt: 1, values: null });
  });

  it('answers an ask as it was granted, after the trial was given to somebody else', async () => {
    const study = await running();
    const headers = keyed();
    const first = await service.post(`${study}/ask`, {}, headers);
    const [{ number }] = first.body.trials;
    await service.post(`${study}/trials/${number}/release`, { attempt: 1 });
    const { body } = await service.post(`${study}/ask`);
    expect(body.trials[0]).toMatchObject({ number, attempt: 2 });
    const again = await service.post(`${study}/ask`, {}, headers);
    expect(again.body.trials[0]).toMatchObject({ number, attempt: 1 });
  });

  it('answers a tell after the study has ended', async () => {
    const study = await running({ budget: { trials: 2 } });
    const headers = keyed();
    await service.post(`${study}/trials/1/tell`, { attempt: 1, values: { loss: 1 } });
    const first = await service.post(`${study}/trials/0/tell`, { attempt: 1, values: { loss: 1 } }, headers);
    expect((await service.get(study)).body.state).toBe('finished');
    const again = await service.post(`${study}/trials/0/tell`, { attempt: 1, values: { loss: 1 } }, headers);
    expect([again.status, isReplay(again)]).toEqual([200, true]);
    expect(again.body).toEqual(first.body);
  });

  it('of a request that was refused may be used again', async () => {
    const study = await running();
    const headers = keyed();
    expect((await service.post(`${study}/ask`, { count: 99 }, headers)).status).toBe(422);
    expect((await service.post(`${study}/ask`, { count: 1 }, headers)).status).toBe(200);
  });

  it('of an ask that got nothing may be used again', async () => {
    const study = await running({ budget: { parallel: 2 } });
    const headers = keyed();
    expect((await service.post(`${study}/ask`, {}, headers)).body).toMatchObject({
      granted: 0,
      reason: 'parallel_limit',
    });
    await service.post(`${study}/trials/0/tell`, { attempt: 1, values: { loss: 1 } });
    expect((await service.post(`${study}/ask`, {}, headers)).body.granted).toBe(1);
  });

  it('does nothing on other methods', async () => {
    const study = await running();
    const headers = keyed();
    for (const trials of [150, 200]) {
      expect((await service.send('PATCH', study, { budget: { trials } }, headers)).body.budget.trials).toBe(trials);
    }
  });

  it('survives the end of the study that it belongs to, and not its deletion', async () => {
    const study = await running();
    const headers = keyed();
    await service.post(`${study}/ask`, {}, headers);
    await service.send('DELETE', study);
    expect((await service.post(`${study}/ask`, {}, headers)).status).toBe(404);
  });

  // Fails: the receipt is written with the last chunk, and not at all when nothing of that chunk is new.
  it('answers 50 enqueued trials of which the last were known the same again', async () => {
    const study = await running({ budget: { trials: 200 } });
    const known = Array.from({ length: 5 }, (_, i) => ({ params: { x: i / 512 } }));
    const fresh = Array.from({ length: 45 }, (_, i) => ({ params: { x: (i + 100) / 512 } }));
    expect((await service.post(`${study}/trials`, { trials: known })).status).toBe(201);
    const headers = keyed();
    const first = await service.post(`${study}/trials`, { trials: [...fresh, ...known] }, headers);
    expect([first.body.trials.length, first.body.duplicates.length]).toEqual([45, 5]);
    const again = await service.post(`${study}/trials`, { trials: [...fresh, ...known] }, headers);
    expect(again.body).toEqual(first.body);
  });

  // Fails: a failed attempt leaves no key behind.
  it('of a failed attempt is refused with another result', async () => {
    const study = await running();
    const headers = keyed();
    await service.post(`${study}/trials/0/tell`, { attempt: 1, state: 'failed', message: 'a' }, headers);
    const mismatch = await service.post(`${study}/trials/0/tell`, { attempt: 1, values: { loss: 1 } }, headers);
    expect([mismatch.status, mismatch.body.code]).toEqual([422, 'idempotency_mismatch']);
  });
});

describe('a key that opened a study', () => {
  // Fails: only creating writes a receipt, opening does not.
  it('is refused with another body', async () => {
    const name = `s${count++}`;
    await service.post('/v1/studies', studyNamed(name));
    const headers = keyed();
    expect((await service.post('/v1/studies', studyNamed(name), headers)).status).toBe(200);
    expect((await service.post('/v1/studies', studyNamed(`${name}-other`), headers)).status).toBe(422);
  });
});

describe('without a key', () => {
  it('the same tell again is answered the same', async () => {
    const study = await running();
    const told = { attempt: 1, values: { loss: 1 } };
    const first = await service.post(`${study}/trials/0/tell`, told);
    const again = await service.post(`${study}/trials/0/tell`, told);
    expect(again.status).toBe(200);
    expect(again.body).toEqual(first.body);
  });

  it('the same failure again is counted once', async () => {
    const study = await running();
    const told = { attempt: 1, state: 'failed' };
    const first = await service.post(`${study}/trials/0/tell`, told);
    const again = await service.post(`${study}/trials/0/tell`, told);
    expect([first.body.failures, again.body.failures]).toEqual([1, 1]);
  });

  it('the same report again is stored once', async () => {
    const study = await running();
    const report = { attempt: 1, step: 3, values: { loss: 1 } };
    for (let i = 0; i < 2; i++) expect((await service.post(`${study}/trials/0/report`, report)).status).toBe(200);
    expect((await service.get(`${study}/trials/0`)).body.intermediate).toEqual([report]);
  });

  it('two asks give out two trials', async () => {
    const study = await running();
    const [a, b] = await Promise.all([service.post(`${study}/ask`), service.post(`${study}/ask`)]);
    expect(a.body.trials[0].number).not.toBe(b.body.trials[0].number);
  });
});
