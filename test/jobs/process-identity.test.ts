import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it, onTestFinished } from 'vitest';
import { isAlive, pidOf, sayIdentity } from '../../shared/jobs/process-identity.ts';

describe('a process that says which it is', () => {
  it('is found while it runs, and not afterwards', async () => {
    const { said, kill } = await shellThat('exec sleep 60');
    expect(isAlive(said)).toBe(true);
    await kill();
    expect(isAlive(said)).toBe(false);
  });

  it('is not found when it has ended and nobody asked how', async () => {
    // The sleep that the outer shell becomes does not know of its child.
    const { said } = await shellThat('', `sh -c '${sayIdentity.replaceAll("'", "'\\''")}' & exec sleep 60`);
    await expect.poll(() => isAlive(said)).toBe(false);
    expect(execFileSync('ps', ['-o', 'stat=', '-p', String(pidOf(said))], { encoding: 'utf8' })).toMatch(/^Z/);
  });

  it('is told from another one with its number', async () => {
    const { said } = await shellThat('exec sleep 60');
    const [, stat, boot] = said.split('\n');
    expect(isAlive(`${process.pid}\n${stat}\n${boot}\n`)).toBe(false);
  });

  it('is told from one of another boot', async () => {
    const { said } = await shellThat('exec sleep 60');
    expect(isAlive(said.replace(/\n.*\n$/, '\n00000000-0000-0000-0000-000000000000\n'))).toBe(false);
  });

  it('is found where there is no /proc, by what ps says', () => {
    const env = { ...process.env, LC_ALL: 'C', TZ: 'UTC' };
    const start = execFileSync('ps', ['-o', 'lstart=', '-p', String(process.pid)], { encoding: 'utf8', env });
    expect(isAlive(`${process.pid}\n${start.trim()}\n\n`)).toBe(true);
    expect(isAlive(`${process.pid}\nThu Jan  1 00:00:00 1970\n\n`)).toBe(false);
    expect(isAlive(`999999999\n${start.trim()}\n\n`)).toBe(false);
  });

  it.each(['', '\n', 'no number\n\n\n', '-1\n\n\n', '1\n\n\n'])('is not found when it says %j', (said) => {
    expect(isAlive(said)).toBe(false);
  });
});

/** A shell that says who it is and then goes on. */
async function shellThat(
  goesOn: string,
  script = `${sayIdentity}; ${goesOn}`,
): Promise<{ said: string; kill(): Promise<void> }> {
  const shell = spawn('sh', ['-c', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void shell.kill('SIGKILL'));
  let said = '';
  while (said.split('\n').length < 4) {
    const [chunk] = (await once(shell.stdout, 'data')) as [Buffer];
    said += chunk.toString();
  }
  return {
    said,
    kill: async () => {
      shell.kill('SIGKILL');
      await once(shell, 'exit');
    },
  };
}
