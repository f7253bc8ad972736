import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const sourcePath = 'shared/numerics/kernels.as';

/**
 * The text of shared/numerics/kernels-wasm.ts: the kernels compiled, as base64. Throws what the compiler says when the
 * source does not compile. About two seconds.
 */
export function kernelsModule(): string {
  return `/** shared/numerics/kernels.as, compiled by docs/kernels-module.ts: npm run generate. A WebAssembly module in base64. */
export const kernelsWasm =
  '${compile().toString('base64')}';
`;
}

/**
 * Runs the compiler as a program: importing it would bring its own global types into this project. It knows sources
 * by the ending .ts, so it gets a copy.
 * Plain SIMD only, no runtime, no assertions: kernels.ts alone lays out the memory.
 */
function compile(): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'cavia-kernels-'));
  try {
    copyFileSync(sourcePath, join(folder, 'kernels.ts'));
    const compiler = fileURLToPath(import.meta.resolve('assemblyscript/bin/asc.js'));
    const options = ['--outFile', 'kernels.wasm', '--enable', 'simd', '--runtime', 'stub', '--noAssert', '-O3'];
    execFileSync(process.execPath, [compiler, 'kernels.ts', ...options], { cwd: folder, stdio: 'pipe' });
    return readFileSync(join(folder, 'kernels.wasm'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
