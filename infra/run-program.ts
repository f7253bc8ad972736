import { spawn, spawnSync } from 'node:child_process';
import { delimiter, join } from 'node:path';

/** What became of a program. */
export interface Ran {
  /** Null for one that could not be started. */
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs a program to its end and keeps what it says. */
export type Run = (program: string, args: readonly string[]) => Ran;

const timeoutMs = 60_000;

/** Runs programs in a region. */
export function runIn(region: string | undefined): Run {
  return (program, args) => {
    const options = { encoding: 'utf8', timeout: timeoutMs, env: environmentIn(region) } as const;
    const { status, stdout, stderr } = spawnSync(program, args, options);
    return { code: status, stdout: stdout ?? '', stderr: stderr ?? '' };
  };
}

/** Runs a program that talks to the person at the terminal. @returns its exit code. */
export async function runShown(program: string, args: readonly string[], region: string): Promise<number> {
  const child = spawn(program, args, { stdio: 'inherit', env: environmentIn(region) });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 1));
  });
}

function environmentIn(region: string | undefined): NodeJS.ProcessEnv {
  const bin = join(import.meta.dirname, '..', 'node_modules', '.bin');
  const env = { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH ?? ''}`, AWS_PAGER: '' };
  return region === undefined ? env : { ...env, AWS_REGION: region, AWS_DEFAULT_REGION: region };
}
