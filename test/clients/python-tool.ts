import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** The Python client, where its tools run. */
export const clientFolder = join(import.meta.dirname, '..', '..', 'clients', 'python');

const run = promisify(execFile);

/**
 * What runs a tool on the Python client, and says what it says when it finds fault, else nothing.
 * @param programs the folder of the tool; null where tests that need it are left out.
 */
export function failureIn(programs: string | null): (tool: string, ...args: string[]) => Promise<string> {
  return async (tool, ...args) => {
    try {
      await run(join(programs!, tool), args, {
        cwd: clientFolder,
        // The real server is started with the Node that runs this.
        env: { ...process.env, CAVIA_TEST_NODE: process.execPath, PYTHONDONTWRITEBYTECODE: '1' },
        maxBuffer: 2 ** 26,
      });
      return '';
    } catch (error) {
      const { message, stdout, stderr } = error as { message: string; stdout?: string; stderr?: string };
      return `${stdout ?? ''}${stderr ?? ''}` || message;
    }
  };
}
