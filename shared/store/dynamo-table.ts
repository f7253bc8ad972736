import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  ConditionalCheckFailedException,
  DynamoDBServiceException,
  TransactionCanceledException,
  type CancellationReason,
} from '@aws-sdk/client-dynamodb';
import {
  DeleteCommand,
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  TransactWriteCommand,
  UpdateCommand,
  type TransactWriteCommandInput,
} from '@aws-sdk/lib-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { updateExpression, conditionExpression, keyExpression } from './dynamo-expression.ts';
import { assertTransaction } from './transaction.ts';
import {
  TableUnavailable,
  type Attributes,
  type Cursor,
  type Item,
  type Key,
  type Page,
  type Query,
  type Table,
  type Transacted,
  type TransactWrite,
  type Written,
} from './table.ts';

export interface DynamoSettings {
  client: DynamoDBClient;
  /** The names of the two tables. */
  tables: { core: string; aux: string };
  /** Waits before a transaction that met another one is sent again. */
  sleep: (ms: number) => Promise<void>;
  /** Uniform in [0, 1): spreads the waits. */
  random: () => number;
}

/** A transaction that meets another one on the same item is refused by DynamoDB at once and has to be sent again. */
const transactionTryCountMax = 8;
const retryBaseMs = 10;
const retryCapMs = 400;

/** The port on two DynamoDB tables with an index named `open`. */
export function openDynamoTable({ client, tables, sleep, random }: DynamoSettings): Table {
  const documents = DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });

  async function write(writeOne: Exclude<TransactWrite, { kind: 'check' | 'delete' }>): Promise<Written> {
    const { TableName, ...common } = requestOf(writeOne, tables);
    const returned = { ReturnValuesOnConditionCheckFailure: 'ALL_OLD' } as const;
    try {
      if (writeOne.kind === 'put') {
        await documents.send(
          new PutCommand({ TableName, ...common, Item: wireItem(writeOne.key, writeOne.attributes), ...returned }),
        );
        return { ok: true, item: { key: writeOne.key, attributes: writeOne.attributes } };
      }
      const reply = await documents.send(
        new UpdateCommand({ TableName, Key: wireKey(writeOne.key), ReturnValues: 'ALL_NEW', ...common, ...returned }),
      );
      return { ok: true, item: itemOf(writeOne.key.table, reply.Attributes!) };
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) {
        return { ok: false, found: error.Item && itemOf(writeOne.key.table, unmarshall(error.Item)) };
      }
      throw unavailable(error);
    }
  }

  async function transact(writes: TransactWrite[]): Promise<Transacted> {
    assertTransaction(writes);
    const TransactItems = writes.map((one) => transactItem(one, tables));
    for (let tried = 1; ; tried++) {
      try {
        await documents.send(new TransactWriteCommand({ TransactItems }));
        return { ok: true };
      } catch (error) {
        if (!(error instanceof TransactionCanceledException)) throw unavailable(error);
        const reasons = error.CancellationReasons ?? [];
        const retryable = reasons.some(({ Code }) => Code !== undefined && transientReasons.has(Code));
        if (!retryable) return { ok: false, refusals: reasons.map((reason, i) => refusalOf(reason, writes[i])) };
        if (tried === transactionTryCountMax) throw new TableUnavailable('the item is being written by others');
        await sleep(random() * Math.min(retryCapMs, retryBaseMs * 2 ** tried));
      }
    }
  }

  async function query(q: Query): Promise<Page> {
    // DynamoDB refuses bounds of which none can be between.
    if (q.from !== undefined && q.to !== undefined && q.from > q.to) return { items: [] };
    const [partitionKey, sortKey] = q.by === 'pk' ? ['pk', 'sk'] : ['openPk', 'openSk'];
    const { text, names, values } = keyExpression(partitionKey, q.partition, sortKey, q.from, q.to);
    const reply = await documents
      .send(
        new QueryCommand({
          TableName: tables[q.table],
          ...(q.by === 'openPk' ? { IndexName: 'open' } : { ConsistentRead: true }),
          KeyConditionExpression: text,
          ExpressionAttributeNames: names,
          ExpressionAttributeValues: values,
          ScanIndexForward: !q.descending,
          Limit: q.limit,
          ExclusiveStartKey: q.after,
        }),
      )
      .catch((error: unknown) => {
        throw unavailable(error);
      });
    const items = (reply.Items ?? []).map((wire) => itemOf(q.table, wire));
    return reply.LastEvaluatedKey ? { items, next: reply.LastEvaluatedKey as Cursor } : { items };
  }

  return {
    get: async (key) => {
      const reply = await documents
        .send(new GetCommand({ TableName: tables[key.table], Key: wireKey(key), ConsistentRead: true }))
        .catch((error: unknown) => {
          throw unavailable(error);
        });
      return reply.Item && itemOf(key.table, reply.Item);
    },
    put: (key, attributes, condition = { kind: 'always' }) => write({ kind: 'put', key, attributes, condition }),
    update: (key, changes, condition) => write({ kind: 'update', key, changes, condition }),
    delete: async (key) => {
      await documents
        .send(new DeleteCommand({ TableName: tables[key.table], Key: wireKey(key) }))
        .catch((error: unknown) => {
          throw unavailable(error);
        });
    },
    transact,
    query,
    close: async () => documents.destroy(),
  };
}

