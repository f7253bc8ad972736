import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { JobEnd } from '../domain/job-end.ts';
import type { ProcessStop } from './process-end.ts';

/**
 * What is kept of the jobs of a process runner: a folder for each, under the folder of its name, and a mark for each that
 * has not ended, so that finding those costs what is open.
 *
 * - `job.json` what was ordered; `identity` which process it is; `stop.json` why it was told to end;
 * - `exit` its exit code, from its shell; `end.json` how it ended; `stdout`, `stderr` what it wrote.
 */
export interface ProcessFolder {
  /** Makes the folder and mark of one more job of this name. @returns its id. */
  add(name: string, order: KeptOrder): string;
  /** As if it had never been. */
  remove(id: string): void;
  /** Removes the jobs that have ended and whose names begin so. */
  forget(namePrefix: string): Promise<void>;
  pathOf(id: string): string;
  order(id: string): KeptOrder | undefined;
  identity(id: string): { said: string; startedMs: number } | undefined;
  exit(id: string): { code: number; atMs: number } | undefined;
  stop(id: string): ProcessStop | undefined;
  /** The first stop stays. */
  putStop(id: string, stop: ProcessStop): void;
  end(id: string): KeptEnd | undefined;
  /** Ends the job: its mark goes. */
  putEnd(id: string, end: KeptEnd): void;
  openIds(): string[];
  /** The ids of all jobs of a name, oldest first. */
  idsOf(name: string): string[];
}

export interface KeptOrder {
  createdMs: number;
  timeoutMs: number;
  /** How many processes the kernel had killed for want of memory before. */
  oomKills: number;
}

export interface KeptEnd {
  end: JobEnd;
  endedMs: number;
}

const id = /^([A-Za-z0-9_-]{1,128})\.([1-9]\d{0,8})$/;

export function nameOfJob(jobId: string): string | undefined {
  return id.exec(jobId)?.[1];
}

export function openProcessFolder(folder: string): ProcessFolder {
  // Programs run elsewhere.
  const named = resolve(folder, 'by-name');
  const open = resolve(folder, 'open');
  for (const one of [named, open]) mkdirSync(one, { recursive: true, mode: 0o700 });

  function pathOf(jobId: string): string {
    const [, name, number] = id.exec(jobId)!;
    return join(named, name, number);
  }

  function read<T>(jobId: string, file: string, parse: (text: string) => T): T | undefined {
    if (!id.test(jobId)) return undefined;
    try {
      return parse(readFileSync(join(pathOf(jobId), file), 'utf8'));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  /** What a job's shell has said in a file, and when: in one write, but the file is there before it. */
  function said(jobId: string, file: string): { text: string; atMs: number } | undefined {
    const text = read(jobId, file, String);
    if (!text?.endsWith('\n')) return undefined;
    return { text, atMs: Math.floor(statSync(join(pathOf(jobId), file)).mtimeMs) };
  }

  /** A reader, after a crash too, sees the whole file or none. */
  function write(jobId: string, file: string, value: object): void {
    const path = join(pathOf(jobId), file);
    writeFileSync(`${path}~`, JSON.stringify(value), { flush: true });
    renameSync(`${path}~`, path);
  }

  const stopOf = (jobId: string): ProcessStop | undefined =>
    read(jobId, 'stop.json', (text) => JSON.parse(text) as ProcessStop);
  const numbersOf = (name: string): number[] =>
    entriesOf(join(named, name))
      .map(Number)
      .sort((a, b) => a - b);

  return {
    add: (name, order) => {
      mkdirSync(join(named, name), { recursive: true, mode: 0o700 });
      const jobId = `${name}.${Math.max(0, ...numbersOf(name)) + 1}`;
      // The mark comes first and goes last: what is not marked has ended, after a crash too.
      writeFileSync(join(open, jobId), '');
      mkdirSync(pathOf(jobId), { mode: 0o700 });
      write(jobId, 'job.json', order);
      return jobId;
    },
    remove: (jobId) => {
      rmSync(pathOf(jobId), { recursive: true, force: true });
      rmSync(join(open, jobId), { force: true });
    },
    forget: async (namePrefix) => {
      const marked = new Set(entriesOf(open));
      for (const name of entriesOf(named).filter((one) => one.startsWith(namePrefix))) {
        const ended = numbersOf(name).filter((number) => !marked.has(`${name}.${number}`));
        for (const number of ended) await rm(join(named, name, String(number)), { recursive: true, force: true });
        if (numbersOf(name).length === 0) rmSync(join(named, name), { recursive: true, force: true });
      }
    },
    pathOf,
    order: (jobId) => read(jobId, 'job.json', (text) => JSON.parse(text) as KeptOrder),
    identity: (jobId) => {
      const found = said(jobId, 'identity');
      return found && { said: found.text, startedMs: found.atMs };
    },
    exit: (jobId) => {
      const found = said(jobId, 'exit');
      return found && { code: Number(found.text), atMs: found.atMs };
    },
    stop: stopOf,
    putStop: (jobId, stop) => {
      if (stopOf(jobId) === undefined) write(jobId, 'stop.json', stop);
    },
    end: (jobId) => read(jobId, 'end.json', (text) => JSON.parse(text) as KeptEnd),
    putEnd: (jobId, end) => {
      write(jobId, 'end.json', end);
      rmSync(join(open, jobId), { force: true });
    },
    openIds: () => entriesOf(open).filter((entry) => id.test(entry)),
    idsOf: (name) => (id.test(`${name}.1`) ? numbersOf(name).map((number) => `${name}.${number}`) : []),
  };
}

function entriesOf(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
