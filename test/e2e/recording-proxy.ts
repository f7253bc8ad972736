import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Stands before the services of AWS and notes what they are asked to do, as the actions that IAM would have to allow. */
export interface RecordingProxy {
  endpoint: string;
  actions: Set<string>;
  stop(): Promise<void>;
}

/** Where the services are. */
export interface Services {
  dynamodb: string;
  sqs?: string;
  batch?: string;
  logs?: string;
  scheduler?: string;
  s3?: string;
}

type Service = keyof Services;

export async function startRecordingProxy(services: Services): Promise<RecordingProxy> {
  const actions = new Set<string>();
  const server = createServer((incoming, outgoing) => {
    const forward = async (): Promise<void> => {
      const chunks: Buffer[] = [];
      for await (const chunk of incoming) chunks.push(chunk as Buffer);
      const body = Buffer.concat(chunks);
      const { service, operations } = requestOf(incoming, body);
      for (const operation of operations) actions.add(`${service}:${operation}`);
      const {
        host: _h,
        connection: _c,
        'content-length': _l,
        expect: _x,
        ...headers
      } = incoming.headers as Record<string, string>;
      const method = incoming.method!;
      const isBodiless = method === 'GET' || method === 'HEAD';
      const response = await fetch(services[service] + incoming.url!, {
        method,
        headers,
        body: isBodiless ? null : body,
      });
      const answer = Buffer.from(await response.arrayBuffer());
      const {
        'transfer-encoding': _t,
        'content-encoding': _e,
        connection: _k,
        ...answered
      } = Object.fromEntries(response.headers) as Record<string, string>;
      outgoing.writeHead(response.status, { ...answered, 'content-length': answer.length });
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

/** Which service a request is for, and what it asks for. */
function requestOf(
  { method, url, headers }: IncomingMessage,
  body: Buffer,
): { service: Service; operations: string[] } {
  const [target, operation] = String(headers['x-amz-target'] ?? '').split('.');
  if (target.startsWith('DynamoDB')) return { service: 'dynamodb', operations: dynamoDbActions(operation, body) };
  // Sending ten is the right to send one.
  if (target === 'AmazonSQS') return { service: 'sqs', operations: [operation.replace(/Batch$/, '')] };
  if (target.startsWith('Logs')) return { service: 'logs', operations: [operation] };
  const ofBatch = /^\/v1\/(submit|list|describe|terminate)(jobs?)$/.exec(url!);
  if (ofBatch) return { service: 'batch', operations: [ofBatch.slice(1).map(capitalised).join('')] };
  if (url!.startsWith('/schedules/')) {
    return {
      service: 'scheduler',
      operations: [method === 'POST' ? 'CreateSchedule' : `${capitalised(method!.toLowerCase())}Schedule`],
    };
  }
  const { pathname } = new URL(url!, 'http://s3.test');
  const isOfBucket = pathname.split('/').filter(Boolean).length === 1;
  if (isOfBucket && method === 'GET') return { service: 's3', operations: ['ListBucket'] };
  // Many at a time.
  if (isOfBucket && method === 'POST') return { service: 's3', operations: ['DeleteObject'] };
  return { service: 's3', operations: [`${capitalised(method!.toLowerCase())}Object`] };
}

function capitalised(word: string): string {
  return word[0].toUpperCase() + word.slice(1);
}

/** A transaction needs the rights to what is in it. */
function dynamoDbActions(operation: string, body: Buffer): string[] {
  if (operation !== 'TransactWriteItems') return [operation];
  const { TransactItems } = JSON.parse(body.toString()) as { TransactItems: Record<string, unknown>[] };
  const names: Record<string, string> = { ConditionCheck: 'ConditionCheckItem' };
  return TransactItems.flatMap(Object.keys).map((kind) => names[kind] ?? `${kind}Item`);
}
