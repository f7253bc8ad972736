import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { allMutants } from './mutants.ts';
import results from './results.json' with { type: 'json' };

const tree = join(import.meta.dirname, '../../..');
const mutants = allMutants();

describe('the bugs that simulations are tried on', () => {
  it.each(mutants)('can be put in: $name', ({ patch }) => {
    const apply = (): unknown => execFileSync('git', ['apply', '--check', '--recount', patch], { cwd: tree });
    expect(apply).not.toThrow();
  });

  it('are those that were tried', () => {
    expect(results.findings.map(({ mutant, reason }) => ({ mutant, reason }))).toEqual(
      mutants.map(({ name, reason }) => ({ mutant: name, reason })),
    );
  });

  it('are found, nineteen of twenty of them at least', () => {
    const caught = results.findings.filter((finding) => finding.caught !== null);
    expect(caught.length / results.findings.length).toBeGreaterThanOrEqual(0.95);
  });
});
