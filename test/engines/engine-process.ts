import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants, existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';

type Server = ChildProcessByStdio<Writable, Readable, Readable>;

/** An engine that tests talk to, as a process that ends with this one. */
export interface EngineProcess {
  /** Filled as output arrives; the newest lines, without the frames of stack traces. */
  outputLines: string[];
  /** How it ended, or undefined while it runs. */
  end(): string | undefined;
  stop(): Promise<void>;
}

export const enginesPom = join(import.meta.dirname, 'pom.xml');
export const enginesFolder = join(import.meta.dirname, 'target');
/** Where the engines in Java are. */
export const libFolder = join(enginesFolder, 'lib');
export const javaClassPath = join(libFolder, '*');

/** A copy of the pom that was installed, written last: a broken install or a changed pom shows as a difference. */
export const installedPom = join(enginesFolder, 'installed-pom.xml');

const startTimeoutMs = 30_000;
const probePauseMs = 50;
const outputLineCountMax = 15;

/**
 * Runs its arguments and kills them when standard input closes, which it does however the parent ends, SIGKILL
 * included. The shell becomes the program, so that the child's pid and exit are the program's own. $0 is a folder to
 * remove at the end.
 */
const tetheredToParent = `exec 3<&0; (cat <&3; kill -9 $$; rm -rf "$0") >/dev/null 2>&1 & exec "$@" 3<&- </dev/null`;

/** Starts a program. @param commandIn the program and its arguments, given a folder of its own for what it leaves behind. */
export function startEngineProcess(commandIn: (scratchFolder: string) => string[]): EngineProcess {
  const scratchFolder = mkdtempSync(join(tmpdir(), 'cavia-engine-'));
  const server = spawn('sh', ['-c', tetheredToParent, scratchFolder, ...commandIn(scratchFolder)], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'] },
  });
  return {
    outputLines: lastLines(server),
    end: () => server.signalCode ?? (server.exitCode === null ? undefined : `code ${server.exitCode}`),
    stop: () => stop(server),
  };
}

/**
 * Waits until an engine is ready. @param isReady asked again and again.
 * @returns what went wrong, if anything did: one sentence and the last output.
 */
export async function failureToBecomeReady(
  name: string,
  engine: EngineProcess,
  isReady: () => boolean | Promise<boolean>,
): Promise<string | undefined> {
  const deadlineMs = Date.now() + startTimeoutMs;
  while (Date.now() < deadlineMs) {
    const end = engine.end();
    if (end !== undefined) {
      await sleep(probePauseMs); // Lets the last output arrive.
      return `${name} ended with ${end} before it was ready; it last said:\n${engine.outputLines.join('\n')}`;
    }
    if (await isReady()) return undefined;
    await sleep(probePauseMs);
  }
  return `${name} was not ready after ${startTimeoutMs} ms; it last said:\n${engine.outputLines.join('\n')}`;
}

/** Waits for the line in which an engine says where it listens. @param said its first group is the address. */
export async function addressSaidBy(name: string, engine: EngineProcess, said: RegExp): Promise<string> {
  const find = (): string | undefined => engine.outputLines.map((line) => said.exec(line)?.[1]).find(Boolean);
  const failure = await failureToBecomeReady(name, engine, () => find() !== undefined);
  if (failure === undefined) return find()!;
  await engine.stop();
  throw new Error(failure);
}

/** One clause that says what this machine lacks, or undefined when the engines in Java can start. */
export function javaEnginesMissing(): string | undefined {
  if (process.platform === 'win32') return 'it is started with sh, which Windows lacks';
  if (!isOnPath('java')) return 'java is not on the PATH';
  if (!enginesAreInstalled()) return '`npm run engines` has not been run since test/engines/pom.xml changed';
  return undefined;
}

export function enginesAreInstalled(): boolean {
  return existsSync(installedPom) && readFileSync(installedPom).equals(readFileSync(enginesPom));
}

export function isOnPath(program: string): boolean {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders.some((folder) => isExecutable(join(folder, program)));
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function lastLines(server: Server): string[] {
  const lines: string[] = [];
  for (const input of [server.stdout, server.stderr]) {
    createInterface({ input }).on('line', (line) => {
      if (/^\s*(at .*)?$/.test(line)) return;
      lines.push(line);
      if (lines.length > outputLineCountMax) lines.shift();
    });
  }
  return lines;
}

async function stop(server: Server): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const exited = once(server, 'exit');
  server.stdin.destroy();
  await exited;
}
