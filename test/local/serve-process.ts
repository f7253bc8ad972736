import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const localFolder = join(import.meta.dirname, '..', '..', 'local');
const startTimeoutMs = 20_000;

/** A program of `local/` that was started as a person would, by its command line. */
export interface Program {
  pid: number;
  /** All of standard output and standard error so far. */
  stdout(): string;
  stderr(): string;
  /** Its exit code, once it has ended. */
  exited: Promise<number>;
  hasExited(): boolean;
  kill(signal: NodeJS.Signals): void;
}

export function startProgram(name: 'serve.ts' | 'key.ts', args: readonly string[]): Program {
  const child = spawn(process.execPath, [join(localFolder, name), ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const exited = once(child, 'close').then(([code, signal]) => (code as number | null) ?? (signal === null ? -1 : 128));
  return {
    pid: child.pid!,
    stdout: () => stdout,
    stderr: () => stderr,
    exited,
    hasExited: () => child.exitCode !== null || child.signalCode !== null,
    kill: (signal) => child.kill(signal),
  };
}

/** A server process that has said where it is. */
export interface ServerProcess extends Program {
  url: string;
}

export async function startServerProcess(
  data: string,
  args: readonly string[] = ['--port', '0'],
): Promise<ServerProcess> {
  const program = startProgram('serve.ts', ['--data', data, ...args]);
  const isReady = (): boolean => program.stdout().includes('Try it:') || program.hasExited();
  for (let waitedMs = 0; waitedMs < startTimeoutMs && !isReady(); waitedMs += 20) await pause(20);
  const url = /http:\/\/[^\s,]+/.exec(program.stdout())?.[0];
  if (url === undefined || program.hasExited()) {
    throw new Error(`the server did not start: ${program.stdout()}${program.stderr()}`);
  }
  return { ...program, url };
}

export async function pause(ms: number): Promise<void> {
  await new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
