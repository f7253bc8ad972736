import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { statusOf } from '../../shared/api/problem.ts';
import { routes, type Operation, type Route } from '../../shared/api/routes.ts';
import { openService, type Service } from '../http/open-service.ts';

// What makes a document valid OpenAPI 3.1, as far as this one uses it: https://spec.openapis.org/oas/v3.1.0

type Json = Record<string, unknown>;

let service: Service;
let document: Json;
let operations: [string, string, Json][];

const entries = Object.entries(routes) as [Operation, Route][];

beforeAll(async () => {
  service = await openService();
  document = (await service.get('/v1/openapi.json')).body as Json;
  operations = Object.entries(document.paths as Record<string, Record<string, Json>>).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]): [string, string, Json] => [path, method, operation]),
  );
});

afterAll(() => service.close());

/** Every object in a document, with the place where it stands. */
function* objectsIn(value: unknown, place = '#'): Generator<[string, Json]> {
  if (value === null || typeof value !== 'object') return;
  if (!Array.isArray(value)) yield [place, value as Json];
  for (const [name, inner] of Object.entries(value)) {
    yield* objectsIn(inner, `${place}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`);
  }
}

/** Every schema in a document, by the places where OpenAPI has schemas. */
function schemasIn(whole: Json): [string, Json][] {
  return [...objectsIn(whole)].filter(([place]) => /(\/schema|\/components\/schemas\/\w+)$/.test(place));
}

