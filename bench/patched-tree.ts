import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const tree = join(import.meta.dirname, '..');

/**
 * With a copy of the tree that a patch was applied to; gone afterwards. So a choice can be taken back, or a bug put in,
 * without a switch in the product. @param folders what of the tree is needed.
 */
export async function withPatch<T>(
  patch: string,
  folders: readonly string[],
  use: (copy: string) => Promise<T>,
): Promise<T> {
  const copy = mkdtempSync(join(tmpdir(), 'cavia-patched-'));
  try {
    for (const folder of [...folders, 'package.json'])
      cpSync(join(tree, folder), join(copy, folder), { recursive: true });
    symlinkSync(join(tree, 'node_modules'), join(copy, 'node_modules'));
    execFileSync('git', ['apply', '--recount', patch], { cwd: copy, stdio: ['ignore', 'ignore', 'inherit'] });
    return await use(copy);
  } finally {
    rmSync(copy, { recursive: true });
  }
}
