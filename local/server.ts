import { once } from 'node:events';
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
/** How long a client may go on sending a body that was refused unread. */
const lingerMs = 1_000;
const drainGraceMs = 1_500;
const drainPollMs = 20;

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
  server.on('connect', (_, socket) => socket.end('HTTP/1.1 405 Method Not Allowed\r\nConnection: close\r\n\r\n'));
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
  // A connection becomes idle when its request in flight has been answered; clients keep it open for the next one.
  const idle = setInterval(() => server.closeIdleConnections(), drainPollMs);
  const deadline = setTimeout(() => server.closeAllConnections(), drainGraceMs);
  await closed;
  clearInterval(idle);
  clearTimeout(deadline);
}

async function serve(
  handle: (request: Request) => Promise<Response>,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  // A web request cannot have this method; no route has it either.
  if (incoming.method === 'TRACE') return void outgoing.writeHead(405, { connection: 'close' }).end();
  const response = await handle(webRequest(incoming));
  outgoing.writeHead(response.status, Object.fromEntries(response.headers));
  if (response.body) await pipeline(Readable.fromWeb(response.body), outgoing, { end: false });
  if (!incoming.complete) await drain(incoming);
  outgoing.end();
}

/**
 * Reads on what was refused unread: it would be taken for the next request, and closing at once would reset the
 * connection of a client that is still sending, which then never sees the answer.
 */
async function drain(incoming: IncomingMessage): Promise<void> {
  if (incoming.destroyed) return;
  const closed = once(incoming, 'close');
  const deadline = setTimeout(() => incoming.destroy(), lingerMs);
  incoming.resume();
  await closed;
  clearTimeout(deadline);
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
  // A reader that stops early leaves the rest to `drain`.
  const body = isBodiless ? null : ReadableStream.from(incoming.iterator({ destroyOnReturn: false }));
  return new Request(`http://localhost${pathOf(incoming)}`, { method, headers, body, duplex: 'half' });
}

/** The target without its host: what a client writes there must not steer anything. */
function pathOf({ url }: IncomingMessage): string {
  return url?.startsWith('/') ? url : '/';
}
