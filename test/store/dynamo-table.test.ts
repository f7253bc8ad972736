import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import type { DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { beforeAll, describe, expect, inject, it, onTestFinished } from 'vitest';
import { openDynamoTable, type DynamoSettings } from '../../shared/store/dynamo-table.ts';
import {
  TableUnavailable,
  type Condition,
  type Key,
  type Table,
  type TransactWrite,
} from '../../shared/store/table.ts';
import { createDynamoTables, dynamoClient, dynamoTableNames, newDynamoTable } from '../contract/dynamo-tables.ts';
import { tableContract } from '../contract/table.ts';

const endpoint = inject('dynamoDbEndpoint');
const always: Condition = { kind: 'always' };
const key: Key = { table: 'core', pk: 'T#1', sk: 'META' };
const twoWrites: TransactWrite[] = [
  { kind: 'put', key, attributes: { n: 1 } },
  { kind: 'check', key: { ...key, sk: 'CTR' }, condition: { kind: 'itemAbsent' } },
];

describe.skipIf(endpoint === null)('with DynamoDB Local', () => {
  tableContract('a table on DynamoDB', () => newDynamoTable(endpoint!, 'contract'));
});

describe('a read', () => {
  it('is strongly consistent by key and by partition, which the index cannot be', async () => {
    const service = await startService(() => done());
    const table = tableAt(service);
    await table.get(key);
    await table.query({ table: 'core', by: 'pk', partition: 'T#1' });
    await table.query({ table: 'core', by: 'openPk', partition: 'T#1' });
    expect(service.requests.map(({ body }) => [body.IndexName, body.ConsistentRead])).toEqual([
      [undefined, true],
      [undefined, true],
      ['open', undefined],
    ]);
  });
});

describe('a transaction that meets another one', () => {
  it('is sent again until it goes through, after waits that grow up to a limit', async () => {
    const conflicts = 7;
    const waits: number[] = [];
    const service = await startService((request) => (request.number < conflicts ? conflict() : done()));
    const table = tableAt(service, { sleep: async (ms) => void waits.push(ms), random: () => 0.5 });
    expect(await table.transact(twoWrites)).toEqual({ ok: true });
    expect(waits).toEqual([10, 20, 40, 80, 160, 200, 200]);
    expect(service.requests.map(({ operation }) => operation)).toEqual(Array(8).fill('TransactWriteItems'));
  });

  it('is given up as unavailable after eight times', async () => {
    const waits: number[] = [];
    const service = await startService(() => conflict());
    const table = tableAt(service, { sleep: async (ms) => void waits.push(ms), random: () => 0 });
    await expect(table.transact(twoWrites)).rejects.toThrow(TableUnavailable);
    expect(service.requests).toHaveLength(8);
    expect(waits).toEqual(Array(7).fill(0));
  });

  it('is another transaction each time: a token would bring back the refusal', async () => {
    const service = await startService((request) => (request.number < 2 ? conflict() : done()));
    await tableAt(service).transact(twoWrites);
    expect(new Set(service.requests.map(({ body }) => body.ClientRequestToken)).size).toBe(3);
  });

  it.each(['TransactionConflict', 'ProvisionedThroughputExceeded', 'ThrottlingError'])(
    'is sent again when one reason is %s and another a refusal, which may be gone then',
    async (reason) => {
      const service = await startService((request) =>
        request.number === 0
          ? cancelled([{ Code: 'ConditionalCheckFailed' }, { Code: reason }])
          : cancelled([{ Code: 'None' }, { Code: 'ConditionalCheckFailed', Item: wire({ n: '7' }) }]),
      );
      expect(await tableAt(service).transact(twoWrites)).toEqual({
        ok: false,
        refusals: [undefined, { found: { key: { table: 'core', pk: 'T#1', sk: 'META' }, attributes: { n: 7 } } }],
      });
      expect(service.requests).toHaveLength(2);
    },
  );

  it.each(['ValidationError', 'ItemCollectionSizeLimitExceeded', 'AccessDenied'])(
    'is not sent again when a reason is %s, and that is no refusal',
    async (reason) => {
      const service = await startService(() => cancelled([{ Code: 'None' }, { Code: reason, Message: 'the text' }]));
      const failure = await failureOf(tableAt(service).transact(twoWrites));
      expect(failure).not.toBeInstanceOf(TableUnavailable);
      expect(failure.message).toContain('the text');
      expect(service.requests).toHaveLength(1);
    },
  );
});

const operations: [string, (table: Table) => Promise<unknown>][] = [
  ['get', (table) => table.get(key)],
  ['put', (table) => table.put(key, {}, { kind: 'itemAbsent' })],
  ['update', (table) => table.update(key, { set: { n: 1 } }, always)],
  ['delete', (table) => table.delete(key)],
  ['transact', (table) => table.transact(twoWrites)],
  ['query', (table) => table.query({ table: 'core', by: 'pk', partition: 'T#1' })],
];

describe('an engine that cannot answer', () => {
  it.each<[string, Reply]>([
    ['throttles', failed(400, 'ProvisionedThroughputExceededException')],
    ['throttles the account', failed(400, 'ThrottlingException')],
    ['limits requests', failed(400, 'RequestLimitExceeded')],
    ['has an internal error', failed(500, 'InternalServerError')],
    ['is unavailable', failed(503, 'ServiceUnavailable')],
    ['writes the same item in a transaction', failed(400, 'TransactionConflictException')],
    ['has the same transaction in progress', failed(400, 'TransactionInProgressException')],
    ['is behind a gateway that fails', { status: 502, body: '<html>Bad gateway</html>' }],
    ['hangs up', 'hang up'],
    ['hangs up after the work', 'lose the reply'],
    ['never answers', 'never answer'],
  ])('that %s makes every operation unavailable', async (_, reply) => {
    const service = await startService(() => reply);
    const table = tableAt(
      service,
      {},
      { maxAttempts: 1, requestHandler: { requestTimeout: 100, throwOnRequestTimeout: true } },
    );
    expect(await failuresOn(table)).toEqual(alike('TableUnavailable'));
  });

  it('that is not there makes every operation unavailable', async () => {
    const service = await startService(() => 'hang up');
    await service.stop();
    const table = tableAt(service, {}, { maxAttempts: 1 });
    expect(await failuresOn(table)).toEqual(alike('TableUnavailable'));
  });

  it.each(['ValidationException', 'ResourceNotFoundException', 'AccessDeniedException', 'SerializationException'])(
    'is not what %s means: that is a bug, and comes through as it is',
    async (name) => {
      const service = await startService(() => failed(400, name));
      const table = tableAt(service);
      expect(await failuresOn(table)).toEqual(alike(name));
      expect(service.requests).toHaveLength(operations.length);
    },
  );
});

/** The SDK sends again what it got no reply to; the engine has done it already. */
describe.skipIf(endpoint === null)('a write whose reply is lost', () => {
  beforeAll(() => createDynamoTables(dynamoClient(endpoint!, 'lostreplies')));

  it('is answered as refused by its own item, when it is a put of what was absent', async () => {
    const { table, service } = await forgetful();
    const own = { key: id('put'), attributes: { owner: 'me' } };
    expect(await table.put(own.key, own.attributes, { kind: 'itemAbsent' })).toEqual({ ok: false, found: own });
    expect(service.requests).toHaveLength(2);
    expect(await sure().get(own.key)).toEqual(own);
  });

  it('is answered as refused by its own change, when it is an update from a version', async () => {
    await sure().put(id('update'), { version: 1, left: 10 });
    const { table } = await forgetful();
    expect(
      await table.update(
        id('update'),
        { add: { version: 1, left: -1 } },
        { kind: '=', attribute: 'version', value: 1 },
      ),
    ).toEqual({ ok: false, found: { key: id('update'), attributes: { version: 2, left: 9 } } });
  });

  it('is done twice, when it is an update under a condition that still holds', async () => {
    await sure().put(id('twice'), { left: 10 });
    const { table } = await forgetful();
    const written = await table.update(id('twice'), { add: { left: -1 } }, { kind: '>=', attribute: 'left', value: 1 });
    expect(written).toEqual({ ok: true, item: { key: id('twice'), attributes: { left: 8 } } });
  });

  it('is done once and answered as done, when it is a transaction: both have one token', async () => {
    await sure().put(id('counter'), { left: 10 });
    const { table, service } = await forgetful();
    expect(
      await table.transact([
        { kind: 'update', key: id('counter'), changes: { add: { left: -1 } }, condition: { kind: 'itemExists' } },
        { kind: 'put', key: id('receipt'), attributes: {}, condition: { kind: 'itemAbsent' } },
      ]),
    ).toEqual({ ok: true });
    const tokens = service.requests.map(({ body }) => body.ClientRequestToken);
    expect(tokens).toEqual([expect.any(String), tokens[0]]);
    expect((await sure().get(id('counter')))?.attributes).toEqual({ left: 9 });
  });

  it('is a delete like any other', async () => {
    await sure().put(id('delete'), {});
    const { table } = await forgetful();
    await table.delete(id('delete'));
    expect(await sure().get(id('delete'))).toBeUndefined();
  });
});

function id(pk: string): Key {
  return { table: 'core', pk, sk: 'META' };
}

/** The first reply is lost; the SDK sends once more. */
async function forgetful(): Promise<{ table: Table; service: Service }> {
  const service = await startService(({ number }) => (number === 0 ? 'lose the reply' : 'forward'));
  const client = dynamoClient(service.endpoint, 'lostreplies', { maxAttempts: 2 });
  return { table: openDynamoTable({ ...settings, client }), service };
}

function sure(): Table {
  return openDynamoTable({ ...settings, client: dynamoClient(endpoint!, 'lostreplies') });
}

const settings = {
  tables: dynamoTableNames,
  sleep: () => Promise.resolve(),
  random: () => 0,
};

function tableAt(
  service: Service,
  overrides: Partial<Pick<DynamoSettings, 'sleep' | 'random'>> = {},
  config: DynamoDBClientConfig = {},
): Table {
  const client = dynamoClient(service.endpoint, 'faulty', config);
  onTestFinished(() => client.destroy());
  return openDynamoTable({ ...settings, client, ...overrides });
}

/** The name of the error of each operation. */
async function failuresOn(table: Table): Promise<Record<string, string>> {
  const failures: Record<string, string> = {};
  for (const [name, operation] of operations) failures[name] = (await failureOf(operation(table))).name;
  return failures;
}

function alike(failure: string): Record<string, string> {
  return Object.fromEntries(operations.map(([name]) => [name, failure]));
}

async function failureOf(promise: Promise<unknown>): Promise<Error> {
  const outcome = await promise.then(
    (value) => new Error(`it answered ${JSON.stringify(value)}`),
    (error: unknown) => error as Error,
  );
  return outcome;
}

type Reply = { status: number; body: unknown } | 'forward' | 'lose the reply' | 'hang up' | 'never answer';
interface Request {
  /** From 0. */
  number: number;
  operation: string;
  body: Record<string, unknown>;
}
interface Service {
  endpoint: string;
  requests: Request[];
  stop(): Promise<void>;
}

/** Something that speaks like DynamoDB: answers what the test wants, or stands between the table and DynamoDB Local. */
async function startService(replyTo: (request: Request) => Reply): Promise<Service> {
  const requests: Request[] = [];
  const server = createServer((incoming, response) => void answer(incoming, response));
  async function answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const text = (await incoming.setEncoding('utf8').toArray()).join('');
    const request: Request = {
      number: requests.length,
      operation: String(incoming.headers['x-amz-target']).split('.')[1],
      body: JSON.parse(text) as Record<string, unknown>,
    };
    requests.push(request);
    const reply = replyTo(request);
    if (reply === 'never answer') return;
    if (reply === 'hang up') {
      response.destroy();
      return;
    }
    const { status, body } = typeof reply === 'object' ? reply : await forwarded(incoming, text);
    if (reply === 'lose the reply') {
      response.destroy();
      return;
    }
    response
      .writeHead(status, { 'content-type': 'application/x-amz-json-1.0' })
      .end(typeof body === 'string' ? body : JSON.stringify(body));
  }
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const stop = async (): Promise<void> => {
    if (!server.listening) return;
    server.close();
    server.closeAllConnections();
    await setImmediate();
  };
  onTestFinished(stop);
  return { endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests, stop };
}

