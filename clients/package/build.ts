/** `npm run build`: the bundles of the package, and the declarations of what it exports. */
import { execFileSync } from 'node:child_process';
import { cpSync, globSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { bundlePackage } from './bundle.ts';

const root = join(import.meta.dirname, '..', '..');
const outdir = join(root, 'dist');

await bundlePackage(outdir);
const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
execFileSync(process.execPath, [compiler, '-p', import.meta.dirname], { stdio: 'inherit' });

// The declarations name types of zod, and nothing is installed with the package: they lie beside its own.
const types = join(outdir, 'types');
const zod = join(root, 'node_modules', 'zod');
const ofZod = globSync('{index.d.ts,v4/{classic,core,locales}/**/*.d.ts}', { cwd: zod });
for (const path of globSync('**/*.d.ts', { cwd: types })) {
  const toZod = relative(dirname(path), join('zod', 'index.js'));
  const text = readFileSync(join(types, path), 'utf8')
    .replaceAll("from 'zod'", `from '${toZod}'`)
    // A name that TypeScript writes as no compiler reads it: a word that a told value may be.
    .replaceAll('[-Infinity]:', '"-Infinity":');
  writeFileSync(join(types, path), text);
}
for (const path of ofZod) cpSync(join(zod, path), join(types, 'zod', path));
