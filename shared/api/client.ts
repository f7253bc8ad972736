import type * as z from 'zod';
import type { Problem } from './problem.ts';
import { routes, type Operation, type Route } from './routes.ts';

/** The contract as functions: one a route, folded from the route table. Needs nothing but `fetch`. */
export type Client = { [O in Operation]: (...args: Arguments<O>) => Promise<Result<O>> };

type RouteOf<O extends Operation> = (typeof routes)[O];
type PathNames<P extends string> = P extends `${string}{${infer Name}}${infer Rest}` ? Name | PathNames<Rest> : never;
type Path<O extends Operation> = Record<PathNames<RouteOf<O>['path']>, string | number>;
type Query<O extends Operation> = RouteOf<O>['query'] extends z.ZodType ? Partial<z.input<RouteOf<O>['query']>> : never;
type Body<O extends Operation> = RouteOf<O>['body'] extends z.ZodType ? { body: z.input<RouteOf<O>['body']> } : unknown;
type Options<O extends Operation> = Path<O> & Body<O> & { query?: Query<O>; idempotencyKey?: string };
type Arguments<O extends Operation> =
  Extract<keyof Options<O>, 'study' | 'number' | 'key' | 'body'> extends never
    ? [options?: Options<O>]
    : [options: Options<O>];
type Result<O extends Operation> = RouteOf<O>['success'] extends { stream: readonly string[] }
  ? Response
  : RouteOf<O>['success']['schema'] extends z.ZodType
    ? z.output<RouteOf<O>['success']['schema']>
    : undefined;

export interface ClientSettings {
  /** Sent as `Authorization: Bearer …`. */
  apiKey?: string;
  /** How often a request is repeated when the service cannot be reached or cannot answer. */
  retries?: number;
  fetch?: (url: URL, init: RequestInit) => Promise<Response>;
}

/** A refusal of the service: a problem document. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.hint ? `${problem.detail} ${problem.hint}` : problem.detail);
    this.problem = problem;
  }
}

const retryBaseMs = 100;
const retryCapMs = 5_000;
const retryableStatus = new Set([408, 425, 429, 500, 502, 503, 504]);

/**
 * A client of the service at a base address. Every POST that needs one carries an idempotency key, so repeating is
 * safe.
 */
export function createClient(baseUrl: string, settings: ClientSettings = {}): Client {
  const entries = (Object.keys(routes) as Operation[]).map((operation) => [
    operation,
    (options: CallOptions = {}) => call(baseUrl, settings, routes[operation], options),
  ]);
  return Object.fromEntries(entries) as Client;
}

interface CallOptions {
  query?: Record<string, string | number | undefined>;
  body?: unknown;
  idempotencyKey?: string;
  [pathParameter: string]: unknown;
}

async function call(baseUrl: string, settings: ClientSettings, route: Route, options: CallOptions): Promise<unknown> {
  const url = urlOf(baseUrl, route, options);
  const headers: Record<string, string> = {};
  if (settings.apiKey) headers.authorization = `Bearer ${settings.apiKey}`;
  const key = options.idempotencyKey ?? (route.isRepeatable ? undefined : crypto.randomUUID());
  if (route.method === 'POST' && key !== undefined) headers['idempotency-key'] = key;
  const init: RequestInit = { method: route.method, headers };
  if (route.body) {
    headers['content-type'] = 'application/json';
    init.body = JSON.stringify(options.body ?? {}, (_, value: unknown) =>
      typeof value === 'number' ? spelled(value) : value,
    );
  }
  const response = await send(url, init, settings);
  if (!response.ok) throw await refusalIn(response);
  if (route.success.stream) return response;
  return response.status === 204 ? undefined : response.json();
}

/** What stands between client and service may answer with something that is no problem document. */
async function refusalIn(response: Response): Promise<Error> {
  const text = await response.text();
  const isProblem = response.headers.get('content-type')?.startsWith('application/problem+json');
  if (isProblem) return new ProblemError(JSON.parse(text) as Problem);
  return new Error(`${response.url} answered ${response.status} ${text.slice(0, 200)}`);
}

/** JSON writes NaN and infinity as null; the contract spells them as words. */
function spelled(value: number): number | string {
  return Number.isFinite(value) ? value : String(value);
}

async function send(
  url: URL,
  init: RequestInit,
  { retries = 5, fetch = globalThis.fetch }: ClientSettings,
): Promise<Response> {
  for (let tried = 0; ; tried++) {
    try {
      const response = await fetch(url, init);
      if (tried === retries || !retryableStatus.has(response.status)) return response;
      await response.body?.cancel();
      // It may also be a date, which no part of Cavia sends.
      await pause((Number(response.headers.get('retry-after')) || 0) * 1000, tried);
    } catch (error) {
      if (tried === retries)
        throw new Error(`${url.origin} cannot be reached: ${(error as Error).message}`, { cause: error });
      await pause(0, tried);
    }
  }
}

/** Full jitter: clients that failed together do not come back together. */
async function pause(atLeastMs: number, tried: number): Promise<void> {
  const ms = Math.max(atLeastMs, Math.random() * Math.min(retryCapMs, retryBaseMs * 2 ** tried));
  await new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}

function urlOf(baseUrl: string, route: Route, options: CallOptions): URL {
  const path = route.path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(options[name])));
  const url = new URL(baseUrl.replace(/\/+$/, '') + path);
  for (const [name, value] of Object.entries(options.query ?? {})) {
    if (value !== undefined) url.searchParams.set(name, String(value));
  }
  return url;
}
