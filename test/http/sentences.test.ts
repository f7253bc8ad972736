import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { parseOrRefuse } from '../../shared/http/sentences.ts';
import type { ServiceError } from '../../shared/service/errors.ts';
import { bodied, studyForCorpus, textWith } from './hostile-corpus.ts';
import { openService, studyNamed, type Service } from './open-service.ts';

let service: Service;

beforeAll(async () => {
  service = await openService();
  await service.post('/v1/studies', studyForCorpus);
  await service.post('/v1/studies/s/ask', { count: 3 });
  await service.post('/v1/studies/s/trials/1/tell', { attempt: 1, values: { loss: 0.5 } });
  await service.post('/v1/studies/s/trials/2/cancel');
});

afterAll(() => service.close());

/** The sentences as the person reads them who sent this. */
async function sentences(method: string, path: string, body?: unknown): Promise<string[]> {
  const answer = await service.send(method, path, body);
  expect(answer.status).toBeGreaterThanOrEqual(400);
  const { detail, hint, errors } = answer.body;
  const all = errors ?? [{ detail }];
  expect(all[0].detail).toBe(detail);
  return [...all.map((error: { detail: string }) => error.detail), ...(hint ? [hint] : [])];
}

const float = { type: 'float', low: 0, high: 1 };
const name = 'must start with a letter or "_" and go on with at most 63 letters, digits, "_", "." or "-"';
const time = 'must be a date and time with its zone, such as 2026-12-01T00:00:00Z';

describe('createStudy', () => {
  it.each<[object, ...string[]]>([
    [{ name: '9x' }, `name ${name}; got "9x".`],
    [{ name: 12 }, 'name must be a text; got 12.'],
    [{ space: [] }, 'space must be an object; got [].'],
    [{ space: {} }, 'space must have at least one parameter; got {}.'],
    [{ objectives: 'loss' }, 'objectives must be a list; got "loss".'],
    [{ objectives: [] }, 'objectives must have at least 1 entry; got [].'],
    [{ objectives: [{ metric: 'loss' }] }, 'objectives[0].direction must be given.'],
    [
      { objectives: [{ metric: 'loss', direction: 'min' }] },
      'objectives[0].direction must be "minimize" or "maximize"; got "min".',
    ],
    [{ sampler: 'random' }, 'sampler must be an object; got "random".'],
    [{ pruner: { kind: 'asha' } }, 'pruner.kind must be "none"; got "asha".'],
    [{ budget: { trials: 0 } }, 'budget.trials must be ≥ 1; got 0.'],
    [{ budget: { trials: 1.5 } }, 'budget.trials must be a whole number within ±2^53; got 1.5.'],
    [{ budget: { parallel: 5000 } }, 'budget.parallel must be ≤ 1000; got 5000.'],
    [{ budget: { deadline: 'tomorrow' } }, `budget.deadline ${time}; got "tomorrow".`],
    [{ budget: { deadline: '2026-12-01' } }, `budget.deadline ${time}; got "2026-12-01".`],
    [{ budget: { trails: 1 } }, 'budget.trails is not a known field; the nearest field is trials.'],
    [{ lease: { attempts: 11 } }, 'lease.attempts must be ≤ 10; got 11.'],
    [{ seed: null }, 'seed must be a number; got null.'],
    [{ labels: { 'a b': 'x' } }, `labels.a b ${name}; got "a b".`],
    [{ seed: -1, budget: { trials: 0 } }, 'budget.trials must be ≥ 1; got 0.', 'seed must be ≥ 0; got -1.'],
    [
      { sampler: { kind: 'grid' } },
      'sampler.points.x must say how many values x gets on the grid, because it is a float without a step.',
    ],
  ])('%j', async (more, ...expected) => {
    expect(await sentences('POST', '/v1/studies', studyNamed('never', { ...more }))).toEqual(expected);
  });

  it.each<[object, ...string[]]>([
    [{ type: 'float' }, 'space.x.low must be given.', 'space.x.high must be given.'],
    [
      { ...float, type: 'flaot' },
      'space.x.type must be "float", "int", "ordinal", "categorical" or "boolean"; got "flaot".',
    ],
    [{ low: 0, high: 1 }, 'space.x.type must be "float", "int", "ordinal", "categorical" or "boolean".'],
    [{ ...float, low: '0' }, 'space.x.low must be a number; got "0".'],
    [{ ...float, scale: 'log' }, 'space.x.low must be > 0 because scale is "log"; got 0.'],
    [{ ...float, scale: 'logarithmic' }, 'space.x.scale must be "linear", "log" or "reverseLog"; got "logarithmic".'],
    [{ ...float, low: 2 }, 'space.x.high must be ≥ low, which is 2; got 1.'],
    [{ ...float, high: 1e301 }, 'space.x.high must be ≤ 1e+300; got 1e+301.'],
    [{ ...float, lo: 0 }, 'space.x.lo is not a known field; the nearest field is low.'],
    [{ ...float, default: 2 }, 'space.x.default must lie between low 0 and high 1; got 2.'],
    [{ ...float, type: 'int', low: 0.5 }, 'space.x.low must be a whole number within ±2^53; got 0.5.'],
    [{ type: 'categorical', choices: [] }, 'space.x.choices must have at least 1 entry; got [].'],
    [{ type: 'categorical', choices: [null] }, 'space.x.choices[0] must be a number, a text, true or false; got null.'],
    [{ type: 'categorical', choices: ['a', 'a'] }, 'space.x.choices[1] must not appear twice; got "a".'],
    [{ type: 'ordinal', values: [3, 1] }, 'space.x.values[1] must be larger than the value before it, 3; got 1.'],
  ])('a parameter %j', async (parameter, ...expected) => {
    const study = { ...studyNamed('never'), space: { x: parameter } };
    expect(await sentences('POST', '/v1/studies', study)).toEqual(expected);
  });

  it('says all that is missing', async () => {
    expect(await sentences('POST', '/v1/studies', {})).toEqual([
      'name must be given.',
      'space must be given.',
      'objectives must be given.',
    ]);
  });

  it('says in what an existing study differs, and what to do', async () => {
    const { body } = await service.post('/v1/studies', { ...studyForCorpus, seed: 8 });
    expect(body.detail).toBe('Study s exists with another spec; it differs in seed.');
    expect(body.hint).toBe('Choose another name, or change the study with PATCH /v1/studies/s.');
    expect(body.errors).toMatchObject([{ param: 'seed' }]);
  });
});

