import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import {
  failureToBecomeReady,
  javaClassPath,
  javaEnginesMissing,
  startEngineProcess,
  type EngineProcess,
} from './engine-process.ts';

/** A port found free can be taken before Java binds it, so the start is tried anew on another. */
const startCountMax = 3;
const probeTimeoutMs = 1_000;

/**
 * Starts DynamoDB Local in memory on a free port. Each pair of access key and region is a database of its own, so a
 * test gets an empty one by making up an access key of letters and digits.
 */
export async function startDynamoDbLocal(): Promise<{ endpoint: string; stop(): Promise<void> }> {
  const missing = javaEnginesMissing();
  if (missing !== undefined) throw new Error(`DynamoDB Local cannot start, because ${missing}`);
  for (let start = 1; ; start++) {
    const port = await freePort();
    const endpoint = `http://127.0.0.1:${port}`;
    const engine: EngineProcess = startEngineProcess((scratchFolder) => [
      'java',
      ...javaArguments(port, scratchFolder),
    ]);
    const failure = await failureToBecomeReady('DynamoDB Local', engine, () => answers(endpoint));
    if (failure === undefined) return { endpoint, stop: engine.stop };
    await engine.stop();
    if (start === startCountMax || !failure.includes('in use')) throw new Error(failure);
  }
}

function javaArguments(port: number, scratchFolder: string): string[] {
  return [
    '-Xmx512m',
    '-XX:TieredStopAtLevel=1', // A third off the start; test runs are too short to repay the second compiler.
    // The jar unpacks SQLite there and leaves it.
    `-Djava.io.tmpdir=${scratchFolder}`,
    '-cp',
    javaClassPath,
    'software.amazon.dynamodb.services.local.main.ServerRunner',
    '-inMemory',
    '-disableTelemetry',
    '-port',
    String(port),
  ];
}

/** DynamoDB answers an unsigned request with this refusal; whatever else may hold the port does not. */
async function answers(endpoint: string): Promise<boolean> {
  try {
    const response = await fetch(endpoint, { signal: AbortSignal.timeout(probeTimeoutMs) });
    return (await response.text()).includes('MissingAuthenticationToken');
  } catch {
    return false;
  }
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}
