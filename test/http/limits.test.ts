import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { exchange } from './exchange.ts';
import { openService, studyNamed, type Service } from './open-service.ts';

// Every line of the limits of the contract: at, just below and just above.

let service: Service;
let nameCount = 0;

beforeAll(async () => {
  service = await openService();
});

afterAll(() => service.close());

async function statusOfStudy(more: object): Promise<number> {
  return (await service.post('/v1/studies', studyNamed(`s${nameCount++}`, { ...more }))).status;
}

/** A fresh study with trial 0 running. @returns its path. */
async function running(more: object = {}): Promise<string> {
  const name = `s${nameCount++}`;
  expect((await service.post('/v1/studies', studyNamed(name, { ...more }))).status).toBe(201);
  expect((await service.post(`/v1/studies/${name}/ask`)).body.granted).toBe(1);
  return `/v1/studies/${name}`;
}

function many<T>(count: number, valueOf: (i: number) => T): T[] {
  return Array.from({ length: count }, (_, i) => valueOf(i));
}

const float = { type: 'float', low: 0, high: 1 };
const created = 201;
const refused = 422;

describe('a study', () => {
  it.each([
    [0, refused],
    [1, created],
    [99, created],
    [100, created],
    [101, refused],
  ])('with %i parameters: %i', async (count, status) => {
    expect(await statusOfStudy({ space: Object.fromEntries(many(count, (i) => [`p${i}`, float])) })).toBe(status);
  });

  it.each([
    [0, refused],
    [1, created],
    [999, created],
    [1000, created],
    [1001, refused],
  ])('with %i choices or values of a parameter: %i', async (count, status) => {
    const numbers = many(count, (i) => i);
    expect(await statusOfStudy({ space: { c: { type: 'categorical', choices: numbers } } })).toBe(status);
    expect(await statusOfStudy({ space: { o: { type: 'ordinal', values: numbers } } })).toBe(status);
  });

  it.each([
    [0, refused],
    [1, created],
    [4, created],
    [5, refused],
  ])('with %i objectives: %i', async (count, status) => {
    const objectives = many(count, (i) => ({ metric: `m${i}`, direction: 'maximize' }));
    expect(await statusOfStudy({ objectives })).toBe(status);
  });

  it.each([
    ['auto', 1, created],
    ['auto', 9_999, created],
    ['auto', 10_000, created],
    ['auto', 10_001, refused],
    ['random', 10_001, created],
    ['random', 999_999, created],
    ['random', 1_000_000, created],
    ['random', 1_000_001, refused],
    ['quasiRandom', 1_000_000, created],
    ['quasiRandom', 1_000_001, refused],
    ['random', 0, refused],
  ])('with the sampler %s and %i trials: %i', async (kind, trials, status) => {
    expect(await statusOfStudy({ sampler: { kind }, budget: { trials } })).toBe(status);
  });

  it('with a budget that is raised beyond the limit of its sampler is refused', async () => {
    const study = await running({ budget: { trials: 9_999 } });
    expect((await service.send('PATCH', study, { budget: { trials: 10_000 } })).status).toBe(200);
    expect((await service.send('PATCH', study, { budget: { trials: 10_001 } })).status).toBe(refused);
  });

  it.each([
    [0, refused],
    [1, created],
    [999, created],
    [1000, created],
    [1001, refused],
  ])('with %i in parallel: %i', async (parallel, status) => {
    expect(await statusOfStudy({ budget: { parallel } })).toBe(status);
  });

  it.each([1, 1000])('gives out no more than %i at the same time', async (parallel) => {
    const name = `s${nameCount++}`;
    const budget = { trials: 1100, ...(parallel === 1 && { parallel }) };
    await service.post('/v1/studies', studyNamed(name, { budget }));
    let granted = 0;
    for (let i = 0; i < Math.ceil(parallel / 32); i++) {
      granted += (await service.post(`/v1/studies/${name}/ask`, { count: 32 })).body.granted;
    }
    expect(granted).toBe(parallel);
    const { body } = await service.post(`/v1/studies/${name}/ask`);
    expect(body).toEqual({ trials: [], granted: 0, reason: 'parallel_limit', retryAfterSeconds: 2 });
    expect((await service.get(`/v1/studies/${name}`)).body.progress.running).toBe(parallel);
  });

  it.each([
    ['a', created],
    ['_', created],
    ['A-b.c_9', created],
    [`n${'x'.repeat(62)}`, created],
    [`n${'x'.repeat(63)}`, created],
    [`n${'x'.repeat(64)}`, refused],
    ['', refused],
    ['9', refused],
    ['-a', refused],
    ['.a', refused],
    ['a b', refused],
    ['a/b', refused],
    ['ä', refused],
    ['a\n', refused],
  ])('with things called %j: %i', async (name, status) => {
    expect((await service.post('/v1/studies', studyNamed(name))).status).toBe(status);
    expect(await statusOfStudy({ space: { [name]: float } })).toBe(status);
    expect(await statusOfStudy({ objectives: [{ metric: name, direction: 'minimize' }] })).toBe(status);
    expect(await statusOfStudy({ labels: { [name]: 'x' } })).toBe(status);
  });

  it.each(['__proto__', 'constructor', 'prototype'])('with a name %s is malformed or refused', async (name) => {
    expect((await service.post('/v1/studies', studyNamed(name))).status).toBe(refused);
    const text = JSON.stringify(studyNamed('never')).replace('"x"', JSON.stringify(name));
    expect((await service.post('/v1/studies', text)).status).toBe(400);
  });

  it.each([
    ['1e300', created],
    ['9.999999999999999e299', created],
    ['1.0000000000000002e300', refused],
    ['1e301', refused],
    ['1e999', refused],
  ])('with the bounds ±%s: %i', async (bound, status) => {
    const text = JSON.stringify(studyNamed(`s${nameCount++}`)).replace(
      '"low":0,"high":1',
      `"low":-${bound},"high":${bound}`,
    );
    expect((await service.post('/v1/studies', text)).status).toBe(status);
  });

  it.each([
    ['9007199254740990', created],
    ['9007199254740991', created],
    ['9007199254740992', refused],
    ['9007199254740993', refused],
  ])('with whole numbers up to %s: %i', async (bound, status) => {
    const space = `{"n":{"type":"int","low":1,"high":${bound}}}`;
    const objectives = '[{"metric":"loss","direction":"minimize"}]';
    const text = `{"name":"s${nameCount++}","space":${space},"objectives":${objectives},"seed":0}`;
    expect((await service.post('/v1/studies', text)).status).toBe(status);
    const negative = text
      .replace(`"high":${bound}`, '"high":0')
      .replace('"low":1', `"low":-${bound}`)
      .replace(/"s\d+"/, `"s${nameCount++}"`);
    expect((await service.post('/v1/studies', negative)).status).toBe(status);
    const seeded = JSON.stringify(studyNamed(`s${nameCount++}`, { seed: 0 })).replace('"seed":0', `"seed":${bound}`);
    expect((await service.post('/v1/studies', seeded)).status).toBe(status);
  });
});

