import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants, existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';

type Server = ChildProcessByStdio<Writable, Readable, Readable>;

export const enginesPom = join(import.meta.dirname, 'pom.xml');
export const enginesFolder = join(import.meta.dirname, 'target');
const libFolder = join(enginesFolder, 'lib');

/** A copy of the pom that was installed, written last: a broken install or a changed pom shows as a difference. */
export const installedPom = join(enginesFolder, 'installed-pom.xml');

/** A port found free can be taken before Java binds it, so the start is tried anew on another. */
const startCountMax = 3;
const startTimeoutMs = 30_000;
const probeTimeoutMs = 1_000;
const probePauseMs = 50;
const outputLineCountMax = 15;

/**
 * Runs its arguments and kills them when standard input closes, which it does however the parent ends, SIGKILL
 * included. The shell becomes the program, so that the child's pid and exit are the program's own. $0 is a folder to
 * remove at the end.
 */
const tetheredToParent = `exec 3<&0; (cat <&3; kill -9 $$; rm -rf "$0") >/dev/null 2>&1 & exec "$@" 3<&- </dev/null`;

/**
 * Starts DynamoDB Local in memory on a free port. Each pair of access key and region is a database of its own, so a
 * test gets an empty one by making up an access key of letters and digits.
 */
export async function startDynamoDbLocal(): Promise<{ endpoint: string; stop(): Promise<void> }> {
  const missing = dynamoDbLocalMissing();
  if (missing !== undefined) throw new Error(`DynamoDB Local cannot start, because ${missing}`);
  for (let start = 1; ; start++) {
    const engine = launch(await freePort());
    const failure = await failureToBecomeReady(engine);
    if (failure === undefined) return { endpoint: engine.endpoint, stop: engine.stop };
    await engine.stop();
    if (start === startCountMax || !failure.includes('in use')) throw new Error(failure);
  }
}

/** One clause that says what this machine lacks, or undefined when DynamoDB Local can start. */
export function dynamoDbLocalMissing(): string | undefined {
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

type Engine = { server: Server; endpoint: string; outputLines: string[]; stop(): Promise<void> };

function launch(port: number): Engine {
  // The jar unpacks SQLite into Java's temporary folder and leaves it there.
  const scratchFolder = mkdtempSync(join(tmpdir(), 'cavia-dynamodb-'));
  const server = spawn('sh', ['-c', tetheredToParent, scratchFolder, 'java', ...javaArguments(port, scratchFolder)], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'] },
  });
  return {
    server,
    endpoint: `http://127.0.0.1:${port}`,
    outputLines: lastLines(server),
    stop: () => stop(server),
  };
}

function javaArguments(port: number, scratchFolder: string): string[] {
  return [
    '-Xmx512m',
    '-XX:TieredStopAtLevel=1', // A third off the start; test runs are too short to repay the second compiler.
    `-Djava.io.tmpdir=${scratchFolder}`,
    '-cp',
    join(libFolder, '*'),
    'software.amazon.dynamodb.services.local.main.ServerRunner',
    '-inMemory',
    '-disableTelemetry',
    '-port',
    String(port),
  ];
}

/** The array is filled as output arrives and keeps the newest lines, without the frames of stack traces. */
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
  if (hasExited(server)) return;
  const exited = once(server, 'exit');
  server.stdin.destroy();
  await exited;
}

function hasExited(server: Server): boolean {
  return server.exitCode !== null || server.signalCode !== null;
}

async function failureToBecomeReady({ server, endpoint, outputLines }: Engine): Promise<string | undefined> {
  const deadlineMs = Date.now() + startTimeoutMs;
  while (Date.now() < deadlineMs) {
    if (hasExited(server)) {
      await sleep(probePauseMs); // Lets the last output arrive.
      const end = server.signalCode ?? `code ${server.exitCode}`;
      return `DynamoDB Local ended with ${end} before it was ready; it last said:\n${outputLines.join('\n')}`;
    }
    if (await answers(endpoint)) return undefined;
    await sleep(probePauseMs);
  }
  return `DynamoDB Local was not ready after ${startTimeoutMs} ms; it last said:\n${outputLines.join('\n')}`;
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
