import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

export type FaultyReply = Answer | 'hang up' | 'forward' | 'lose the reply';

export interface Answer {
  status: number;
  headers?: Record<string, string>;
  body: string;
}

/**
 * Something in the place of an AWS service that answers what the test wants, or stands between an adapter and an engine.
 * @param engine where requests are forwarded to; `lose the reply` lets the engine do the work.
 */
export async function startFaultyService(
  replyTo: (operation: string, number: number) => FaultyReply,
  engine?: string,
): Promise<{ endpoint: string; operations: string[] }> {
  const operations: string[] = [];
  async function answer(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const body = (await incoming.setEncoding('utf8').toArray()).join('');
    const target = incoming.headers['x-amz-target'];
    const operation = typeof target === 'string' ? target.split('.')[1] : incoming.url!;
    operations.push(operation);
    const reply = replyTo(operation, operations.length - 1);
    if (reply === 'hang up') return void outgoing.destroy();
    const {
      status,
      headers,
      body: text,
    } = typeof reply === 'object' ? reply : await forwarded(incoming, body, engine!);
    if (reply === 'lose the reply') outgoing.destroy();
    else outgoing.writeHead(status, headers).end(text);
  }
  const server = createServer((incoming, outgoing) => void answer(incoming, outgoing));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return { endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, operations };
}

async function forwarded({ url, headers }: IncomingMessage, body: string, engine: string): Promise<Answer> {
  const kept = ['authorization', 'content-type', 'x-amz-target', 'x-amz-date'].map((name) => [
    name,
    String(headers[name]),
  ]);
  const reply = await fetch(`${engine}${url!}`, { method: 'POST', headers: kept as [string, string][], body });
  const type = reply.headers.get('content-type') ?? 'application/x-amz-json-1.0';
  return { status: reply.status, headers: { 'content-type': type }, body: await reply.text() };
}
