import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { enginesFolder } from './engine-process.ts';

/** An environment of Python that tests use; `npm run engines` installs it from a pinned list. */
export interface PythonEnvironment {
  what: string;
  folder: string;
  /** Where its programs are. */
  programs: string;
  list: string;
  /** A copy of the list, written last: a broken install or a changed list shows as a difference. */
  installedList: string;
}

export const moto = environmentOf('moto', 'moto and the AWS CLI (320 MB)');
export const cfnLint = environmentOf('cfn-lint', 'cfn-lint (180 MB)');
export const clientTools = environmentOf('python-client', 'the tools of the Python client (150 MB)');
export const clientLibraries = environmentOf(
  'python-libraries',
  'the libraries that the Python client works with (550 MB)',
);
export const olderOptuna = environmentOf('optuna-4', 'the older Optuna (150 MB)');

export const pythonEnvironments = [moto, cfnLint, clientTools, clientLibraries, olderOptuna];

/** One clause that says what this machine lacks, or undefined when tests can use the environment. */
export function environmentMissing(environment: PythonEnvironment): string | undefined {
  if (process.platform === 'win32') return 'it is tested on systems with sh and signals, which Windows lacks';
  if (environmentIsInstalled(environment)) return undefined;
  return `\`npm run engines\` has not been run since ${environment.list.split('/').slice(-3).join('/')} changed`;
}

export function environmentIsInstalled({ list, installedList }: PythonEnvironment): boolean {
  return existsSync(installedList) && readFileSync(installedList).equals(readFileSync(list));
}

function environmentOf(name: string, what: string): PythonEnvironment {
  const folder = join(enginesFolder, name);
  return {
    what,
    folder,
    programs: join(folder, 'bin'),
    list: join(import.meta.dirname, `${name}.txt`),
    installedList: join(folder, `installed-${name}.txt`),
  };
}
