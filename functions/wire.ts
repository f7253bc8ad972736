import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Ports } from '../shared/service/ports/ports.ts';
import { openDynamoTable } from '../shared/store/dynamo-table.ts';
import { portsOnTable } from '../shared/store/ports-on-table.ts';

/**
 * For every client of AWS: together the attempts stay below the 29 seconds that a function has. Region and credentials,
 * and in tests the endpoint, are read from the environment by the SDK.
 */
export const clientSettings = {
  maxAttempts: 3,
  requestHandler: { connectionTimeout: 1_000, requestTimeout: 5_000 },
};

/** Puts the use cases on DynamoDB, once per process. */
export function wirePorts(): Ports {
  const client = new DynamoDBClient(clientSettings);
  const tables = { core: required('CAVIA_CORE_TABLE'), aux: required('CAVIA_AUX_TABLE') };
  return portsOnTable(openDynamoTable({ client, tables, sleep, random: Math.random }), Date.now);
}

function required(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`The environment variable ${name} must name a table; it is not set.`);
  return value;
}
