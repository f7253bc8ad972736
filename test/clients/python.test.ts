import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, inject, it } from 'vitest';

const tools = inject('pythonClientTools');
const folder = join(import.meta.dirname, '..', '..', 'clients', 'python');
const run = promisify(execFile);
const pytestTimeoutMs = 600_000;

describe.skipIf(tools === null)('the Python client', () => {
  it('passes its own tests against the real server', { timeout: pytestTimeoutMs }, async () => {
    expect(await failureOf('pytest')).toBe('');
  });

  it('has types that hold', async () => {
    expect(await failureOf('mypy')).toBe('');
  });

  it('is free of what a linter finds', async () => {
    expect(await failureOf('ruff', 'check', '--no-cache', '.')).toBe('');
  });

  it('is formatted', async () => {
    expect(await failureOf('ruff', 'format', '--check', '--no-cache', '.')).toBe('');
  });

  it('needs no later Python than it says', async () => {
    expect(await failureOf('vermin', '--quiet', '--no-tips', '--target=3.9-', '--violations', 'src')).toBe('');
  });
});

/** Runs a tool on the client. @returns what it says when it finds fault, else nothing. */
async function failureOf(tool: string, ...args: string[]): Promise<string> {
  try {
    await run(join(tools!, tool), args, {
      cwd: folder,
      // The real server is started with the Node that runs this.
      env: { ...process.env, CAVIA_TEST_NODE: process.execPath, PYTHONDONTWRITEBYTECODE: '1' },
      maxBuffer: 2 ** 26,
    });
    return '';
  } catch (error) {
    const { message, stdout, stderr } = error as { message: string; stdout?: string; stderr?: string };
    return `${stdout ?? ''}${stderr ?? ''}` || message;
  }
}
