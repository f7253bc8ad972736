import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export interface CrewSettings {
  url: string;
  study: string;
  workers: number;
  /** Told, in one sentence, when a worker died. */
  say: (sentence: string) => void;
}

/** The worker processes. One that dies is replaced, a few times. */
export interface Crew {
  /** How many are at work. */
  count(): number;
  /** Lets them give their trials back and waits until all are gone. */
  stop(): Promise<void>;
}

/** Where the service trains by itself. */
export const noCrew: Crew = { count: () => 1, stop: async () => undefined };

/** For all workers together: a fault that kills every worker shall not be tried for ever. */
const replacementCountMax = 8;
const stopGraceMs = 5_000;
const workerPath = fileURLToPath(new URL('worker.ts', import.meta.url));

export function startCrew({ url, study, workers, say }: CrewSettings): Crew {
  const running = new Set<ChildProcess>();
  let replacements = 0;
  let isStopping = false;

  const start = (name: string): void => {
    const child = fork(workerPath, [url, study, name], { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
    running.add(child);
    const lastWords = readLastLine(child);
    const end = (how: string | undefined): void => {
      if (!running.delete(child) || isStopping || how === undefined) return;
      const isReplaced = replacements++ < replacementCountMax;
      say(`${name} ${how}; ${isReplaced ? 'a new one takes its place' : 'there have been too many to replace it'}.`);
      if (isReplaced) start(name);
    };
    child.once('error', (error) => end(`could not be started (${error.message})`));
    child.once('exit', (code, signal) => end(code === 0 ? undefined : howItDied(code, signal, lastWords())));
  };

  for (let number = 1; number <= workers; number++) start(`worker-${number}`);
  return {
    count: () => running.size,
    stop: async () => {
      isStopping = true;
      await Promise.all([...running].map(stop));
    },
  };
}

async function stop(child: ChildProcess): Promise<void> {
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  const deadline = setTimeout(() => child.kill('SIGKILL'), stopGraceMs);
  await gone;
  clearTimeout(deadline);
}

function howItDied(code: number | null, signal: string | null, lastLine: string): string {
  if (signal !== null) return `was ended by ${signal}`;
  return `died with exit code ${code}${lastLine && ` (${lastLine})`}`;
}

/** What a worker writes would tear the view apart; its last line is kept for the case that it dies. */
function readLastLine(child: ChildProcess): () => string {
  let line = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (line = text.trim().split('\n').at(-1)!));
  return () => line;
}