test.each([
  [0, refused],
  [1, 200],
  [31, 200],
  [32, 200],
  [33, refused],
])('asking for %i trials: %i', async (count, status) => {
  const study = await running();
  const { status: got, body } = await service.post(`${study}/ask`, { count });
  expect(got).toBe(status);
  expect(body.granted).toBe(status === 200 ? count : undefined);
});

test.each([
  [0, refused],
  [1, 200],
  [99, 200],
  [100, 200],
  [101, refused],
])('%i reports in one call: %i', async (count, status) => {
  const study = await running();
  const reports = many(count, (step) => ({ step, values: { loss: step } }));
  expect((await service.post(`${study}/trials/0/report`, { attempt: 1, reports })).status).toBe(status);
  const { body } = await service.get(`${study}/trials/0`);
  expect(body.intermediate).toHaveLength(status === 200 ? count : 0);
});

test.each([
  [0, refused],
  [1, created],
  [99, created],
  [100, created],
  [101, refused],
])('%i trials in one enqueue: %i', async (count, status) => {
  const study = await running({ budget: { trials: 200 } });
  const trials = many(count, (i) => ({ params: { x: i / 256 } }));
  const { status: got, body } = await service.post(`${study}/trials`, { trials });
  expect(got).toBe(status);
  expect((await service.get(study)).body.progress.waiting).toBe(status === created ? count : 0);
  expect(body.trials?.length).toBe(status === created ? count : undefined);
});

