import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, inject, it } from 'vitest';

const tools = inject('pythonClientTools');
const folder = join(import.meta.dirname, '..', '..', 'clients', 'python');
const run = promisify(execFile);
const pytestTimeoutMs = 600_000;

/** Runs a tool on the client. What it says is what the test fails with. */
async function check(tool: string, ...args: string[]): Promise<void> {
  try {
    await run(join(tools!, tool), args, {
      cwd: folder,
      // The real server is started with the Node that runs this.
      env: { ...process.env, CAVIA_TEST_NODE: process.execPath, PYTHONDONTWRITEBYTECODE: '1' },
      maxBuffer: 2 ** 26,
    });
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    throw new Error(`${tool} ${args.join(' ')}\n${stdout}${stderr}`, { cause: error });
  }
}

describe.skipIf(tools === null)('the Python client', () => {
  it('passes its own tests against the real server', () => check('pytest'), pytestTimeoutMs);
  it('has types that hold', () => check('mypy'));
  it('is free of what a linter finds', () => check('ruff', 'check', '--no-cache', '.'));
  it('is formatted', () => check('ruff', 'format', '--check', '--no-cache', '.'));
  it('needs no later Python than it says', () =>
    check('vermin', '--quiet', '--no-tips', '--target=3.9-', '--violations', 'src'));
});