describe('other routes', () => {
  const study = '/v1/studies/s';
  it.each<[string, string, unknown, ...string[]]>([
    ['POST', '/v1/studies', [], 'The body must be a JSON object; got [].'],
    ['POST', '/v1/studies', '{"a":1,"a":2}', 'The body must have every name once; "a" is there twice.'],
    ['POST', `${study}/ask`, { count: 33 }, 'count must be ≤ 32; got 33.'],
    ['POST', `${study}/ask`, { worker: '' }, 'worker must have at least 1 character; got "".'],
    [
      'POST',
      `${study}/ask`,
      { worker: 'w'.repeat(129) },
      `worker must have at most 128 characters; got "${'w'.repeat(58)}….`,
    ],
    ['POST', `${study}/ask`, { cuont: 1 }, 'cuont is not a known field; the nearest field is count.'],
    [
      'POST',
      `${study}/ask`,
      { seed: 1, count: '2', worker: 3 },
      'count must be a number; got "2".',
      'worker must be a text; got 3.',
      'seed is not a known field; the known fields are count, worker, fixed, leaseSeconds.',
    ],
    [
      'POST',
      `${study}/ask`,
      { fixed: { c: 'b', x: 0.5 } },
      'fixed.x is inactive because c is "b": leave it out; got 0.5.',
    ],
    ['POST', `${study}/trials`, { trials: [] }, 'trials must have at least 1 entry; got [].'],
    [
      'POST',
      `${study}/trials`,
      { trials: [{ params: { c: 'z' } }] },
      'trials[0].params.c must be one of "a", "b", true, 3; got "z".',
    ],
    ['POST', `${study}/trials/0/tell`, {}, 'attempt must be given.'],
    [
      'POST',
      `${study}/trials/0/tell`,
      { attempt: 1, values: { loss: 'low' } },
      'values.loss must be a number, "NaN", "Infinity" or "-Infinity"; got "low".',
    ],
    [
      'POST',
      `${study}/trials/0/tell`,
      { attempt: 1, values: { loss: null } },
      'values.loss must be a number, "NaN", "Infinity" or "-Infinity"; got null.',
    ],
    [
      'POST',
      `${study}/trials/0/tell`,
      { attempt: 1, values: { loss: 1e301 } },
      'values.loss must be ≤ 1e+300; got 1e+301.',
    ],
    [
      'POST',
      `${study}/trials/0/tell`,
      { attempt: 1, values: { lss: 1 } },
      'values.loss must be given, because it is an objective of the study.',
      'lss is not an objective; the nearest objective is loss.',
    ],
    [
      'POST',
      `${study}/trials/0/tell`,
      { attempt: 2, values: { loss: 1 } },
      'attempt must be one that was given out, at most 1; got 2.',
    ],
    [
      'POST',
      `${study}/trials/0/tell`,
      { attempt: 1, state: 'done' },
      'state must be "complete", "infeasible", "failed" or "pruned"; got "done".',
    ],
    [
      'POST',
      `${study}/trials/1/tell`,
      { attempt: 1, values: { loss: 0.6 } },
      'Trial 1 has the result complete {"loss":0.5}; the first result counts.',
    ],
    ['POST', `${study}/trials/0/report`, { step: 1 }, 'values must be given, because step and values belong together.'],
    ['POST', `${study}/trials/0/retry`, {}, 'Trial 0 is running; only failed and cancelled trials can be tried again.'],
    ['POST', `${study}/trials/1/cancel`, {}, 'Trial 1 is complete and cannot be cancelled.'],
    ['POST', `${study}/trials/0/retry`, { attempt: 1 }, 'attempt is not a known field; none is expected here.'],
    ['POST', '/v1/keys', { name: 'k', scopes: ['all'] }, 'scopes[0] must be "read", "write" or "admin"; got "all".'],
    ['PATCH', study, { state: 'finished' }, 'state must be "active", "paused" or "stopped"; got "finished".'],
    ['GET', '/v1/studies?limit=0', undefined, 'limit must be ≥ 1; got "0".'],
    ['GET', '/v1/studies?limit=ten', undefined, 'limit must be a number; got "ten".'],
    ['GET', '/v1/studies?limit=1&limit=2', undefined, 'limit must be given once in the query.'],
    ['GET', '/v1/studies?after=x', undefined, 'after must be the nextCursor of the page before; got "x".'],
    ['GET', `${study}?x=1`, undefined, 'x is not a known field; none is expected here.'],
    ['GET', `${study}/trials/99`, undefined, 'Study s has no trial "99".', 'GET /v1/studies/s/trials lists them.'],
    ['GET', '/v1/nowhere', undefined, 'There is no /v1/nowhere.', 'GET /v1/openapi.json lists the routes.'],
    ['PUT', '/v1/studies', {}, '/v1/studies takes POST, GET; got PUT.'],
    ['DELETE', study, {}, 'DELETE /v1/studies/{study} takes no body.'],
  ])('%s %s %j', async (method, path, body, ...expected) => {
    expect(await sentences(method, path, body)).toEqual(expected);
  });
});

