import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

/** The files of the project and the packages that a command line loads, from the sources. */
function loadedBy(args: readonly string[]): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'cavia-start-'));
  const entry = join(process.cwd(), 'clients/cli/entry.ts');
  // A hook writes down what is resolved to a file.
  writeFileSync(
    join(folder, 'hook.mjs'),
    `import { registerHooks } from 'node:module';
     import { appendFileSync } from 'node:fs';
     registerHooks({ load(url, context, next) { appendFileSync(${JSON.stringify(join(folder, 'loaded'))}, url + '\\n'); return next(url, context); } });`,
  );
  const output = execFileSync(
    'sh',
    [
      '-c',
      '"$@" >/dev/null 2>&1; cat "$0"',
      join(folder, 'loaded'),
      process.execPath,
      '--import',
      join(folder, 'hook.mjs'),
      entry,
      ...args,
    ],
    { encoding: 'utf8', env: { ...process.env, CAVIA_URL: 'http://127.0.0.1:9' } },
  );
  rmSync(folder, { recursive: true });
  return output
    .split('\n')
    .filter((url) => url.startsWith('file:'))
    .map((url) =>
      url.replace(`file://${process.cwd()}/`, '').replace(/^.*node_modules\/((?:@[^/]+\/)?[^/]+).*$/, 'package $1'),
    );
}

const ofTheService = /^(local|shared\/(service|store|engine|numerics|http|jobs))\//;

describe('a command', () => {
  it.each([[['--help']], [['stduy']], [['study', 'list', '--help']], [['completion', 'bash']]])(
    '%j loads neither schemas nor YAML nor the service',
    (args) => {
      const loaded = loadedBy(args);
      expect(loaded).toContain('clients/cli/main.ts');
      expect(new Set(loaded.filter((one) => one.startsWith('package ')))).toEqual(
        new Set(['package fastest-levenshtein']),
      );
      // It needs nothing itself.
      expect(loaded.filter((one) => /^(shared|local)\//.test(one)).sort()).toEqual([
        'shared/api/nearest.ts',
        'shared/api/printed-result.ts',
      ]);
    },
  );

  it('that asks the service loads its contract alone', () => {
    const loaded = loadedBy(['study', 'list']);
    expect(loaded).toContain('shared/api/client.ts');
    expect(loaded.filter((one) => ofTheService.test(one))).toEqual([]);
    expect(loaded).not.toContain('package yaml');
  });

  it('that serves loads the service', () => {
    expect(loadedBy(['serve', '--host', '203.0.113.1']).filter((one) => ofTheService.test(one)).length).toBeGreaterThan(
      20,
    );
  });
});
