import { globSync } from 'node:fs';
import { describe, expect, inject, it } from 'vitest';
import { clientFolder, failureIn } from './python-tool.ts';

const newest = inject('pythonLibraries');
const older = inject('olderOptuna');
const pytestTimeoutMs = 600_000;

describe.skipIf(newest === null)('the Python client with the newest libraries', () => {
  const failureOf = failureIn(newest);

  it('passes the suite of Optuna for samplers, and its own', { timeout: pytestTimeoutMs }, async () => {
    expect(await failureOf('pytest', 'tests/with_optuna')).toBe('');
  });

  it('runs the recipes and the examples', { timeout: pytestTimeoutMs }, async () => {
    expect(await failureOf('pytest', 'tests/with_libraries')).toBe('');
  });

  it('has types that hold with those of Optuna', { timeout: pytestTimeoutMs }, async () => {
    const files = globSync(['src/cavia/optuna/*.py', 'tests/with_*/*.py'], { cwd: clientFolder });
    expect(await failureOf('mypy', ...files)).toBe('');
  });
});

describe.skipIf(older === null)('the Python client with the older Optuna', () => {
  it('passes the suite of Optuna for samplers, and its own', { timeout: pytestTimeoutMs }, async () => {
    expect(await failureIn(older)('pytest', 'tests/with_optuna')).toBe('');
  });
});
