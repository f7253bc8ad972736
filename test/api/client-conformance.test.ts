import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createClient, mayPass, pauseMs } from '../../shared/api/client.ts';

/** The cases that every client holds to. */

interface Retries {
  statuses: { status: number; again: boolean }[];
  pauses: { tried: number; retryAfter: string | null; chance: number; pauseMs: number }[];
}

interface ErrorCase {
  name: string;
  answer: {
    status: number;
    contentType: string | null;
    body: string;
    location?: string;
    headers?: Record<string, string>;
  };
  error: { kind: 'refusal' | 'stranger' | 'none'; says?: string[] };
}

const retries = JSON.parse(readFileSync('clients/conformance/retries.json', 'utf8')) as Retries;
const { cases } = JSON.parse(readFileSync('clients/conformance/errors.json', 'utf8')) as { cases: ErrorCase[] };

describe('a client', () => {
  it.each(retries.statuses)('sends a request again after $status: $again', ({ status, again }) => {
    expect(mayPass(status)).toBe(again);
  });

  it.each(retries.pauses)('waits $pauseMs ms after $tried and Retry-After $retryAfter', (one) => {
    expect(pauseMs(one.tried, one.retryAfter, one.chance)).toBe(one.pauseMs);
  });

  it.each(cases)('makes of $name what it is', async ({ answer, error }) => {
    const { status, contentType, body, location } = answer;
    const headers = {
      ...answer.headers,
      ...(contentType !== null && { 'content-type': contentType }),
      ...(location !== undefined && { location }),
    };
    const fetch = async (): Promise<Response> => new Response(status === 204 ? null : body, { status, headers });
    const client = createClient('http://cavia', { fetch, retries: 0 });
    const call = status === 204 ? client.deleteStudy({ study: 's' }) : client.health();
    const thrown = await call.then(
      () => undefined,
      (reason: Error & { problem?: object }) => reason,
    );
    const { kind, says = [], ...fields } = error;
    const names = { none: undefined, refusal: 'ProblemError', stranger: 'StrangeAnswerError' };
    expect(thrown?.name).toBe(names[kind]);
    expect(thrown?.problem ?? {}).toMatchObject(fields);
    for (const text of says) expect(thrown!.message).toContain(text);
  });
});
