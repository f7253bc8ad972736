import * as z from 'zod';
import { statusOf, type ProblemCode } from '../shared/api/problem.ts';
import { idempotency, openApiDocument } from '../shared/api/openapi.ts';
import { routes, type Operation, type Route } from '../shared/api/routes.ts';

type Json = { [name: string]: unknown };

/** The contract as a page to read: every route with its fields, and the codes of refusals. */
export function apiPage(): string {
  const operations = Object.keys(routes) as Operation[];
  return `${[
    '<!-- Made by npm run generate from shared/api/routes.ts. -->',
    '# The HTTP API',
    'Every route of this version. `docs/openapi.json`, also served at `/v1/openapi.json`, has the full schemas. `{study}` is the id or the name of a study. Lists are `{data, nextCursor}`; pass `nextCursor` as `after`.',
    `Every POST takes a header \`Idempotency-Key\` of 1 to 128 printable ASCII characters. ${idempotency} The answer to a repetition has the header \`Idempotency-Replayed: true\`.`,
    ...operations.map((operation) => section(operation, routes[operation])),
    schemaSections(),
    refusalTable(),
  ].join('\n\n')}\n`;
}

function section(operation: Operation, route: Route): string {
  const parts = [
    `## ${route.method} ${route.path}`,
    `${route.summary} \`${operation}\`${route.scope ? `, scope \`${route.scope}\`` : ', no key needed'}.`,
  ];
  const query = fieldTable('Query', route.query, 'output');
  const body = route.body && fieldTable('Body', route.body);
  if (query) parts.push(query);
  if (body) parts.push(body);
  parts.push(answerOf(route));
  if (route.refusals.length > 0)
    parts.push(`Refusals: ${[...new Set(route.refusals)].map((code) => `\`${code}\` ${statusOf[code]}`).join(', ')}.`);
  return parts.join('\n\n');
}

function answerOf({ success: { status, schema, stream } }: Route): string {
  const title = `Answer ${status}`;
  if (stream) return `${title}: a stream of ${stream.map((type) => `\`${type}\``).join(' or ')}.`;
  return schema ? (fieldTable(title, schema, 'output') ?? `${title}: an object.`) : `${title}, without a body.`;
}

/** @param io queries are described as they are read, since as text all of them are the same. */
function fieldTable(title: string, schema: z.ZodType, io: 'input' | 'output' = 'input'): string | undefined {
  const { $defs: _, ...json } = z.toJSONSchema(schema, { io, unrepresentable: 'any', reused: 'inline' }) as Json;
  if (typeof json.$ref === 'string') return `${title}: ${typeOf(json)}.`;
  const table = propertyTable(title, json, io === 'input');
  return [table, json.description].filter(Boolean).join('\n\n') || undefined;
}

function propertyTable(title: string, json: Json, isInput = false): string | undefined {
  const rows = rowsOf(json, isInput);
  return rows.length > 0 ? [`| ${title} | type | |`, '|---|---|---|', ...rows].join('\n') : undefined;
}

/** A row for each field, followed by those of the fields inside of it: `budget.trials`, `trials[].params`. */
function rowsOf(json: Json, isInput: boolean, place = ''): string[] {
  const required = new Set((json.required as string[] | undefined) ?? []);
  return Object.entries((json.properties as Record<string, Json> | undefined) ?? {}).flatMap(([name, property]) => {
    const notes = [
      property.description,
      property.default !== undefined && `default \`${JSON.stringify(property.default)}\``,
      isInput && required.has(name) && 'required',
    ];
    const row = `| \`${place}${name}\` | ${typeOf(property)} | ${notes.filter(Boolean).join('; ')} |`;
    const options = (property.anyOf as Json[] | undefined) ?? [property];
    const inner = options.flatMap((option) =>
      option.type === 'array'
        ? rowsOf(option.items as Json, isInput, `${place}${name}[].`)
        : rowsOf(option, isInput, `${place}${name}.`),
    );
    return [row, ...inner];
  });
}

/** The documents that routes refer to, as the service writes them. */
function schemaSections(): string {
  const { components } = openApiDocument('') as { components: { schemas: Record<string, Json> } };
  const sections = Object.entries(components.schemas)
    .filter(([name]) => !name.endsWith('Input'))
    .map(([name, schema]) => {
      const options = ((schema.oneOf ?? schema.anyOf) as Json[] | undefined) ?? [schema];
      const tables = options.map((option) => propertyTable(name, option)).filter((table) => table !== undefined);
      const text =
        tables.length > 0 ? tables : [`An object: ${typeOf((schema.additionalProperties ?? schema) as Json)} by name.`];
      return [`### ${name}`, ...text].join('\n\n');
    });
  return ['## Schemas', ...sections].join('\n\n');
}

function typeOf(json: Json): string {
  if (typeof json.$ref === 'string') return `[${json.$ref.split('/').at(-1)}](#schemas)`;
  if (json.const !== undefined) return `\`${JSON.stringify(json.const)}\``;
  if (Array.isArray(json.enum)) return json.enum.map((one) => `\`${JSON.stringify(one)}\``).join(' ');
  const options = (json.anyOf ?? json.oneOf) as Json[] | undefined;
  if (options) return [...new Set(options.map(typeOf))].join(' or ');
  if (json.type === 'array')
    return `list of ${json.items ? typeOf(json.items as Json) : 'anything'}${rangeOf(json, 'minItems', 'maxItems', ' entries')}`;
  if (json.type === 'object') return json.properties ? 'object' : 'object by name';
  if (json.type === 'string')
    return json.format === 'date-time' ? 'time' : `text${rangeOf(json, 'minLength', 'maxLength', ' characters')}`;
  if (json.type === 'integer' || json.type === 'number')
    return `${json.type}${rangeOf(json, 'minimum', 'maximum', '')}`;
  if (Array.isArray(json.type)) return json.type.map((type: string) => typeOf({ ...json, type })).join(' or ');
  return typeof json.type === 'string' ? json.type : 'anything';
}

function rangeOf(json: Json, low: string, high: string, unit: string): string {
  const [from, to] = [json[low], json[high]] as (number | undefined)[];
  const isBounded = to !== undefined && to < Number.MAX_SAFE_INTEGER;
  if (isBounded && from !== undefined && from > -Number.MAX_SAFE_INTEGER) return `, ${from} to ${to}${unit}`;
  if (isBounded) return `, at most ${to}${unit}`;
  return from !== undefined && from > -Number.MAX_SAFE_INTEGER ? `, at least ${from}${unit}` : '';
}

function refusalTable(): string {
  const rows = (Object.keys(statusOf) as ProblemCode[]).map((code) => `| \`${code}\` | ${statusOf[code]} |`);
  return [
    '## Refusals',
    'RFC 9457 `application/problem+json`: a [Problem](#schemas).',
    ['| code | status |', '|---|---|', ...rows].join('\n'),
  ].join('\n\n');
}
