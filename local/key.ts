import { parseArgs } from 'node:util';
import { makeKey } from './make-key.ts';

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
