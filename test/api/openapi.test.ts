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

/** The object itself, or the one that it refers to. */
function derefer(value: Json): Json {
  return typeof value.$ref === 'string' ? (resolved(value.$ref) as Json) : value;
}

function operationNamed(operation: string): Json {
  return operations.find(([, , { operationId }]) => operationId === operation)![2];
}

describe('the OpenAPI document', () => {
  it('has the fields that OpenAPI 3.1 requires, and no others', () => {
    expect(document.openapi).toMatch(/^3\.1\.\d+$/);
    const info = { title: expect.any(String), version: expect.stringMatching(/^\d+\.\d+\.\d+$/) };
    expect(document.info).toMatchObject(info);
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

  it('has references that lead somewhere, with nothing beside them but notes', () => {
    const references = [...objectsIn(document)].filter(([, { $ref }]) => $ref !== undefined);
    expect(references.length).toBeGreaterThan(10);
    const dangling = references.filter(([, { $ref }]) => typeof resolved($ref as string) !== 'object');
    expect(dangling).toEqual([]);
    const beside = references.flatMap(([, object]) => Object.keys(object));
    expect(['$ref', 'default', 'description']).toEqual(expect.arrayContaining([...new Set(beside)]));
  });

  it('uses every schema that it names', () => {
    const used = new Set([...objectsIn(document)].map(([, { $ref }]) => $ref));
    const { schemas } = document.components as { schemas: Json };
    expect(Object.keys(schemas).filter((name) => !used.has(`#/components/schemas/${name}`))).toEqual([]);
  });

  it('declares every path parameter once, and none that is not in the path', () => {
    for (const [path, , { parameters }] of operations) {
      const declared = (parameters as Json[]).filter((parameter) => parameter.in === 'path');
      const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      expect(declared.map(({ name, required }) => [name, required])).toEqual(names.map((name) => [name, true]));
    }
  });

  it('has parameters with a name, a place and a schema, no two alike', () => {
    for (const [, , { parameters }] of operations) {
      const places = (parameters as Json[]).map(({ name, in: where, schema }) => {
        expect(['path', 'query', 'header']).toContain(where);
        expect(schema).toBeTypeOf('object');
        return `${where as string} ${name as string}`;
      });
      expect(new Set(places).size).toBe(places.length);
    }
  });

  it.each(entries)('has every success and refusal of %s by status', (operation, route) => {
    const responses = operationNamed(operation).responses as Record<string, Json>;
    const perRoute = route.scope === null ? [] : (['unauthenticated', 'forbidden', 'value_invalid'] as const);
    const codes = [...route.refusals, ...perRoute];
    for (const status of [route.success.status, ...codes.map((code) => statusOf[code])]) {
      expect(responses).toHaveProperty(String(status));
    }
    for (const code of codes) expect(derefer(responses[statusOf[code]]).description).toContain(code);
    const successTypes = [...(route.success.stream ?? (route.success.schema ? ['application/json'] : []))];
    for (const [status, response] of Object.entries(responses)) {
      const { description, content } = derefer(response);
      expect(description).toMatch(/\S/);
      const mediaTypes = Number(status) >= 400 ? ['application/problem+json'] : successTypes;
      expect(Object.keys(content ?? {})).toEqual(mediaTypes);
    }
  });

  it('says that creating a study may also open it', () => {
    const { responses } = (document.paths as Record<string, Record<string, Json>>)['/v1/studies'].post;
    expect(Object.keys(responses as Json)).toEqual(expect.arrayContaining(['200', '201', '409']));
  });

  it('has a request body just where the table has one', () => {
    const inDocument = entries.filter(([operation]) => operationNamed(operation).requestBody !== undefined);
    expect(inDocument).toEqual(entries.filter(([, { body }]) => body !== null));
  });

  it('asks for no body where none is needed', () => {
    const required = entries
      .filter(([operation]) => (operationNamed(operation).requestBody as Json | undefined)?.required)
      .map(([operation]) => operation);
    expect(required).toEqual([
      'createStudy',
      'enqueue',
      'tell',
      'startTrial',
      'release',
      'predict',
      'suggestStateless',
      'lintSpace',
      'createApiKey',
    ]);
  });

  it('has schemas with the words of JSON Schema only, whose required fields exist', () => {
    const types = [undefined, 'object', 'array', 'string', 'number', 'integer', 'boolean', 'null'];
    // Objects of `properties` map names to schemas and are none themselves.
    const schemas = schemasIn(document)
      .flatMap(([at, schema]) => [...objectsIn(schema, at)])
      .filter(([place]) => !/\/(properties|default|const|enum|examples)$/.test(place));
    expect(schemas.length).toBeGreaterThan(100);
    const faulty = schemas.filter(([, schema]) => {
      const known = Object.keys((schema.properties as Json | undefined) ?? {});
      const required = schema.properties ? ((schema.required as string[] | undefined) ?? []) : [];
      return (
        [schema.type].flat().some((type) => !types.includes(type as string)) ||
        required.some((name) => !known.includes(name)) ||
        (schema.type === 'array' && schema.items === undefined) ||
        'nullable' in schema
      );
    });
    expect(faulty).toEqual([]);
  });

  it('needs a key everywhere but for health, and names the scope', () => {
    expect(document.security).toEqual([{ apiKey: [] }]);
    const open = operations.filter(([, , { security }]) => security !== undefined);
    expect(open.map(([path, , { security }]) => [path, security])).toEqual([['/v1/health', []]]);
    for (const [operation, { scope }] of entries) {
      expect(operationNamed(operation)['x-scope'] ?? null).toBe(scope);
    }
  });

  it('offers Idempotency-Key on every POST and on nothing else', () => {
    for (const [, method, { parameters }] of operations) {
      const names = (parameters as Json[]).filter((parameter) => parameter.in === 'header').map(({ name }) => name);
      expect(names).toEqual(method === 'post' ? ['Idempotency-Key'] : []);
    }
  });

  it('is the same every time', async () => {
    expect((await service.get('/v1/openapi.json')).body).toEqual(document);
  });
});
