import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { enginesFolder } from './engine-process.ts';

export const cfnLintRequirements = join(import.meta.dirname, 'cfn-lint.txt');
export const cfnLintFolder = join(enginesFolder, 'cfn-lint');
/** As the installed pom: written last. */
export const installedCfnLintRequirements = join(cfnLintFolder, 'installed-cfn-lint.txt');

export const cfnLintProgram = join(cfnLintFolder, 'bin', 'cfn-lint');

/** One clause that says what this machine lacks, or undefined when cfn-lint can run. */
export function cfnLintMissing(): string | undefined {
  if (cfnLintIsInstalled()) return undefined;
  return '`npm run engines` has not been run since test/engines/cfn-lint.txt changed';
}

export function cfnLintIsInstalled(): boolean {
  return (
    existsSync(installedCfnLintRequirements) &&
    readFileSync(installedCfnLintRequirements).equals(readFileSync(cfnLintRequirements))
  );
}