interface WriteRequest {
  TableName: string;
  ConditionExpression?: string;
  UpdateExpression?: string;
  ExpressionAttributeNames?: Record<string, string>;
  ExpressionAttributeValues?: Record<string, unknown>;
}

function requestOf(writeOne: TransactWrite, tables: DynamoSettings['tables']): WriteRequest {
  const condition = conditionExpression(writeOne.condition ?? { kind: 'always' });
  const update = writeOne.kind === 'update' ? updateExpression(writeOne.changes) : undefined;
  const names = { ...condition?.names, ...update?.names };
  const values = { ...condition?.values, ...update?.values };
  return {
    TableName: tables[writeOne.key.table],
    ...(condition && { ConditionExpression: condition.text }),
    ...(update && { UpdateExpression: update.text }),
    ...(Object.keys(names).length > 0 && { ExpressionAttributeNames: names }),
    ...(Object.keys(values).length > 0 && { ExpressionAttributeValues: values }),
  };
}

type TransactItem = NonNullable<TransactWriteCommandInput['TransactItems']>[number];

function transactItem(writeOne: TransactWrite, tables: DynamoSettings['tables']): TransactItem {
  // A check needs an expression, even one that always holds; `all` of one has it.
  const written: TransactWrite =
    writeOne.kind === 'check' ? { ...writeOne, condition: { kind: 'all', of: [writeOne.condition] } } : writeOne;
  const request = { ...requestOf(written, tables), ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const };
  const Key = wireKey(writeOne.key);
  switch (writeOne.kind) {
    case 'put':
      return { Put: { ...request, Item: wireItem(writeOne.key, writeOne.attributes) } };
    case 'update':
      return { Update: { ...request, Key, UpdateExpression: request.UpdateExpression! } };
    case 'delete':
      return { Delete: { ...request, Key } };
    case 'check':
      return { ConditionCheck: { ...request, Key, ConditionExpression: request.ConditionExpression! } };
  }
}

const transientReasons = new Set(['TransactionConflict', 'ProvisionedThroughputExceeded', 'ThrottlingError']);

function refusalOf(reason: CancellationReason, { key }: TransactWrite): { found: Item | undefined } | undefined {
  if (reason.Code === 'None') return undefined;
  if (reason.Code !== 'ConditionalCheckFailed')
    throw new Error(`DynamoDB refused a write: ${reason.Code} ${reason.Message}`);
  return { found: reason.Item && itemOf(key.table, unmarshall(reason.Item)) };
}

function wireKey({ pk, sk }: Key): Record<string, string> {
  return { pk, sk };
}

function wireItem(key: Key, attributes: Attributes): Record<string, unknown> {
  return { ...wireKey(key), ...attributes };
}

function itemOf(table: Key['table'], wire: Record<string, unknown>): Item {
  const { pk, sk, ...attributes } = wire;
  return { key: { table, pk: pk as string, sk: sk as string }, attributes: attributes as Attributes };
}

/** Throttling and faults of the service or the way to it: the SDK has retried, the caller may later. */
function unavailable(error: unknown): Error {
  const isTransient =
    error instanceof DynamoDBServiceException
      ? error.$fault === 'server' || error.$retryable !== undefined || throttles.has(error.name)
      : (error as { name?: string }).name === 'TimeoutError' ||
        (error as { code?: string }).code !== undefined ||
        // A gateway on the way answered in its own words.
        ((error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode ?? 0) >= 500;
  return isTransient ? new TableUnavailable(`DynamoDB: ${(error as Error).message}`) : (error as Error);
}

const throttles = new Set([
  'ProvisionedThroughputExceededException',
  'ThrottlingException',
  'RequestLimitExceeded',
  'TransactionConflictException',
  'TransactionInProgressException',
]);
