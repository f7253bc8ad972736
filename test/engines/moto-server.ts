import { join } from 'node:path';
import { addressSaidBy, startEngineProcess } from './engine-process.ts';
import { environmentMissing, moto } from './python-environments.ts';

/** Starts moto on a free port. It speaks S3 and Batch; each access key's account is the same one, 123456789012. */
export async function startMotoServer(): Promise<{ endpoint: string; stop(): Promise<void> }> {
  const missing = environmentMissing(moto);
  if (missing !== undefined) throw new Error(`moto cannot start, because ${missing}`);
  const server = join(moto.programs, 'moto_server');
  const engine = startEngineProcess(() => [server, '-H', '127.0.0.1', '-p', '0']);
  const endpoint = await addressSaidBy('moto', engine, /Running on (http:\/\/127\.0\.0\.1:\d+)/);
  return { endpoint, stop: engine.stop };
}
