import { ScanCommand } from '@aws-sdk/client-dynamodb';
import { vi } from 'vitest';
import { openDynamoTable } from '../../shared/store/dynamo-table.ts';
import { portsOnTable } from '../../shared/store/ports-on-table.ts';
import type { GuardedService } from '../contract/auth.ts';
import { createDynamoTables, dynamoClient, dynamoTableNames } from '../contract/dynamo-tables.ts';
import { sendTo } from '../http/open-service.ts';
import { sharedOut, startGateway, type Functions, type Gateway } from './gateway.ts';

export interface FunctionsService extends GuardedService {
  gateway: Gateway;
  /** The handlers of the routes, past the gateway. */
  serve: Functions['serve'];
}

/**
 * The handlers in this process on two new tables of DynamoDB Local, behind a gateway. They read the environment when
 * they are loaded, so a test file can have them once.
 */
export async function openFunctions(
  endpoint: string,
  accessKeyId: string,
  cacheSeconds = 0,
): Promise<FunctionsService> {
  const client = dynamoClient(endpoint, accessKeyId);
  await createDynamoTables(client);
  for (const [name, value] of Object.entries(environmentOf(endpoint, accessKeyId))) vi.stubEnv(name, value);
  const [ask, api, authorize] = await Promise.all([
    import('../../functions/ask.ts'),
    import('../../functions/api.ts'),
    import('../../functions/authorize.ts'),
  ]);
  const faults: unknown[] = [];
  const log = vi.spyOn(console, 'error').mockImplementation((...said) => void faults.push(...said));
  const serve = sharedOut(ask.handler, api.handler);
  const gateway = await startGateway({ serve, authorize: authorize.handler }, cacheSeconds);
  const table = openDynamoTable({ client, tables: dynamoTableNames, sleep: async () => undefined, random: () => 0 });
  const send: FunctionsService['send'] = (method, path, body, headers) =>
    sendTo(gateway.url, method, path, body, headers);
  return {
    url: gateway.url,
    gateway,
    serve,
    ports: portsOnTable(table, Date.now),
    faults,
    isBareRefusedBefore: true,
    stored: async () => {
      const pages = await Promise.all(
        Object.values(dynamoTableNames).map((TableName) => client.send(new ScanCommand({ TableName }))),
      );
      return JSON.stringify(pages.map(({ Items }) => Items));
    },
    send,
    post: (path, body = {}, headers = {}) => send('POST', path, body, headers),
    get: (path, headers) => send('GET', path, undefined, headers),
    close: async () => {
      await gateway.close();
      client.destroy();
      log.mockRestore();
      vi.unstubAllEnvs();
    },
  };
}

/** What a deployed function finds in its environment, pointed to an engine of this machine. */
export function environmentOf(endpoint: string, accessKeyId: string): Record<string, string> {
  return {
    AWS_ENDPOINT_URL_DYNAMODB: endpoint,
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: 'none',
    CAVIA_CORE_TABLE: dynamoTableNames.core,
    CAVIA_AUX_TABLE: dynamoTableNames.aux,
  };
}
