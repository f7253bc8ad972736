import type { Client } from './api.ts';
import { misused } from './refusal.ts';

export const defaultUrl = 'http://127.0.0.1:8787';

/** Where the service is, and a client of it that is loaded when it is needed. */
export interface Connection {
  url: string;
  apiKey: string | undefined;
  /** @param retries how often a request is repeated when the service cannot answer. */
  client(retries?: number): Promise<Client>;
  environment: NodeJS.ProcessEnv;
}

/** A person waits for the answer. */
const retriesDefault = 2;

export function connectionTo(given: string | undefined, environment: NodeJS.ProcessEnv): Connection {
  const url = (given ?? (environment['CAVIA_URL'] || defaultUrl)).replace(/\/+$/, '');
  if (!/^https?:\/\/[^/]/.test(url) || !URL.canParse(url)) {
    const source = given === undefined ? 'CAVIA_URL' : '--url';
    throw misused(`${source} must be an address like ${defaultUrl}; got ${JSON.stringify(url)}.`);
  }
  const apiKey = environment['CAVIA_KEY'] || undefined;
  return {
    url,
    apiKey,
    environment,
    client: async (retries = retriesDefault) => {
      const { createClient } = await import('../../shared/api/client.ts');
      return createClient(url, { retries, ...(apiKey !== undefined && { apiKey }) });
    },
  };
}
