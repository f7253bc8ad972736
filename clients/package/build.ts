/**
 * `npm run build`: what the package has instead of sources, since Node strips no types below node_modules. Bundles with
 * all that they need, and the declarations of what is exported.
 */
import { execFileSync } from 'node:child_process';
import { globSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

const root = join(import.meta.dirname, '..', '..');
const outdir = join(root, 'dist');

rmSync(outdir, { recursive: true, force: true });
await build({
  absWorkingDir: root,
  // The thread of the model finds its own file beside the chunk that starts it.
  entryPoints: {
    cli: 'clients/cli/entry.ts',
    index: 'local/index.ts',
    'model-worker': 'local/model-worker.ts',
    client: 'shared/api/client.ts',
  },
  outdir,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node22',
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'eof',
});
execFileSync(process.execPath, [join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', import.meta.dirname], {
  stdio: 'inherit',
});
// A name that TypeScript writes as no compiler reads it: the value that a told value may have.
for (const path of globSync(join(outdir, 'types', '**', '*.d.ts'))) {
  const text = readFileSync(path, 'utf8');
  if (text.includes('[-Infinity]:')) writeFileSync(path, text.replaceAll('[-Infinity]:', '"-Infinity":'));
}
