import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { addressSaidBy, enginesFolder, startEngineProcess } from './engine-process.ts';

export const pythonRequirements = join(import.meta.dirname, 'requirements.txt');
export const pythonFolder = join(enginesFolder, 'python');
/** As the installed pom: written last. */
export const installedRequirements = join(pythonFolder, 'installed-requirements.txt');

/** Starts moto on a free port. It speaks S3 and Batch; each access key's account is the same one, 123456789012. */
export async function startMotoServer(): Promise<{ endpoint: string; stop(): Promise<void> }> {
  const missing = motoMissing();
  if (missing !== undefined) throw new Error(`moto cannot start, because ${missing}`);
  const server = join(pythonFolder, 'bin', 'moto_server');
  const engine = startEngineProcess(() => [server, '-H', '127.0.0.1', '-p', '0']);
  const endpoint = await addressSaidBy('moto', engine, /Running on (http:\/\/127\.0\.0\.1:\d+)/);
  return { endpoint, stop: engine.stop };
}

/** One clause that says what this machine lacks, or undefined when moto can start. */
export function motoMissing(): string | undefined {
  if (process.platform === 'win32') return 'it is started with sh, which Windows lacks';
  if (!motoIsInstalled()) return '`npm run engines` has not been run since test/engines/requirements.txt changed';
  return undefined;
}

export function motoIsInstalled(): boolean {
  return (
    existsSync(installedRequirements) && readFileSync(installedRequirements).equals(readFileSync(pythonRequirements))
  );
}
