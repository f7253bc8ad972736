import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

export type FaultyReply = { status: number; headers?: Record<string, string>; body: string } | 'hang up';

/** Something in the place of an AWS service that answers what the test wants. */
export async function startFaultyService(
  replyTo: (path: string) => FaultyReply,
): Promise<{ endpoint: string; paths: string[] }> {
  const paths: string[] = [];
  async function answer(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    await incoming.toArray();
    paths.push(incoming.url!);
    const reply = replyTo(incoming.url!);
    if (reply === 'hang up') outgoing.destroy();
    else outgoing.writeHead(reply.status, reply.headers).end(reply.body);
  }
  const server = createServer((incoming, outgoing) => void answer(incoming, outgoing));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return { endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, paths };
}
