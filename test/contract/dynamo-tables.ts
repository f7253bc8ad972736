import {
  CreateTableCommand,
  DynamoDBClient,
  type CreateTableCommandInput,
  type DynamoDBClientConfig,
} from '@aws-sdk/client-dynamodb';
import { openDynamoTable, type DynamoSettings } from '../../shared/store/dynamo-table.ts';
import type { Table } from '../../shared/store/table.ts';

export const dynamoTableNames = { core: 'core', aux: 'aux' };

/** A client for DynamoDB Local. Each access key (letters and digits) has a database of its own there. */
export function dynamoClient(endpoint: string, accessKeyId: string, config: DynamoDBClientConfig = {}): DynamoDBClient {
  return new DynamoDBClient({
    endpoint,
    region: 'eu-central-1',
    credentials: { accessKeyId, secretAccessKey: 'none' },
    maxAttempts: 2,
    requestHandler: { connectionTimeout: 5_000, requestTimeout: 30_000 },
    ...config,
  });
}

/** The two tables as the deployment makes them. */
export async function createDynamoTables(client: DynamoDBClient): Promise<void> {
  const common: Pick<CreateTableCommandInput, 'BillingMode' | 'KeySchema'> = {
    BillingMode: 'PAY_PER_REQUEST',
    KeySchema: [
      { AttributeName: 'pk', KeyType: 'HASH' },
      { AttributeName: 'sk', KeyType: 'RANGE' },
    ],
  };
  await client.send(
    new CreateTableCommand({
      ...common,
      TableName: dynamoTableNames.core,
      AttributeDefinitions: strings('pk', 'sk', 'openPk', 'openSk'),
      GlobalSecondaryIndexes: [
        {
          IndexName: 'open',
          KeySchema: [
            { AttributeName: 'openPk', KeyType: 'HASH' },
            { AttributeName: 'openSk', KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'ALL' },
        },
      ],
    }),
  );
  await client.send(
    new CreateTableCommand({
      ...common,
      TableName: dynamoTableNames.aux,
      AttributeDefinitions: strings('pk', 'sk'),
    }),
  );
}

/** The port on two new, empty tables. */
export async function newDynamoTable(
  endpoint: string,
  accessKeyId: string,
  settings: Partial<Pick<DynamoSettings, 'sleep' | 'random'>> = {},
): Promise<Table> {
  const client = dynamoClient(endpoint, accessKeyId);
  await createDynamoTables(client);
  return openDynamoTable({
    client,
    tables: dynamoTableNames,
    sleep: () => Promise.resolve(),
    random: () => 0,
    ...settings,
  });
}

function strings(...names: string[]): { AttributeName: string; AttributeType: 'S' }[] {
  return names.map((AttributeName) => ({ AttributeName, AttributeType: 'S' }));
}