function resolved(reference: string): unknown {
  expect(reference).toMatch(/^#\//);
  return reference
    .slice(2)
    .split('/')
    .reduce<unknown>((value, part) => (value as Json | undefined)?.[part.replaceAll('~1', '/')], document);
}

describe('the OpenAPI document', () => {
  it('has the fields that OpenAPI 3.1 requires, and no others', () => {
    expect(document.openapi).toMatch(/^3\.1\.\d+$/);
    expect(document.info).toMatchObject({
      title: expect.any(String),
      version: expect.stringMatching(/^\d+\.\d+\.\d+$/),
    });
    const known = ['openapi', 'info', 'servers', 'security', 'paths', 'components', 'tags', 'jsonSchemaDialect'];
    expect(known).toEqual(expect.arrayContaining(Object.keys(document)));
  });

  it('has every route of the table and nothing else', () => {
    const inTable = entries.map(([operation, { method, path }]) => `${method.toLowerCase()} ${path} ${operation}`);
    const inDocument = operations.map(
      ([path, method, { operationId }]) => `${method} ${path} ${operationId as string}`,
    );
    expect(inDocument.sort()).toEqual(inTable.sort());
  });

  it('has operation ids that are unique', () => {
    const ids = operations.map(([, , { operationId }]) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('has references that lead somewhere, with nothing beside them', () => {
    const references = [...objectsIn(document)].filter(([, { $ref }]) => $ref !== undefined);
    expect(references.length).toBeGreaterThan(10);
    for (const [place, object] of references) {
      expect(resolved(object.$ref as string), place).toBeTypeOf('object');
      expect(Object.keys(object), place).toEqual(['$ref']);
    }
  });

  it('uses every component', () => {
    const used = new Set([...objectsIn(document)].map(([, { $ref }]) => $ref));
    const { schemas } = document.components as { schemas: Json };
    for (const name of Object.keys(schemas)) expect(used, name).toContain(`#/components/schemas/${name}`);
  });

  it('declares every path parameter once, and none that is not in the path', () => {
    for (const [path, method, { parameters }] of operations) {
      const declared = (parameters as Json[]).filter((parameter) => parameter.in === 'path');
      const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      expect(
        declared.map(({ name }) => name),
        `${method} ${path}`,
      ).toEqual(names);
      for (const parameter of declared) expect(parameter.required, `${method} ${path}`).toBe(true);
    }
  });

  it('has parameters with a name, a place and a schema, no two alike', () => {
    for (const [path, method, { parameters }] of operations) {
      const places = (parameters as Json[]).map(({ name, in: where, schema }) => {
        expect(['path', 'query', 'header']).toContain(where);
        expect(schema).toBeTypeOf('object');
        return `${where as string} ${name as string}`;
      });
      expect(new Set(places).size, `${method} ${path}`).toBe(places.length);
    }
  });

  it.each(entries)('has every success and refusal of %s by status', (operation, route) => {
    const { responses } = operations.find(([, , { operationId }]) => operationId === operation)![2] as {
      responses: Record<string, { description: string; content?: Json }>;
    };
    const perRoute = route.scope === null ? [] : (['unauthenticated', 'forbidden', 'value_invalid'] as const);
    const statuses = [...route.refusals, ...perRoute].map((code) => statusOf[code]);
    for (const status of [route.success.status, ...statuses])
      expect(responses, String(status)).toHaveProperty(String(status));
    for (const [status, { description, content }] of Object.entries(responses)) {
      expect(description.length).toBeGreaterThan(0);
      const mediaTypes = Object.keys(content ?? {});
      if (Number(status) >= 400) expect(mediaTypes).toEqual(['application/problem+json']);
      else
        expect(mediaTypes).toEqual([...(route.success.stream ?? (route.success.schema ? ['application/json'] : []))]);
    }
    for (const code of route.refusals) expect(responses[statusOf[code]].description).toContain(code);
  });

  it('says that creating a study may also open it', () => {
    const { responses } = (document.paths as Record<string, Record<string, Json>>)['/v1/studies'].post;
    expect(Object.keys(responses as Json)).toEqual(expect.arrayContaining(['200', '201', '409']));
  });

  it('has a request body just where the table has one', () => {
    for (const [operation, { body }] of entries) {
      const { requestBody } = operations.find(([, , { operationId }]) => operationId === operation)![2];
      expect(requestBody !== undefined, operation).toBe(body !== null);
    }
  });

  it('asks for no body where none is needed', () => {
    const required = operations
      .filter(([, , { requestBody }]) => (requestBody as Json | undefined)?.required)
      .map(([, , { operationId }]) => operationId);
    expect(required.sort()).toEqual(['createApiKey', 'createStudy', 'enqueue', 'release', 'tell']);
  });

  it('has schemas with the words of JSON Schema only, whose required fields exist', () => {
    const types = ['object', 'array', 'string', 'number', 'integer', 'boolean', 'null'];
    for (const [place, schema] of schemasIn(document).flatMap(([at, schema]) => [...objectsIn(schema, at)])) {
      // Objects of `properties` map names to schemas and are none themselves.
      if (/\/(properties|\$defs)$/.test(place)) continue;
      if (typeof schema.type === 'string') expect(types, place).toContain(schema.type);
      if (Array.isArray(schema.required) && schema.properties) {
        expect(Object.keys(schema.properties), place).toEqual(expect.arrayContaining(schema.required));
      }
      if (schema.type === 'array') expect(schema.items ?? schema.prefixItems, place).toBeDefined();
      expect(schema, place).not.toHaveProperty('nullable');
    }
  });

  it('needs a key everywhere but for health, and names the scope', () => {
    expect(document.security).toEqual([{ apiKey: [] }]);
    const open = operations.filter(([, , { security }]) => security !== undefined);
    expect(open.map(([path, , { security }]) => [path, security])).toEqual([['/v1/health', []]]);
    for (const [operation, { scope }] of entries) {
      const found = operations.find(([, , { operationId }]) => operationId === operation)![2];
      expect(found['x-scope'] ?? null).toBe(scope);
    }
  });

  it('offers Idempotency-Key on every POST and on nothing else', () => {
    for (const [path, method, { parameters }] of operations) {
      const names = (parameters as Json[]).filter((parameter) => parameter.in === 'header').map(({ name }) => name);
      expect(names, `${method} ${path}`).toEqual(method === 'post' ? ['Idempotency-Key'] : []);
    }
  });

  it('is the same every time', async () => {
    expect((await service.get('/v1/openapi.json')).body).toEqual(document);
  });
});