describe('a body', () => {
  const bodyBytesMax = 262_144;

  it.each([
    [bodyBytesMax - 1, 200],
    [bodyBytesMax, 200],
    [bodyBytesMax + 1, 413],
  ])('of %i bytes, declared or not: %i', async (bytes, status) => {
    const study = await running();
    const body = `{"count":1}${' '.repeat(bytes - 11)}`;
    const wire = { method: 'POST', path: `${study}/ask`, headers: { 'content-type': 'application/json' }, body };
    expect((await exchange(service.url, wire)).status).toBe(status);
    expect((await exchange(service.url, { ...wire, isChunked: true })).status).toBe(status);
  });

  it('is measured in bytes, not in characters', async () => {
    const body = `{"worker":"${'é'.repeat(bodyBytesMax / 2)}"}`;
    expect(body.length).toBeLessThan(bodyBytesMax);
    expect((await service.post(`${await running()}/ask`, body)).status).toBe(413);
  });

  // What is 16 deep is well-formed, and refused only because nothing in the contract is so deep.
  it.each([
    [15, 'param_unknown'],
    [16, 'param_unknown'],
    [17, 'body_malformed'],
  ])('nested %i deep: %s', async (depth, code) => {
    const study = await running();
    const lists = `{"deep":${'['.repeat(depth - 1)}${']'.repeat(depth - 1)}}`;
    const objects = `${'{"deep":'.repeat(depth - 1)}{}${'}'.repeat(depth - 1)}`;
    expect((await service.post(`${study}/ask`, lists)).body.code).toBe(code);
    expect((await service.post(`${study}/ask`, objects)).body.code).toBe(code);
  });

  it('with brackets in a text is not deep', async () => {
    expect((await service.post(`${await running()}/ask`, { worker: '[{'.repeat(60) })).status).toBe(200);
  });

  it.each(['{"count":1,"count":1}', '{"count":1,"\\u0063ount":1}', '{"fixed":{"x":0.5,"x":0.5}}'])(
    'with a name twice is malformed: %s',
    async (text) => {
      const { status, body } = await service.post(`${await running()}/ask`, text);
      expect([status, body.code]).toEqual([400, 'body_malformed']);
    },
  );

  it('may have the same name in different objects', async () => {
    const trials = [{ params: { x: 0.25 } }, { params: { x: 0.5 } }];
    expect((await service.post(`${await running()}/trials`, { trials })).status).toBe(created);
  });
});

describe('a told value', () => {
  it.each([
    ['1e300', 200, 1e300],
    ['-1e300', 200, -1e300],
    ['9.999999999999999e299', 200, 9.999999999999999e299],
    ['1.0000000000000002e300', refused, undefined],
    ['-1.0000000000000002e300', refused, undefined],
    ['5e-324', 200, 5e-324],
    ['0.1', 200, 0.1],
    ['123456789012345680000', 200, 123456789012345680000],
  ])('of %s: %i', async (text, status, value) => {
    const study = await running();
    const { status: got, body } = await service.post(
      `${study}/trials/0/tell`,
      `{"attempt":1,"values":{"loss":${text}}}`,
    );
    expect(got).toBe(status);
    expect(body.values?.loss).toBe(value);
  });

  it('of -0 is 0', async () => {
    const study = await running();
    const { text } = await service.post(`${study}/trials/0/tell`, '{"attempt":1,"values":{"loss":-0}}');
    expect(text).toContain('"values":{"loss":0}');
  });
});

test('-0 in a space, in params and in a seed is 0', async () => {
  const first = studyNamed('zero', {
    space: { x: { type: 'float', low: 0, high: 1 }, n: { type: 'int', low: 0, high: 2 } },
  });
  const minus = JSON.stringify(first).replaceAll('"low":0', '"low":-0').replace('"name"', '"seed":-0,"name"');
  expect((await service.post('/v1/studies', first)).status).toBe(201);
  // The same study, so it is opened: equal numbers are equal however they are written.
  expect((await service.post('/v1/studies', minus)).status).toBe(200);
  const zero = await service.post('/v1/studies/zero/trials', '{"trials":[{"params":{"x":-0,"n":-0}}]}');
  expect(zero.text).toContain('"params":{"x":0,"n":0}');
  const again = await service.post('/v1/studies/zero/trials', '{"trials":[{"params":{"x":0,"n":0}}]}');
  expect(again.body.duplicates).toEqual([{ index: 0, number: 0 }]);
});

test.each([
  [0, refused],
  [1, 200],
  [999, 200],
  [1000, 200],
  [1001, refused],
])('a page of %i: %i', async (limit, status) => {
  const study = await running();
  for (const path of ['/v1/studies', '/v1/keys', `${study}/trials`]) {
    expect((await service.get(`${path}?limit=${limit}`)).status).toBe(status);
  }
});

test.each([
  [1, 200],
  [128, 200],
  [129, refused],
])('an Idempotency-Key of %i characters: %i', async (length, status) => {
  const headers = { 'idempotency-key': 'k'.repeat(length) };
  expect((await service.post(`${await running()}/ask`, {}, headers)).status).toBe(status);
});

test.each([
  [1000, 200],
  [1001, refused],
])('a message of %i characters: %i', async (length, status) => {
  const told = { attempt: 1, state: 'infeasible', message: 'm'.repeat(length) };
  expect((await service.post(`${await running()}/trials/0/tell`, told)).status).toBe(status);
});

test('none of this is a fault of the service', () => {
  expect(service.faults).toEqual([]);
});
