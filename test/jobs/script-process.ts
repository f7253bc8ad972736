import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** A process of its own that holds an adapter, to be killed. */
export interface ScriptProcess {
  /** The next line that it says. */
  line(): Promise<string>;
  /** Resolves when it has ended by itself. */
  ended: Promise<unknown>;
  /** Kills it with SIGKILL. @returns all lines that it has said. */
  kill(): Promise<string[]>;
}

/** Runs a script in which `open` is a function of an adapter in shared/jobs. */
export function startScript([file, name]: [file: string, name: string], script: string): ScriptProcess {
  const path = join(import.meta.dirname, '../../shared/jobs', file);
  const source = `import { ${name} as open } from ${JSON.stringify(path)};\n${script}`;
  const child = spawn(process.execPath, ['--no-warnings', '--input-type=module', '--eval', source], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const killAtExit = (): unknown => child.kill('SIGKILL');
  process.once('exit', killAtExit);
  const closed = once(child, 'close');
  const said: string[] = [];
  let read = 0;
  let isOver = false;
  let wake = (): void => undefined;
  createInterface({ input: child.stdout })
    .on('line', (line) => {
      said.push(line);
      wake();
    })
    .on('close', () => {
      isOver = true;
      wake();
    });
  return {
    ended: closed,
    line: async () => {
      while (read === said.length) {
        if (isOver) throw new Error(`the script ended with code ${child.exitCode}`);
        await new Promise<void>((resolve) => (wake = resolve));
      }
      return said[read++];
    },
    kill: async () => {
      child.kill('SIGKILL');
      await closed;
      process.off('exit', killAtExit);
      return said;
    },
  };
}
