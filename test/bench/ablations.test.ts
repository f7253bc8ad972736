import { execFileSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const tree = join(import.meta.dirname, '..', '..');
const patches = globSync('bench/regret/{ablations,batched}/*.patch', { cwd: tree }).sort();

/** Takes some minutes to run all of them; here only that what they take back is still there. */
describe('the choices of the engine that are taken back', () => {
  it('are there', () => {
    expect(patches.length).toBeGreaterThan(20);
  });

  it.each(patches)('%s applies to the tree', (patch) => {
    const check = (): Buffer => execFileSync('git', ['apply', '--check', '--recount', patch], { cwd: tree });
    expect(check).not.toThrow();
  });
});
