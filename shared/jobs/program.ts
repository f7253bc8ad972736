import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, isAbsolute, join, resolve } from 'node:path';

/**
 * The path of a program as a shell would find it: one with a slash from the working folder, any other on the PATH.
 * Undefined when there is none that may be run.
 */
export function findProgram(program: string, folder: string, path: string): string | undefined {
  if (program.includes('/') || isAbsolute(program)) return runnable(resolve(folder, program));
  for (const one of path.split(delimiter).filter((part) => part !== '')) {
    const found = runnable(resolve(folder, join(one, program)));
    if (found !== undefined) return found;
  }
  return undefined;
}

function runnable(path: string): string | undefined {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile() ? path : undefined;
  } catch {
    return undefined;
  }
}
