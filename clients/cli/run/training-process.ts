import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';

export interface TrainingProcess {
  ended: Promise<ProcessEnd>;
  /** To all of its process group. */
  signal(name: NodeJS.Signals): void;
}

export interface ProcessEnd {
  code: number | null;
  signal: NodeJS.Signals | null;
  /** The last line on standard output that is not blank. */
  lastLine: string | undefined;
  /** The last lines of standard error. */
  complaint: string;
}

const lineLengthMax = 65_536;
const complaintLengthMax = 700;

/**
 * Starts a program without a shell, in a process group of its own: Ctrl-C in the terminal does not reach it. All that
 * it writes goes to the log. What it leaves running ends with it.
 * @throws when it cannot be started.
 */
export async function startTraining(
  argv: readonly string[],
  environment: NodeJS.ProcessEnv,
  logPath: string,
): Promise<TrainingProcess> {
  const [program, ...programArguments] = argv;
  const child = spawn(program, programArguments, {
    env: environment,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  await once(child, 'spawn');
  const log = createWriteStream(logPath);
  // A full disk loses the log, not the trial.
  log.on('error', () => undefined);
  const last = lastLineReader();
  let complaint = '';
  child.stdout.on('data', (chunk: Buffer) => {
    log.write(chunk);
    last.read(chunk.toString());
  });
  child.stderr.on('data', (chunk: Buffer) => {
    log.write(chunk);
    complaint = (complaint + chunk.toString()).slice(-complaintLengthMax);
  });
  const signal = (name: NodeJS.Signals): void => {
    try {
      process.kill(-child.pid!, name);
    } catch {
      // It has ended.
    }
  };
  const ended = (async (): Promise<ProcessEnd> => {
    const closed = once(child, 'close');
    const [code, signalName] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
    signal('SIGKILL');
    await closed;
    log.end();
    return { code, signal: signalName, lastLine: last.line(), complaint: complaint.trim() };
  })();
  return { ended, signal };
}

interface LastLineReader {
  read(text: string): void;
  line(): string | undefined;
}

function lastLineReader(): LastLineReader {
  let kept = '';
  let open = '';
  return {
    read: (text) => {
      const lines = (open + text).split(/\r?\n|\r/);
      open = lines.pop()!.slice(-lineLengthMax);
      kept = lines.findLast((line) => line.trim() !== '') ?? kept;
    },
    line: () => [open, kept].map((line) => line.trim()).find((line) => line !== ''),
  };
}
