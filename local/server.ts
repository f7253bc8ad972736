import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** A handler of web requests behind Node's HTTP server. */
export interface RunningServer {
  url: string;
  /** Takes no more connections, lets requests end, and after the grace period ends them. */
  stop(): Promise<void>;
}

/** A client that sends its head or body slower than this is let go. */
const requestTimeoutMs = 30_000;
const drainGraceMs = 1_500;

/** Serves until stopped. Rejects when the address cannot be had (EADDRINUSE, EACCES). */
export async function startServer(
  handle: (request: Request) => Promise<Response>,
  host: string,
  port: number,
): Promise<RunningServer> {
  const server = createServer(
    { requestTimeout: requestTimeoutMs, headersTimeout: requestTimeoutMs },
    (incoming, outgoing) => {
      serve(handle, incoming, outgoing).catch(() => outgoing.destroy());
    },
  );
  await listen(server, host, port);
  const address = server.address() as { port: number };
  const shownHost = host.includes(':') ? `[${host}]` : host;
  return { url: `http://${shownHost}:${address.port}`, stop: () => stop(server) };
}

async function listen(server: Server, host: string, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

async function stop(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  server.closeIdleConnections();
  const deadline = setTimeout(() => server.closeAllConnections(), drainGraceMs);
  await closed;
  clearTimeout(deadline);
}

async function serve(
  handle: (request: Request) => Promise<Response>,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const response = await handle(webRequest(incoming));
  outgoing.writeHead(response.status, Object.fromEntries(response.headers));
  if (response.body) await pipeline(Readable.fromWeb(response.body), outgoing);
  else outgoing.end();
  // A body that was refused unread would otherwise be taken for the next request.
  if (!incoming.complete) incoming.destroy();
}

function webRequest(incoming: IncomingMessage): Request {
  const method = incoming.method!;
  const headers = new Headers();
  for (const [name, value] of Object.entries(incoming.headersDistinct)) {
    for (const one of value!) headers.append(name, one);
  }
  const hasBody =
    incoming.headers['content-length'] !== undefined || incoming.headers['transfer-encoding'] !== undefined;
  const isBodiless = method === 'GET' || method === 'HEAD' || !hasBody;
  const body = isBodiless ? null : (Readable.toWeb(incoming) as ReadableStream);
  return new Request(new URL(pathOf(incoming), 'http://localhost'), { method, headers, body, duplex: 'half' });
}

/** The target without its host: what a client writes there must not steer anything. */
function pathOf({ url }: IncomingMessage): string {
  const path = url ?? '/';
  return path.startsWith('/') ? path.replace(/^\/+/, '/') : '/';
}
