import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Stands before DynamoDB and notes what it is asked to do, as the actions that IAM would have to allow. */
export interface RecordingProxy {
  endpoint: string;
  actions: Set<string>;
  stop(): Promise<void>;
}

export async function startRecordingProxy(target: string): Promise<RecordingProxy> {
  const actions = new Set<string>();
  const server = createServer((incoming, outgoing) => {
    const forward = async (): Promise<void> => {
      const chunks: Buffer[] = [];
      for await (const chunk of incoming) chunks.push(chunk as Buffer);
      const body = Buffer.concat(chunks);
      for (const action of actionsOf(String(incoming.headers['x-amz-target']), body)) actions.add(action);
      const { host: _h, connection: _c, 'content-length': _l, ...headers } = incoming.headers as Record<string, string>;
      const response = await fetch(target, { method: 'POST', headers, body });
      const answer = Buffer.from(await response.arrayBuffer());
      outgoing.writeHead(response.status, { ...Object.fromEntries(response.headers), 'content-length': answer.length });
      outgoing.end(answer);
    };
    forward().catch(() => outgoing.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    actions,
    stop: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

/** A transaction needs the rights to what is in it. */
function actionsOf(target: string, body: Buffer): string[] {
  const operation = target.split('.')[1];
  if (operation !== 'TransactWriteItems') return [`dynamodb:${operation}`];
  const { TransactItems } = JSON.parse(body.toString()) as { TransactItems: Record<string, unknown>[] };
  const names: Record<string, string> = { ConditionCheck: 'ConditionCheckItem' };
  return TransactItems.flatMap(Object.keys).map((kind) => `dynamodb:${names[kind] ?? `${kind}Item`}`);
}
