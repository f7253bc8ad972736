import { parseArgs } from 'node:util';
import { serveUntilStopped, type ServeSettings } from './serve-until-stopped.ts';

const usage = `Usage: npm start -- [--port 8787] [--host 127.0.0.1] [--data ./.cavia] [--auth]

  --port N    the port to listen on; 0 takes any free one
  --host H    the address to listen on; anything but this machine needs --auth
  --data DIR  the folder that holds the studies
  --auth      every request needs an API key; make the first one with: npm run key`;

const settings = readArguments();
await serveUntilStopped(settings, { makeKey: `npm run key -- --data ${settings.data}`, tryIt: curlLine });

function readArguments(): ServeSettings {
  try {
    const { values } = parseArgs({
      options: {
        port: { type: 'string', default: '8787' },
        host: { type: 'string', default: '127.0.0.1' },
        data: { type: 'string', default: './.cavia' },
        auth: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    if (values.help) {
      console.log(usage);
      process.exit(0);
    }
    const port = Number(values.port);
    if (!/^\d+$/.test(values.port) || port > 65_535) {
      throw new Error(`--port must be a whole number from 0 to 65535; got ${values.port || 'nothing'}.`);
    }
    return { port, host: values.host, data: values.data, auth: values.auth };
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${usage}`);
    process.exit(2);
  }
}

function curlLine(url: string): string {
  const study = `{"name":"first","space":{"learningRate":{"type":"float","low":1e-5,"high":0.1,"scale":"log"}},"objectives":[{"metric":"loss","direction":"minimize"}]}`;
  const key = settings.auth ? ' -H "Authorization: Bearer $CAVIA_KEY"' : '';
  return `curl -sS ${url}/v1/studies${key} -H 'Content-Type: application/json' -d '${study}'`;
}
