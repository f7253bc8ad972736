import { describe, expect, inject, it } from 'vitest';
import { failureIn } from './python-tool.ts';

const tools = inject('pythonClientTools');
const failureOf = failureIn(tools);
const programs = ['.', '../../examples', '--config', 'pyproject.toml'];
const pytestTimeoutMs = 600_000;

describe.skipIf(tools === null)('the Python client', () => {
  it('passes its own tests against the real server', { timeout: pytestTimeoutMs }, async () => {
    expect(await failureOf('pytest')).toBe('');
  });

  it('has types that hold', async () => {
    expect(await failureOf('mypy')).toBe('');
  });

  it('is free of what a linter finds', async () => {
    expect(await failureOf('ruff', 'check', '--no-cache', ...programs)).toBe('');
  });

  it('is formatted', async () => {
    expect(await failureOf('ruff', 'format', '--check', '--no-cache', ...programs)).toBe('');
  });

  it('needs no later Python than it says', async () => {
    expect(await failureOf('vermin', '--quiet', '--no-tips', '--target=3.9-', '--violations', 'src')).toBe('');
  });
});
