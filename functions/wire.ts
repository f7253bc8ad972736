import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Ports } from '../shared/service/ports/ports.ts';
import { openDynamoTable } from '../shared/store/dynamo-table.ts';
import { portsOnTable } from '../shared/store/ports-on-table.ts';

/**
 * Puts the use cases on DynamoDB, once per process: what is read from the environment is read here. Region and
 * credentials, and in tests the endpoint, are read there by the SDK.
 */
export function wirePorts(): Ports {
  const client = new DynamoDBClient({
    maxAttempts: attemptCountMax,
    requestHandler: { connectionTimeout: connectionTimeoutMs, requestTimeout: requestTimeoutMs },
  });
  const tables = { core: required('CAVIA_CORE_TABLE'), aux: required('CAVIA_AUX_TABLE') };
  return portsOnTable(openDynamoTable({ client, tables, sleep, random: Math.random }), Date.now);
}

/** Together they stay below the 29 seconds that a function has. */
const attemptCountMax = 3;
const connectionTimeoutMs = 1_000;
const requestTimeoutMs = 5_000;

function required(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`The environment variable ${name} must name a table; it is not set.`);
  return value;
}
