import { mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { TellRequest } from '../api.ts';

/** A result on disk that the service has not taken yet. The Python package reads and writes the same files. */
export interface SpooledTell {
  version: 1;
  /** Of the service. */
  url: string;
  /** The study's id. */
  study: string;
  number: number;
  result: TellRequest;
  idempotencyKey: string;
}

export interface KeptTell {
  tell: SpooledTell;
  /** The service has taken it. */
  forget(): void;
  /** The service will not take it; what it says is kept beside the others. */
  setAside(): void;
}

export interface Spool {
  folder: string;
  /** Writes it down before it is sent, so that it outlives this process. */
  keep(tell: Omit<SpooledTell, 'version' | 'idempotencyKey'>): KeptTell;
  /** What is left for a service. */
  leftFor(url: string): KeptTell[];
}

const suffix = '.tell.json';

/** The results of this user that wait for a service. */
export function openSpool(environment: NodeJS.ProcessEnv): Spool {
  const state = environment['XDG_STATE_HOME'] || join(homedir(), '.local', 'state');
  const folder = environment['CAVIA_SPOOL'] || join(state, 'cavia', 'spool');
  return {
    folder,
    keep: (given) => {
      const tell: SpooledTell = { version: 1, ...given, idempotencyKey: randomUUID() };
      const path = join(folder, tell.idempotencyKey + suffix);
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      writeFileSync(`${path}.part`, JSON.stringify(tell));
      renameSync(`${path}.part`, path);
      return keptAt(path, tell);
    },
    leftFor: (url) =>
      pathsIn(folder).flatMap((path) => {
        const tell = readTell(path);
        return tell?.version === 1 && tell.url === url ? [keptAt(path, tell)] : [];
      }),
  };
}

function keptAt(path: string, tell: SpooledTell): KeptTell {
  return {
    tell,
    forget: () => rmSync(path, { force: true }),
    setAside: () => renameSync(path, path.replace(suffix, '.refused.json')),
  };
}

function pathsIn(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith(suffix))
      .sort()
      .map((name) => join(folder, name));
  } catch {
    return [];
  }
}

function readTell(path: string): SpooledTell | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as SpooledTell;
  } catch {
    return undefined;
  }
}
