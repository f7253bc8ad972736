import { openApiDocument } from '../api/openapi.ts';
import { problemOf, statusOf } from '../api/problem.ts';
import type { Route } from '../api/routes.ts';
import type { Caller, Reply } from '../service/call.ts';
import { ServiceError } from '../service/errors.ts';
import type { Stream } from '../service/trials/export-trials.ts';
import type { Ports } from '../service/ports/ports.ts';
import { parseJson, readBody } from './json-body.ts';
import { matchRoute, type Matched } from './match.ts';
import { parseOrRefuse } from './sentences.ts';
import { useCases } from './use-cases.ts';

export interface RouterSettings {
  ports: Ports;
  /** Who sent the request; throws a ServiceError when that cannot be told. */
  identify: (request: Request) => Promise<Caller>;
  version: string;
  /** Who serves the routes that use the model, where that is somebody else; who sent a request is asked there. */
  serveModel?: (request: Request) => Promise<Response>;
  /** Failures that the client is not told about. */
  onFault: (error: unknown, requestId: string) => void;
}

/** Request in, response out, whatever happens: the one place where errors are caught. */
export function createRouter(settings: RouterSettings): (request: Request) => Promise<Response> {
  return async (request) => {
    const requestId = requestIdOf(request, settings.ports.identifiers.ulid);
    try {
      return await answer(settings, request, requestId);
    } catch (error) {
      return refusal(error, requestId, settings.onFault);
    }
  };
}

async function answer(
  { ports, identify, version, serveModel }: RouterSettings,
  request: Request,
  requestId: string,
): Promise<Response> {
  const url = new URL(request.url);
  const matched = matchRoute(request.method, url.pathname);
  const { operation, route, path } = matched;
  if (route.usesModel && serveModel) return serveModel(request);
  if (operation === 'health') return json({ status: 200, body: { status: 'ok', version } }, requestId);
  const caller = await identify(request);
  requireScope(caller, route);
  const query = parseOrRefuse(route.query, queryOf(url), () => 'value_invalid');
  const body = await bodyOf(request, matched);
  if (operation === 'openapi') return json({ status: 200, body: openApiDocument(version) }, requestId);
  const call = { caller, operation, path, query, body, idempotencyKey: idempotencyKeyOf(request) };
  const reply = await useCases[operation](ports, call);
  return 'lines' in reply ? stream(reply, requestId) : json(reply, requestId);
}

function requireScope(caller: Caller, route: Route): void {
  if (caller.job) {
    if (route.isForJobs) return;
    throw new ServiceError('forbidden', `A job may start, report and tell its own trial, and nothing else.`);
  }
  if (route.scope === null || caller.scopes.includes(route.scope) || caller.scopes.includes('admin')) return;
  throw new ServiceError(
    'forbidden',
    `The API key must have the scope ${route.scope}; it has ${caller.scopes.join(', ')}.`,
  );
}

function queryOf(url: URL): Record<string, string> {
  const query: Record<string, string> = {};
  for (const [name, value] of url.searchParams) {
    if (name === '__proto__')
      throw new ServiceError('param_unknown', '__proto__ is not a known field.', { param: name });
    if (Object.hasOwn(query, name))
      throw new ServiceError('value_invalid', `${name} must be given once in the query.`, { param: name });
    query[name] = value;
  }
  return query;
}

const operationsWithSpace = new Set<string>(['createStudy', 'updateStudy', 'lintSpace', 'suggestStateless']);

async function bodyOf(request: Request, { operation, route }: Matched): Promise<unknown> {
  const text = await readBody(request);
  if (!route.body) {
    // A web request with GET never has a body to read, but headers that announce one.
    if (text !== '' || (!request.body && announcesBody(request)))
      throw new ServiceError('body_malformed', `${route.method} ${route.path} takes no body.`);
    return undefined;
  }
  const mediaType = request.headers.get('content-type')?.split(';')[0].trim().toLowerCase();
  // Browsers send any site's forms as other types without asking; JSON they must ask for. So this also keeps them out.
  if (text !== '' && mediaType !== 'application/json') {
    throw new ServiceError(
      'media_type_unsupported',
      `Content-Type must be application/json; got ${mediaType ?? 'none'}.`,
      {
        hint: 'With curl: --json, or -H "Content-Type: application/json".',
      },
    );
  }
  const parsed = text === '' ? {} : parseJson(text);
  if (parsed === null || typeof parsed !== 'object' || Array.isArray(parsed)) {
    throw new ServiceError('body_malformed', `The body must be a JSON object; got ${text.slice(0, 60)}.`);
  }
  const definesSpace = operationsWithSpace.has(operation);
  return parseOrRefuse(route.body, parsed, ([field]) =>
    definesSpace && (field === 'space' || field === 'constraints') ? 'space_invalid' : 'value_invalid',
  );
}

