import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The bundle that the tests were begun with. */
export const launcher = join(import.meta.dirname, '..', '..', '..', '.bundles', 'package', 'cli.js');

export interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}

/** The command line as a person has it: in a folder, against a server. */
export interface Terminal {
  folder: string;
  /** Runs a command to its end. @param input what comes on standard input. */
  run(args: readonly string[], input?: string): Promise<Ended>;
  /** Starts a command that goes on. */
  start(args: readonly string[]): RunningCommand;
}

export interface RunningCommand {
  pid: number;
  stdout(): string;
  stderr(): string;
  ended: Promise<Ended>;
  kill(signal: NodeJS.Signals): void;
  /** Waits until it has said something. */
  said(pattern: RegExp, onceMore?: number): Promise<void>;
}

/** A terminal in a new folder, whose environment says nothing but what is given. */
export function openTerminal(environment: Record<string, string> = {}): Terminal {
  const folder = mkdtempSync(join(tmpdir(), 'cavia-cli-'));
  const env = {
    PATH: process.env['PATH'],
    HOME: folder,
    XDG_STATE_HOME: join(folder, 'state'),
    ...environment,
  };
  const start = (args: readonly string[], input?: string): RunningCommand => {
    const child = spawn(process.execPath, [launcher, ...args], {
      cwd: folder,
      env,
      stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    });
    if (input !== undefined) child.stdin!.end(input);
    return running(child);
  };
  return { folder, run: (args, input) => start(args, input).ended, start };
}

function running(child: ChildProcess): RunningCommand {
  let stdout = '';
  let stderr = '';
  child.stdout!.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr!.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const ended = once(child, 'close').then(([code]) => ({ code: (code as number | null) ?? -1, stdout, stderr }));
  return {
    pid: child.pid!,
    stdout: () => stdout,
    stderr: () => stderr,
    ended,
    kill: (signal) => child.kill(signal),
    said: async (pattern, times = 1) => {
      const global = new RegExp(pattern.source, 'g');
      const isSaid = (): boolean => [...(stdout + stderr).matchAll(global)].length >= times;
      while (!isSaid()) {
        if (child.exitCode !== null || child.signalCode !== null)
          throw new Error(`It ended before it said ${String(pattern)}: ${stdout}${stderr}`);
        await pause(10);
      }
    },
  };
}

export async function pause(ms: number): Promise<void> {
  await new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
