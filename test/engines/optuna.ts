import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { enginesFolder } from './engine-process.ts';

export const optunaRequirements = join(import.meta.dirname, 'optuna.txt');
export const optunaFolder = join(enginesFolder, 'optuna');
/** As the installed pom: written last. */
export const installedOptunaRequirements = join(optunaFolder, 'installed-optuna.txt');

export const optunaPython = join(optunaFolder, 'bin', 'python');

/** One clause that says what this machine lacks, or undefined when Optuna can run. */
export function optunaMissing(): string | undefined {
  if (optunaIsInstalled()) return undefined;
  return '`npm run engines` has not been run since test/engines/optuna.txt changed';
}

export function optunaIsInstalled(): boolean {
  return (
    existsSync(installedOptunaRequirements) &&
    readFileSync(installedOptunaRequirements).equals(readFileSync(optunaRequirements))
  );
}
