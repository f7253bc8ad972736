import { createApiKey } from '../shared/service/keys/create-api-key.ts';
import { openSqliteTable } from '../shared/store/sqlite-table.ts';
import { localCaller, wirePorts } from './wire.ts';

/** Makes an API key with all scopes straight in a data folder, and says it alone on standard output. */
export async function makeKey(data: string, name: string): Promise<void> {
  const table = openSqliteTable(data);
  try {
    const { body } = await createApiKey(wirePorts(table), {
      caller: localCaller,
      operation: 'createApiKey',
      path: {},
      query: {},
      body: { name, scopes: ['read', 'write', 'admin'] },
      idempotencyKey: undefined,
    });
    // The key alone on standard output, so that it can be caught: CAVIA_KEY=$(npm run --silent key)
    console.error(`API key ${body.id} (read, write, admin). It is shown once and cannot be read again:`);
    console.log(body.key);
  } finally {
    await table.close();
  }
}
