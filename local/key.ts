import { parseArgs } from 'node:util';
import { createApiKey } from '../shared/service/keys/create-api-key.ts';
import { openSqliteTable } from '../shared/store/sqlite-table.ts';
import { localCaller, wirePorts } from './wire.ts';

const usage = `Usage: npm run key -- [--data ./.cavia] [--name first]

Makes an API key with all scopes straight in the data folder, for a server that runs with --auth. It is for the first
key, while the server is stopped; make others with POST /v1/keys.`;

const { data, name } = readArguments();
try {
  await makeKey(data, name);
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}

function readArguments(): { data: string; name: string } {
  try {
    const { values } = parseArgs({
      options: {
        data: { type: 'string', default: './.cavia' },
        name: { type: 'string', default: 'first' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    if (values.help) {
      console.log(usage);
      process.exit(0);
    }
    return values;
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${usage}`);
    process.exit(2);
  }
}

async function makeKey(data: string, name: string): Promise<void> {
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
