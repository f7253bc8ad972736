import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { enginesFolder } from './engine-process.ts';

export const clientRequirements = join(import.meta.dirname, 'python-client.txt');
export const clientFolder = join(enginesFolder, 'python-client');
/** As the installed pom: written last. */
export const installedClientRequirements = join(clientFolder, 'installed-python-client.txt');

/** Where the programs are that build and test the Python client. */
export const clientPrograms = join(clientFolder, 'bin');

/** One clause that says what this machine lacks, or undefined when the Python client can be tested. */
export function clientToolsMissing(): string | undefined {
  if (process.platform === 'win32') return 'it is tested with signals, which Windows lacks';
  if (clientToolsAreInstalled()) return undefined;
  return '`npm run engines` has not been run since test/engines/python-client.txt changed';
}

export function clientToolsAreInstalled(): boolean {
  return (
    existsSync(installedClientRequirements) &&
    readFileSync(installedClientRequirements).equals(readFileSync(clientRequirements))
  );
}
