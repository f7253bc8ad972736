import { BatchWriteItemCommand, DynamoDBClient, paginateScan, ScanCommand } from '@aws-sdk/client-dynamodb';
import { setTimeout as sleep } from 'node:timers/promises';
import { readOptions } from './command-line.ts';
import { NotReady } from './preflight.ts';
import { runMain } from './run-main.ts';
import { SettingsRefused } from './settings.ts';

const usage = `Usage: npm run copy-table -- --from TABLE --to TABLE --region REGION

Writes every item of a table of DynamoDB into another one that is empty. It brings a backup, which is always
a new table, into a new deployment.`;

const batchMax = 25;
const pauseMs = 500;
const tryCountMax = 20;

await runMain(usage, async (args) => {
  const { from, to, region } = readOptions(args, ['from', 'to', 'region']);
  if (!from || !to || !region)
    throw new SettingsRefused('copy-table needs --from TABLE, --to TABLE and --region REGION.');
  const client = new DynamoDBClient({ region });
  try {
    const copied = await copy(client, from, to);
    console.log(`${copied} items copied from ${from} to ${to}.`);
    return 0;
  } catch (error) {
    throw notReady(error);
  } finally {
    client.destroy();
  }
});

async function copy(client: DynamoDBClient, from: string, to: string): Promise<number> {
  const { Count } = await client.send(new ScanCommand({ TableName: to, Limit: 1 }));
  if (Count! > 0) throw new NotReady(`${to} must be empty, so that nothing is mixed up; it has items.`);
  let copied = 0;
  for await (const { Items = [] } of paginateScan({ client }, { TableName: from, ConsistentRead: true })) {
    for (let i = 0; i < Items.length; i += batchMax) await write(client, to, Items.slice(i, i + batchMax));
    copied += Items.length;
  }
  return copied;
}

async function write(client: DynamoDBClient, table: string, items: readonly Record<string, object>[]): Promise<void> {
  let left = items.map((Item) => ({ PutRequest: { Item } })) as never[];
  for (let tried = 0; left.length > 0; tried++) {
    if (tried === tryCountMax) throw new NotReady(`${table} does not take more; delete what is in it and begin anew.`);
    if (tried > 0) await sleep(pauseMs);
    const { UnprocessedItems } = await client.send(new BatchWriteItemCommand({ RequestItems: { [table]: left } }));
    left = (UnprocessedItems?.[table] ?? []) as never[];
  }
}

/** What DynamoDB, the credentials or the network say is for the person to mend; what the SDK did not say is a fault. */
function notReady(error: unknown): unknown {
  const { name, message, $metadata, code } = error as Error & { $metadata?: object; code?: string };
  const isSaid = $metadata !== undefined || code !== undefined || name === 'CredentialsProviderError';
  return error instanceof NotReady || !isSaid
    ? error
    : new NotReady(`DynamoDB could not be asked: ${name}: ${message}`);
}
