import * as z from 'zod';
import { Problem, statusOf, type ProblemCode } from './problem.ts';
import { pathParameters, routes, type Operation, type Route } from './routes.ts';

type Json = Record<string, unknown>;

/** The contract as an OpenAPI 3.1 document, folded from the route table. */
export function openApiDocument(version: string): Json {
  const paths: Record<string, Json> = {};
  const components: Json = {};
  for (const operation of Object.keys(routes) as Operation[]) {
    const route: Route = routes[operation];
    paths[route.path] = {
      ...paths[route.path],
      [route.method.toLowerCase()]: operationOf(operation, route, components),
    };
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
      schemas: components,
      responses: refusalResponses(components),
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

function operationOf(operation: Operation, route: Route, components: Json): Json {
  return {
    operationId: operation,
    summary: route.summary,
    ...(route.scope === null ? { security: [] } : { 'x-scope': route.scope }),
    parameters: [
      ...pathParameters(route.path).map(pathParameter),
      ...queryParameters(route, components),
      ...headerParameters(route),
    ],
    ...(route.body && {
      requestBody: {
        required: !route.body.safeParse({}).success,
        content: { 'application/json': { schema: schemaOf(route.body, 'input', components) } },
      },
    }),
    responses: { ...successOf(operation, route, components), ...refusalsOf(route) },
    'x-refusals': refusalCodes(route),
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

function queryParameters(route: Route, components: Json): Json[] {
  const schema = schemaOf(route.query, 'output', components) as { properties?: Record<string, Json> };
  return Object.entries(schema.properties ?? {}).map(([name, property]) => ({
    name,
    in: 'query',
    required: false,
    schema: property,
  }));
}

export const idempotency =
  'One per logical request: a repetition within 48 hours gets the same answer and changes nothing.';

function headerParameters(route: Route): Json[] {
  if (route.method !== 'POST') return [];
  return [
    {
      name: 'Idempotency-Key',
      in: 'header',
      required: false,
      description: idempotency,
      schema: { type: 'string', minLength: 1, maxLength: 128 },
    },
  ];
}

function successOf(operation: Operation, { method, success }: Route, components: Json): Json {
  const headers = {
    'X-Request-Id': { schema: { type: 'string' } },
    ...(method === 'POST' && { 'Idempotency-Replayed': replayedHeader }),
  };
  const content = success.stream
    ? Object.fromEntries(success.stream.map((mediaType) => [mediaType, { schema: { type: 'string' } }]))
    : success.schema && { 'application/json': { schema: schemaOf(success.schema, 'output', components) } };
  const response = { description: 'Done.', headers, ...(content && { content }) };
  // Create-or-open, and every repetition: the thing is there already.
  const opened =
    operation === 'createStudy' ? { 200: { ...response, description: 'The study existed with this spec.' } } : {};
  return { ...opened, [success.status]: response };
}

const replayedHeader = {
  description: 'There when the request had been answered before.',
  schema: { type: 'string', const: 'true' },
};

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

/** The codes that a route may refuse with. */
function refusalCodes(route: Route): ProblemCode[] {
  return route.scope === null ? ['internal'] : [...new Set([...route.refusals, ...everyRoute])];
}

function refusalsOf(route: Route): Json {
  const statuses = new Set(refusalCodes(route).map((code) => statusOf[code]));
  return Object.fromEntries(
    [...statuses].map((status) => [status, { $ref: `#/components/responses/Refusal${status}` }]),
  );
}

/** One response for each status of a refusal; which codes a route has is in its `x-refusals`. */
function refusalResponses(components: Json): Json {
  const schema = schemaOf(Problem, 'output', components);
  const byStatus = Map.groupBy(Object.keys(statusOf) as ProblemCode[], (code) => statusOf[code]);
  return Object.fromEntries(
    [...byStatus].map(([status, codes]) => [
      `Refusal${status}`,
      { description: codes.join(', '), content: { 'application/problem+json': { schema } } },
    ]),
  );
}

/**
 * A schema as JSON Schema. Schemas that have an id in their metadata become components and are referred to; what a
 * client may leave out and what the service always fills in differ, so a component of requests is called `…Input`.
 */
function schemaOf(schema: z.ZodType, io: 'input' | 'output', components: Json): Json {
  const {
    $schema: _,
    $defs,
    ...json
  } = z.toJSONSchema(schema, { io, unrepresentable: 'any', reused: 'inline' }) as Json;
  const suffix = io === 'input' ? 'Input' : '';
  for (const [id, component] of Object.entries(($defs as Json | undefined) ?? {})) {
    const { id: _id, ...fields } = component as Json;
    components[id + suffix] = referring(fields, suffix);
  }
  if (typeof json.id !== 'string') return referring(json, suffix);
  const { id, ...fields } = json;
  components[id + suffix] = referring(fields, suffix);
  return { $ref: `#/components/schemas/${id}${suffix}` };
}

function referring(json: Json, suffix: string): Json {
  const text = JSON.stringify(json).replaceAll(/"#\/\$defs\/(\w+)"/g, `"#/components/schemas/$1${suffix}"`);
  return JSON.parse(text) as Json;
}
