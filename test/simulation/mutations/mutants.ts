import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

/** A bug that is put into the product on purpose, to see whether a simulation finds it. */
export interface Mutant {
  name: string;
  /** What is wrong then, in a sentence: the first line of the patch. */
  reason: string;
  patch: string;
}

export function allMutants(): Mutant[] {
  return globSync(join(import.meta.dirname, '*.patch'))
    .sort()
    .map((patch) => ({
      name: basename(patch, '.patch'),
      reason: readFileSync(patch, 'utf8').split('\n', 1)[0],
      patch,
    }));
}

/** What of the tree a simulation needs. */
export const simulatedFolders = ['shared', 'local', 'test/simulation', 'test/service', 'test/audit.ts'];
