import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { enginesFolder } from './engine-process.ts';

/** An environment of Python with libraries that the client works with. */
export interface LibrarySet {
  what: string;
  folder: string;
  list: string;
  /** As the installed pom: written last. */
  installedList: string;
}

export const pythonLibraries = setOf('python-libraries', 'the libraries that the Python client works with (550 MB)');
export const olderOptuna = setOf('optuna-4', 'the older Optuna (150 MB)');

/** One clause that says what this machine lacks, or undefined when tests can use the libraries. */
export function librariesMissing(set: LibrarySet): string | undefined {
  if (process.platform === 'win32') return 'it is tested on systems with signals, which Windows lacks';
  if (librariesAreInstalled(set)) return undefined;
  return `\`npm run engines\` has not been run since ${set.list.split('/').slice(-3).join('/')} changed`;
}

export function librariesAreInstalled({ list, installedList }: LibrarySet): boolean {
  return existsSync(installedList) && readFileSync(installedList).equals(readFileSync(list));
}

function setOf(name: string, what: string): LibrarySet {
  const folder = join(enginesFolder, name);
  return {
    what,
    folder,
    list: join(import.meta.dirname, `${name}.txt`),
    installedList: join(folder, `installed-${name}.txt`),
  };
}
