import { mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { TellRequest } from '../api.ts';

/** A result that the service has not taken yet. */
export interface SpooledTell {
  /** Of the service. */
  url: string;
  /** The study's id. */
  study: string;
  number: number;
  body: TellRequest;
}

export interface Spool {
  folder: string;
  /** Written before it is sent, so that it outlives this process. @returns forgets it. */
  keep(tell: SpooledTell): () => void;
  /** What earlier processes left for a service. */
  leftFor(url: string): { tell: SpooledTell; forget: () => void }[];
}

/** The results of this user that wait for a service, in files. */
export function openSpool(environment: NodeJS.ProcessEnv): Spool {
  const folder = join(environment['XDG_STATE_HOME'] || join(homedir(), '.local', 'state'), 'cavia', 'tells');
  const forgetting = (path: string) => (): void => rmSync(path, { force: true });
  return {
    folder,
    keep: (tell) => {
      mkdirSync(folder, { recursive: true });
      const path = join(folder, `${tell.study}-${tell.number}-${tell.body.attempt}.json`);
      writeFileSync(`${path}.part`, JSON.stringify(tell));
      renameSync(`${path}.part`, path);
      return forgetting(path);
    },
    leftFor: (url) =>
      pathsIn(folder).flatMap((path) => {
        const tell = readTell(path);
        return tell?.url === url ? [{ tell, forget: forgetting(path) }] : [];
      }),
  };
}

function pathsIn(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith('.json'))
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
