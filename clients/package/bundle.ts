import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { thirdPartyNotice } from './third-party.ts';

const root = join(import.meta.dirname, '..', '..');

/** What the package has instead of sources, since Node strips no types below node_modules: all that they need in them. */
export async function bundlePackage(outdir: string): Promise<void> {
  await rm(outdir, { recursive: true, force: true });
  const { metafile } = await build({
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
    metafile: true,
    legalComments: 'eof',
    // The YAML library asks Node for parts of it the old way.
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  });
  await writeFile(join(outdir, 'THIRD-PARTY.txt'), thirdPartyNotice(root, metafile));
}
