import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** Where `run` keeps what the programs of a study write, below the folder in which it runs. */
const runsFolder = join('.cavia', 'runs');

export interface AttemptFolder {
  log: string;
  /** Where the program may leave its result, instead of on its last line. */
  result: string;
  /** The same for all attempts of a trial: the next one goes on where this one was. */
  checkpoint: string;
}

/** The places of an attempt, made ready: an earlier study of the same name may have left something there. */
export function attemptFolder(study: string, number: number, attempt: number): AttemptFolder {
  const folder = resolve(runsFolder, study);
  mkdirSync(folder, { recursive: true });
  const places: AttemptFolder = {
    log: logPath(study, number, attempt),
    result: join(folder, `${number}-${attempt}.result.json`),
    checkpoint: join(folder, `${number}.checkpoint`),
  };
  rmSync(places.result, { recursive: true, force: true });
  if (attempt === 1) rmSync(places.checkpoint, { recursive: true, force: true });
  return places;
}

/** What `run` kept of an attempt; undefined when it is not here. */
export function readRunLog(study: string, number: number, attempt: number): string | undefined {
  try {
    return readFileSync(logPath(study, number, attempt), 'utf8');
  } catch {
    return undefined;
  }
}

function logPath(study: string, number: number, attempt: number): string {
  return resolve(runsFolder, study, `${number}-${attempt}.log`);
}