describe('an unknown field', () => {
  const cases = bodied.flatMap(({ operation, method, path, body, misspelt }) =>
    misspelt.map(([where, field, nearest]) => ({ operation, method, path, body, where, field, nearest })),
  );
  it.each(cases)(
    '$operation: $field is answered with $nearest',
    async ({ method, path, body, where, field, nearest }) => {
      const answer = await service.send(method, path, textWith(body, [...where, field], '1'));
      expect(answer.body.code).toBe('param_unknown');
      expect(answer.body.param.endsWith(field)).toBe(true);
      expect(answer.body.detail).toBe(`${answer.body.param} is not a known field; the nearest field is ${nearest}.`);
    },
  );
});

describe('parseOrRefuse', () => {
  it('gives what the schema makes of the input', () => {
    expect(parseOrRefuse(z.strictObject({ a: z.int().default(3) }), {}, () => 'value_invalid')).toEqual({ a: 3 });
  });

  it('lists at most 20 errors', () => {
    const { details } = refusalOf(
      z.array(z.string()),
      Array.from({ length: 50 }, () => 1),
    );
    expect(details.errors).toHaveLength(20);
  });

  it('names the first error, and lists nothing when there is only one', () => {
    const { details, message } = refusalOf(z.strictObject({ a: z.strictObject({ b: z.string() }) }), { a: { b: 1 } });
    expect(message).toBe('a.b must be a text; got 1.');
    expect(details).toEqual({ param: 'a.b' });
  });

  it('asks the path for the code', () => {
    expect(refusalOf(z.strictObject({ space: z.string() }), { space: 1 }).code).toBe('space_invalid');
    expect(refusalOf(z.strictObject({ other: z.string() }), { other: 1 }).code).toBe('value_invalid');
  });

  it('shows no more than 60 characters of a value', () => {
    expect(refusalOf(z.strictObject({ a: z.int() }), { a: 'x'.repeat(500) }).message).toBe(
      `a must be a number; got "${'x'.repeat(58)}….`,
    );
  });

  it('calls the input itself the body', () => {
    expect(refusalOf(z.strictObject({}), 3).message).toBe('The body must be an object; got 3.');
  });
});

function refusalOf(schema: z.ZodType, input: unknown): ServiceError {
  try {
    parseOrRefuse(schema, input, ([field]) => (field === 'space' ? 'space_invalid' : 'value_invalid'));
  } catch (error) {
    return error as ServiceError;
  }
  throw new Error('it was parsed');
}
