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
const retryAfterMaxMs = 60_000;
const retryableStatus = new Set([408, 425, 429]);

/** Whether a request may be answered otherwise when it is sent again. */
export function mayPass(status: number): boolean {
  return status >= 500 || retryableStatus.has(status);
}

/**
 * How long to wait before a request is sent again. Full jitter: clients that failed together do not come back together.
 * @param tried how many repetitions there were before. @param retryAfter the header; a date, which no part of Cavia
 * sends, counts as none. @param chance 0 to 1.
 */
export function pauseMs(tried: number, retryAfter: string | null, chance: number): number {
  const askedMs = Math.min(retryAfterMaxMs, Number(retryAfter ?? 0) * 1000 || 0);
  return Math.max(askedMs, chance * Math.min(retryCapMs, retryBaseMs * 2 ** tried));
}

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
  // A redirection would turn a POST into a GET.
  const init: RequestInit = { method: route.method, headers, redirect: 'manual' };
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
  const document = parsed(text);
  if (document === null || typeof document !== 'object' || Array.isArray(document))
    throw new StrangeAnswerError(response.url, response.status, text);
  return document;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** What stands between client and service may answer with something that is no problem document of it. */
async function refusalIn(response: Response): Promise<Error> {
  const text = await response.text();
  const problem = problemIn(response.headers.get('content-type') ?? '', text);
  if (problem) return new ProblemError(problem);
  const location = response.headers.get('location');
  return new StrangeAnswerError(response.url, response.status, location === null ? text : `to ${location}`);
}

function problemIn(contentType: string, text: string): Problem | undefined {
  if (!contentType.startsWith('application/problem+json')) return undefined;
  const problem = parsed(text) as Partial<Problem> | null;
  const isOurs = typeof problem?.code === 'string' && typeof problem.detail === 'string';
  return isOurs ? (problem as Problem) : undefined;
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
      await pause(tried, response.headers.get('retry-after'));
    } catch (error) {
      if (tried === retries) throw new UnreachableError(url.origin, error);
      await pause(tried, null);
    }
  }
}

async function pause(tried: number, retryAfter: string | null): Promise<void> {
  const ms = pauseMs(tried, retryAfter, Math.random());
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