/** Without an engine there is no work to do before the reply is lost. */
async function forwarded(incoming: IncomingMessage, text: string): Promise<{ status: number; body: unknown }> {
  if (endpoint === null) return done();
  const headers = ['authorization', 'content-type', 'x-amz-target', 'x-amz-date'].map(
    (name) => [name, String(incoming.headers[name])] as const,
  );
  const reply = await fetch(endpoint, { method: 'POST', headers: Object.fromEntries(headers), body: text });
  return { status: reply.status, body: await reply.json() };
}

function done(): { status: number; body: unknown } {
  return { status: 200, body: {} };
}

function failed(status: number, name: string): { status: number; body: unknown } {
  return { status, body: { __type: `com.amazonaws.dynamodb.v20120810#${name}`, message: `the engine says ${name}` } };
}

function cancelled(CancellationReasons: object[]): { status: number; body: unknown } {
  const { status, body } = failed(400, 'TransactionCanceledException');
  return { status, body: { ...(body as object), CancellationReasons } };
}

function conflict(): { status: number; body: unknown } {
  return cancelled([{ Code: 'TransactionConflict', Message: 'Transaction is ongoing for the item' }, { Code: 'None' }]);
}

/** An item at the key as DynamoDB writes it. */
function wire(numbers: Record<string, string>): object {
  const attributes = Object.entries(numbers).map(([name, N]) => [name, { N }]);
  return { pk: { S: key.pk }, sk: { S: key.sk }, ...Object.fromEntries(attributes) };
}
