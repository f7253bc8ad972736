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

/** The service gave no answer, however often it was asked. */
export class UnreachableError extends Error {
  override readonly name = 'UnreachableError';
  readonly origin: string;
  /** What the network said, such as ECONNREFUSED. */
  readonly reason: string;

  constructor(origin: string, cause: unknown) {
    const reason = reasonOf(cause);
    super(`${origin} cannot be reached: ${reason}`, { cause });
    this.origin = origin;
    this.reason = reason;
  }
}

/** An answer that no Cavia gives: of something that stands in between, or of another server. */
export class StrangeAnswerError extends Error {
  override readonly name = 'StrangeAnswerError';
  readonly status: number;

  constructor(url: string, status: number, text: string) {
    super(`${url} answered ${status} ${text.slice(0, strangeLengthMax).replaceAll(/\s+/g, ' ').trim()}`.trimEnd());
    this.status = status;
  }
}

const strangeLengthMax = 200;
const retryBaseMs = 100;
const retryCapMs = 5_000;
const retryableStatus = new Set([408, 425, 429]);

/** `fetch` hides what happened in the cause. */
function reasonOf(error: unknown): string {
  const { cause, message } = error as Error & { cause?: { code?: string; message?: string } };
  return cause?.code ?? cause?.message ?? message;
}

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
  return response.status === 204 ? undefined : documentIn(response);
}

async function documentIn(response: Response): Promise<unknown> {
  const text = await response.text();
  try {
    return JSON.parse(text);
  } catch {
    throw new StrangeAnswerError(response.url, response.status, text);
  }
}

/** What stands between client and service may answer with something that is no problem document. */
async function refusalIn(response: Response): Promise<Error> {
  const text = await response.text();
  const isProblem = response.headers.get('content-type')?.startsWith('application/problem+json');
  if (isProblem) return new ProblemError(JSON.parse(text) as Problem);
  return new StrangeAnswerError(response.url, response.status, text);
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
      if (tried === retries || !mayPass(response.status)) return response;
      await response.body?.cancel();
      await pause(retryAfterMs(response.headers), tried);
    } catch (error) {
      if (tried === retries) throw new UnreachableError(url.origin, error);
      await pause(0, tried);
    }
  }
}

function mayPass(status: number): boolean {
  return status >= 500 || retryableStatus.has(status);
}

/** Seconds, or from what stands in between a date. */
function retryAfterMs(headers: Headers): number {
  const text = headers.get('retry-after') ?? '';
  if (/^\d+$/.test(text)) return Number(text) * 1000;
  const sent = Date.parse(headers.get('date') ?? '');
  return Math.max(0, Date.parse(text) - sent) || 0;
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
