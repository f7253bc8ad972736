import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLocal, type LocalCavia, type LocalSettings } from '../../local/index.ts';

/** An answer with its body read: parsed where it is JSON. */
export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  // eslint-disable-next-line typescript/no-explicit-any -- tests look at what came, whatever its type should have been
  body: any;
}

export interface Service extends LocalCavia {
  data: string;
  /** What the router reported as its own fault; a test that provokes none expects it empty. */
  faults: unknown[];
  /** @param body an object is sent as JSON, a text as it is. */
  send(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  post(path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  get(path: string, headers?: Record<string, string>): Promise<Answer>;
}

/** The real service in this process, on a folder of its own that goes with it. */
export async function openService(settings: Partial<LocalSettings> = {}): Promise<Service> {
  const data = mkdtempSync(join(tmpdir(), 'cavia-test-'));
  const faults: unknown[] = [];
  const cavia = await openLocal({ data, onFault: (error) => faults.push(error), ...settings });
  const send: Service['send'] = (method, path, body, headers) => sendTo(cavia.url, method, path, body, headers);
  return {
    ...cavia,
    data,
    faults,
    send,
    post: (path, body = {}, headers = {}) => send('POST', path, body, headers),
    get: (path, headers) => send('GET', path, undefined, headers),
    close: async () => {
      await cavia.close();
      rmSync(data, { recursive: true, force: true });
    },
  };
}

export async function sendTo(
  url: string,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const response = await fetch(url + path, {
    method,
    headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.endsWith('json');
  return { status: response.status, headers: response.headers, text, body: isJson ? JSON.parse(text) : undefined };
}

/** The smallest study: one float, one objective. */
export function studyNamed(name: string, more: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    name,
    space: { x: { type: 'float', low: 0, high: 1 } },
    objectives: [{ metric: 'loss', direction: 'minimize' }],
    ...more,
  };
}
