import * as z from 'zod';
import { components } from './messages.ts';
import { Problem, statusOf, type ProblemCode } from './problem.ts';
import { pathParameters, routes, type Operation, type Route } from './routes.ts';

type Json = Record<string, unknown>;

/** The contract as an OpenAPI 3.1 document, folded from the route table. */
export function openApiDocument(version: string): Json {
  const paths: Record<string, Json> = {};
  for (const operation of Object.keys(routes) as Operation[]) {
    const route: Route = routes[operation];
    paths[route.path] = { ...paths[route.path], [route.method.toLowerCase()]: operationOf(operation, route) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Cavia',
      version,
      summary: 'Hyperparameter suggestions over HTTP: ask for the next configuration to try, tell how it went.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: 'http://127.0.0.1:8787', description: 'npm start on this machine' }],
    security: [{ apiKey: [] }],
    paths,
    components: {
      schemas: Object.fromEntries(
        Object.entries({ ...components, Problem }).map(([name, schema]) => [name, schemaOf(schema, 'output', name)]),
      ),
      securitySchemes: {
        apiKey: {
          type: 'http',
          scheme: 'bearer',
          description: 'Needed when the server runs with --auth: Authorization: Bearer cav_…',
        },
      },
    },
  };
}

function operationOf(operation: Operation, route: Route): Json {
  return {
    operationId: operation,
    summary: route.summary,
    ...(route.scope === null ? { security: [] } : { 'x-scope': route.scope }),
    parameters: [
      ...pathParameters(route.path).map(pathParameter),
      ...queryParameters(route),
      ...headerParameters(route),
    ],
    ...(route.body && {
      requestBody: {
        required: !route.body.safeParse({}).success,
        content: { 'application/json': { schema: schemaOf(route.body, 'input') } },
      },
    }),
    responses: { ...successOf(operation, route), ...refusalsOf(route) },
  };
}

function pathParameter(name: string): Json {
  const descriptions: Record<string, string> = {
    study: 'The study, by id or name.',
    number: 'The number of the trial, from 0.',
    key: 'The id of the API key.',
  };
  return { name, in: 'path', required: true, description: descriptions[name], schema: { type: 'string' } };
}

function queryParameters(route: Route): Json[] {
  const schema = schemaOf(route.query, 'input') as { properties?: Record<string, Json> };
  return Object.entries(schema.properties ?? {}).map(([name, property]) => ({
    name,
    in: 'query',
    required: false,
    schema: property,
  }));
}

function headerParameters(route: Route): Json[] {
  if (route.method !== 'POST') return [];
  return [
    {
      name: 'Idempotency-Key',
      in: 'header',
      required: false,
      description: 'One per logical request: a repetition within 48 hours gets the same answer and changes nothing.',
      schema: { type: 'string', minLength: 1, maxLength: 128 },
    },
  ];
}

function successOf(operation: Operation, { success }: Route): Json {
  const headers = { 'X-Request-Id': { schema: { type: 'string' } } };
  const content = success.stream
    ? Object.fromEntries(success.stream.map((mediaType) => [mediaType, { schema: { type: 'string' } }]))
    : success.schema && { 'application/json': { schema: schemaOf(success.schema, 'output') } };
  const response = { description: 'Done.', headers, ...(content && { content }) };
  // Create-or-open, and every repetition: the thing is there already.
  const opened =
    operation === 'createStudy' ? { 200: { ...response, description: 'The study existed with this spec.' } } : {};
  return { ...opened, [success.status]: response };
}

const everyRoute: ProblemCode[] = [
  'body_malformed',
  'too_large',
  'media_type_unsupported',
  'value_invalid',
  'param_unknown',
  'unauthenticated',
  'forbidden',
  'rate_limited',
  'internal',
  'unavailable',
];

function refusalsOf(route: Route): Json {
  const codes = route.scope === null ? (['internal'] as ProblemCode[]) : [...route.refusals, ...everyRoute];
  const byStatus = Map.groupBy(codes, (code) => statusOf[code]);
  return Object.fromEntries(
    [...byStatus].map(([status, list]) => [
      status,
      {
        description: list.join(', '),
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    ]),
  );
}

/** A schema as JSON Schema; named components become references. @param own the component that is being written out. */
function schemaOf(schema: z.ZodType, io: 'input' | 'output', own?: string): Json {
  const name = Object.entries(components).find(([, component]) => component === (schema as unknown))?.[0];
  if (name !== undefined && name !== own) return { $ref: `#/components/schemas/${name}` };
  const json = z.toJSONSchema(schema, {
    target: 'draft-2020-12',
    io,
    unrepresentable: 'any',
    reused: 'inline',
    override: refer(own),
  }) as Json;
  delete json.$schema;
  return json;
}

function refer(own: string | undefined): (context: { zodSchema: unknown; jsonSchema: Json; path: unknown[] }) => void {
  return ({ zodSchema, jsonSchema, path }) => {
    const name = Object.entries(components).find(([, component]) => component === zodSchema)?.[0];
    if (name === undefined || name === own || path.length === 0) return;
    for (const key of Object.keys(jsonSchema)) delete jsonSchema[key];
    jsonSchema.$ref = `#/components/schemas/${name}`;
  };
}
