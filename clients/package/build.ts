/** `npm run build`: the bundles of the package, and the declarations of what it exports. */
import { execFileSync } from 'node:child_process';
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundlePackage } from './bundle.ts';

const root = join(import.meta.dirname, '..', '..');
const outdir = join(root, 'dist');

await bundlePackage(outdir);
const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
execFileSync(process.execPath, [compiler, '-p', import.meta.dirname], { stdio: 'inherit' });

// A name that TypeScript writes as no compiler reads it: a word that a told value may be.
for (const path of globSync(join(outdir, 'types', '**', '*.d.ts'))) {
  const text = readFileSync(path, 'utf8');
  if (text.includes('[-Infinity]:')) writeFileSync(path, text.replaceAll('[-Infinity]:', '"-Infinity":'));
}
