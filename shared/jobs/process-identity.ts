import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/**
 * For a shell: says which process it is, so that `isAlive` can find it again. A pid is given out again, the time of its
 * start is not. Three lines: pid; on Linux what the kernel says of it, elsewhere its start; the boot of the machine.
 */
export const sayIdentity =
  'if [ -r /proc/$$/stat ]; then read -r stat </proc/$$/stat; read -r boot </proc/sys/kernel/random/boot_id; ' +
  'else stat=$(LC_ALL=C TZ=UTC ps -o lstart= -p $$); boot=; fi; printf "%s\\n" "$$" "$stat" "$boot"';

/** Whether the process that said this is still there, and not only waiting for somebody to ask how it ended. */
export function isAlive(said: string): boolean {
  const [pid, stat, boot] = said.split('\n');
  if (!/^\d+$/.test(pid)) return false;
  if (boot === '') return startedElsewhere(pid) === stat.trim();
  const now = statOf(pid);
  return now !== undefined && bootId() === boot && !now.isZombie && now.start === partsOf(stat).start;
}

export function pidOf(said: string): number {
  return Number(said.split('\n')[0]);
}

function statOf(pid: string): StatParts | undefined {
  try {
    return partsOf(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return undefined;
  }
}

interface StatParts {
  isZombie: boolean;
  start: string;
}

/** The name of the program, in parentheses, may hold anything; the fields after it are numbered from the third. */
function partsOf(stat: string): StatParts {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return { isZombie: fields[0] === 'Z' || fields[0] === 'X', start: fields[22 - 3] };
}

function bootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
}

function startedElsewhere(pid: string): string | undefined {
  try {
    const env = { LC_ALL: 'C', TZ: 'UTC', PATH: '/usr/bin:/bin' };
    return execFileSync('ps', ['-o', 'lstart=', '-p', pid], { encoding: 'utf8', env }).trim();
  } catch {
    return undefined;
  }
}