function announcesBody({ headers }: Request): boolean {
  return Number(headers.get('content-length') ?? 0) > 0 || headers.has('transfer-encoding');
}

function idempotencyKeyOf(request: Request): string | undefined {
  const key = request.headers.get('idempotency-key');
  if (key === null || request.method !== 'POST') return undefined;
  if (!/^[\x21-\x7e](?:[\x20-\x7e]{0,126}[\x21-\x7e])?$/.test(key)) {
    throw new ServiceError(
      'value_invalid',
      `Idempotency-Key must be 1 to 128 printable ASCII characters; got ${key.length > 128 ? `${key.length} of them` : encodeURI(key)}.`,
      { param: 'Idempotency-Key' },
    );
  }
  return key;
}

/** The client's own id where it is harmless, so that its logs and ours can be joined. */
function requestIdOf(request: Request, ulid: () => string): string {
  const given = request.headers.get('x-request-id');
  return given !== null && /^[A-Za-z0-9_.:-]{1,128}$/.test(given) ? given : ulid();
}

function headersOf(requestId: string, mediaType: string): Record<string, string> {
  return { 'content-type': mediaType, 'x-request-id': requestId, 'cache-control': 'no-store' };
}

function json({ status, body, isReplay }: Reply<unknown>, requestId: string): Response {
  const headers = headersOf(requestId, 'application/json');
  if (isReplay) headers['idempotency-replayed'] = 'true';
  return document(status, headers, status === 204 ? undefined : body);
}

/** With its length, so that a client has all of it even while its own body is still on the way. */
function document(status: number, headers: Record<string, string>, body: unknown): Response {
  if (body === undefined) {
    const { 'content-type': _, ...bare } = headers;
    return new Response(null, { status, headers: bare });
  }
  const bytes = new TextEncoder().encode(JSON.stringify(body));
  return new Response(bytes, { status, headers: { ...headers, 'content-length': String(bytes.length) } });
}

function stream({ mediaType, fileName, lines }: Stream, requestId: string): Response {
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    pull: async (controller) => {
      const { done, value } = await lines.next();
      if (done) controller.close();
      else controller.enqueue(encoder.encode(value));
    },
    cancel: async () => {
      await lines.return(undefined);
    },
  });
  const headers = { ...headersOf(requestId, mediaType), 'content-disposition': `attachment; filename="${fileName}"` };
  return new Response(body, { status: 200, headers });
}

function refusal(error: unknown, requestId: string, onFault: RouterSettings['onFault']): Response {
  const { code, message, details } = serviceErrorOf(error);
  if (code === 'internal' || code === 'unavailable') onFault(error, requestId);
  const { param, hint, errors, extra, retryAfterSeconds } = details;
  const problem = problemOf(code, message, requestId, { param, hint, errors, ...extra });
  const headers = headersOf(requestId, 'application/problem+json');
  if (retryAfterSeconds !== undefined) headers['retry-after'] = String(retryAfterSeconds);
  if (code === 'method_not_allowed') headers.allow = (extra!.allowed as string[]).join(', ');
  if (code === 'unauthenticated') headers['www-authenticate'] = 'Bearer';
  return document(statusOf[code], headers, problem);
}

/** Errors of the engine below have names, not classes that the router would have to import. */
function serviceErrorOf(error: unknown): ServiceError {
  if (error instanceof ServiceError) return error;
  const { name } = error as Error;
  if (name === 'JobsUnavailable')
    return new ServiceError('unavailable', 'What runs the jobs cannot answer at the moment.', { retryAfterSeconds: 2 });
  if (name === 'TableUnavailable')
    return new ServiceError('unavailable', 'The store cannot answer at the moment.', { retryAfterSeconds: 2 });
  return new ServiceError('internal', 'Something went wrong; the request id finds it in the log.');
}
