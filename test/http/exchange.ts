import { request as httpRequest, type Agent, type IncomingHttpHeaders } from 'node:http';
import { connect } from 'node:net';

/** A request as it goes over the wire; unlike fetch, nothing in it is corrected. */
export interface WireRequest {
  method: string;
  path: string;
  headers?: Record<string, string | string[]>;
  body?: string | Uint8Array;
  /** Whether the body goes without a declared length. */
  isChunked?: boolean;
}

export interface WireAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

export async function exchange(url: string, wire: WireRequest, agent?: Agent): Promise<WireAnswer> {
  const { hostname, port } = new URL(url);
  const { method, path, headers = {}, body, isChunked } = wire;
  const length = body === undefined || isChunked ? {} : { 'content-length': String(Buffer.byteLength(body)) };
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      { hostname, port, method, path, agent, headers: { ...length, ...headers } },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () =>
          resolve({
            status: response.statusCode!,
            headers: response.headers,
            text: Buffer.concat(chunks).toString('utf8'),
          }),
        );
      },
    );
    request.on('error', reject);
    request.end(body);
  });
}

/** What came back on a raw connection before it was closed, by either side. */
export interface RawAnswer {
  /** Undefined when nothing came that looks like an answer. */
  status: number | undefined;
  headers: Record<string, string>;
  text: string;
  /** How many answers came. */
  count: number;
}

const quietMs = 150;

/**
 * Writes pieces to a connection one after the other and reads until the server closes it, or has answered and then
 * says nothing for a while.
 */
export async function exchangeRaw(
  url: string,
  pieces: readonly (string | Uint8Array)[],
  pauseMs = 5,
): Promise<RawAnswer> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.setNoDelay(true);
  let received = '';
  return new Promise((resolve, reject) => {
    let quiet = setTimeout(() => end(), 5_000);
    function end(): void {
      clearTimeout(quiet);
      socket.destroy();
      resolve(parsed(received));
    }
    socket.on('data', (chunk) => {
      received += chunk.toString('latin1');
      clearTimeout(quiet);
      quiet = setTimeout(end, quietMs);
    });
    // A reset after an answer, or instead of one: what came counts.
    socket.on('error', end);
    socket.on('close', end);
    socket.on('connect', () => {
      writeAll().catch(reject);
    });
    async function writeAll(): Promise<void> {
      for (const piece of pieces) {
        if (socket.destroyed) return;
        socket.write(piece);
        await new Promise((resume) => {
          setTimeout(resume, pauseMs);
        });
      }
    }
  });
}

function parsed(received: string): RawAnswer {
  const count = received.match(/HTTP\/1\.1 (?!100)\d{3} /g)?.length ?? 0;
  const final = received.replace(/^HTTP\/1\.1 100 Continue\r\n\r\n/, '');
  const [head, ...rest] = final.split('\r\n\r\n');
  const [line, ...fields] = head.split('\r\n');
  const status = /^HTTP\/1\.1 (\d{3})/.exec(line)?.[1];
  const headers = Object.fromEntries(
    fields.map((field) => [
      field.slice(0, field.indexOf(':')).toLowerCase(),
      field.slice(field.indexOf(':') + 1).trim(),
    ]),
  );
  return { status: status === undefined ? undefined : Number(status), headers, text: rest.join('\r\n\r\n'), count };
}
