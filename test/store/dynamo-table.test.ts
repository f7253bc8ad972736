import { describe, inject } from 'vitest';
import { newDynamoTable } from '../contract/dynamo-tables.ts';
import { tableContract } from '../contract/table.ts';
const endpoint = inject('dynamoDbEndpoint');
describe.skipIf(endpoint === null)('with DynamoDB Local', () => {
  tableContract('a table on DynamoDB', () => newDynamoTable(endpoint!, 'contract'));
});
