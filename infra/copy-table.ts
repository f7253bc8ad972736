import { BatchWriteItemCommand, DynamoDBClient, paginateScan, ScanCommand } from '@aws-sdk/client-dynamodb';
import { parseArgs } from 'node:util';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * `npm run copy-table -- --from RESTORED --to CORE --region …`: writes every item of a table into another one that is
 * empty. It brings a backup, which is always a new table, into a new deployment.
 */

const batchMax = 25;
const pauseMs = 500;
const tryCountMax = 20;

const { from, to, region } = parseArgs({
  options: { from: { type: 'string' }, to: { type: 'string' }, region: { type: 'string' } },
}).values;
if (!from || !to || !region) fail('copy-table needs --from TABLE, --to TABLE and --region REGION.');
const client = new DynamoDBClient({ region });
const { Count } = await client.send(new ScanCommand({ TableName: to, Limit: 1 }));
if (Count! > 0) fail(`${to} must be empty, so that nothing is mixed up; it has items.`);
let copied = 0;
for await (const { Items = [] } of paginateScan({ client }, { TableName: from, ConsistentRead: true })) {
  for (let i = 0; i < Items.length; i += batchMax) await write(to, Items.slice(i, i + batchMax));
  copied += Items.length;
}
console.log(`${copied} items copied from ${from} to ${to}.`);

async function write(table: string, items: readonly Record<string, object>[]): Promise<void> {
  let left = items.map((Item) => ({ PutRequest: { Item } })) as never[];
  for (let tried = 0; left.length > 0; tried++) {
    if (tried === tryCountMax) fail(`${table} does not take more; delete what is in it and begin anew.`);
    if (tried > 0) await sleep(pauseMs);
    const { UnprocessedItems } = await client.send(new BatchWriteItemCommand({ RequestItems: { [table]: left } }));
    left = (UnprocessedItems?.[table] ?? []) as never[];
  }
}

function fail(sentence: string): never {
  console.error(sentence);
  process.exit(1);
}
