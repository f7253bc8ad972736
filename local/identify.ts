import { authenticate } from '../shared/service/keys/authenticate.ts';
import type { Caller } from '../shared/service/call.ts';
import { ServiceError } from '../shared/service/errors.ts';
import type { Ports } from '../shared/service/ports/ports.ts';
import { jobOfToken } from '../shared/service/training/job-token.ts';
import { localCaller } from './wire.ts';

export interface IdentifySettings {
  /** Whether every request needs an API key. */
  auth: boolean;
  /** The address that the server was told to listen on. */
  host: string;
}

/** Who sent a request: whose key it has, or without keys a program on this machine. */
export function identifyCaller(ports: Ports, { auth, host }: IdentifySettings): (request: Request) => Promise<Caller> {
  if (auth) return (request) => authenticate(ports, request.headers.get('authorization') ?? undefined);
  return async (request) => {
    requireLocal(request, host);
    return (await jobOfToken(ports, request.headers.get('authorization') ?? undefined)) ?? localCaller;
  };
}

/**
 * Without keys, only programs on this machine may call. A web page could make its visitor's browser call too: under a
 * name of its own that leads here, which such a request says in Host, or with a bare POST, which says the page in
 * Origin.
 */
function requireLocal(request: Request, host: string): void {
  const named = (request.headers.get('host') ?? '').replace(/:\d+$/, '').toLowerCase();
  if (named !== host && !loopbackNames.has(named)) {
    throw new ServiceError(
      'forbidden',
      `Host must be ${host} or localhost; got ${JSON.stringify(named.slice(0, 100))}.`,
      {
        hint: 'Start the server with --auth to reach it under another name.',
      },
    );
  }
  const origin = request.headers.get('origin');
  if (origin !== null && !loopbackNames.has(/^https?:\/\/(.*?)(?::\d+)?$/.exec(origin)?.[1] ?? '')) {
    throw new ServiceError(
      'forbidden',
      `Origin must be on this machine; got ${JSON.stringify(origin.slice(0, 100))}.`,
      {
        hint: 'Start the server with --auth to call it from a web page.',
      },
    );
  }
}

const loopbackNames = new Set(['localhost', '127.0.0.1', '[::1]']);
