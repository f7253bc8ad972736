import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The service in a process of its own, as `npm start` runs it. */
export interface ServerProcess {
  url: string;
  pid: number;
  /** When it was spawned, on this process's `performance.now()`. */
  spawnedAtMs: number;
  /** kill -9; resolves when the process is gone. */
  kill(): Promise<void>;
}

const serveScript = join(import.meta.dirname, '..', 'local', 'serve.ts');
const startTimeoutMs = 30_000;

/** Starts a server on a folder, on any free port, and resolves when it has said where it is. */
export async function startServerProcess(data: string): Promise<ServerProcess> {
  const spawnedAtMs = performance.now();
  const child = spawn(process.execPath, [serveScript, '--data', data, '--port', '0'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const killAtExit = (): unknown => child.kill('SIGKILL');
  process.once('exit', killAtExit);
  const exited = once(child, 'exit');
  const url = await new Promise<string>((resolve, reject) => {
    let stdout = '';
    const fail = (): void => reject(new Error(`the server did not start: ${stdout}`));
    const deadline = setTimeout(fail, startTimeoutMs);
    child.once('exit', fail);
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk.toString();
      const found = /http:\/\/\S+?(?=,)/.exec(stdout)?.[0];
      if (found === undefined) return;
      clearTimeout(deadline);
      resolve(found);
    });
  });
  return {
    url,
    pid: child.pid!,
    spawnedAtMs,
    kill: async () => {
      child.kill('SIGKILL');
      await exited;
      process.off('exit', killAtExit);
    },
  };
}

/** Runs with a folder of its own, which is gone afterwards. */
export async function withDataFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'cavia-bench-'));
  try {
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
