import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { JobRefused, JobsUnavailable } from '../service/ports/job-errors.ts';
import { sayIdentity } from './process-identity.ts';

/**
 * Runs its arguments as a child, and says how it ended, whether or not anybody waits: so a server that starts anew still
 * learns of it. Nothing of the command is interpreted. $0 is the job's folder. The shell leads a process group, which
 * ends with the child: SIGTERM goes to all of the group, and the shell outlives it.
 */
const sayHowItEnds = [
  'trap : TERM HUP',
  // Nothing runs that could not be found again.
  `{ ${sayIdentity}; } >"$0/identity" || kill -9 0`,
  // Told to end before it had begun.
  'if [ -e "$0/stop.json" ]; then code=143',
  'else "$@" >"$0/stdout" 2>"$0/stderr" </dev/null; code=$?; fi',
  'echo $code >"$0/exit"',
  'kill -9 0',
].join('\n');

/**
 * Starts a command under a shell that leads a group of its own. @param folder the job's.
 * What cannot be started now is told from what never can.
 */
export async function startProcess(
  folder: string,
  command: readonly string[],
  place: { cwd: string; env: NodeJS.ProcessEnv },
): Promise<ChildProcess> {
  try {
    const child = spawn('/bin/sh', ['-c', sayHowItEnds, folder, ...command], {
      ...place,
      detached: true,
      stdio: 'ignore',
    });
    await once(child, 'spawn');
    child.unref();
    return child;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'E2BIG') throw new JobRefused('The command and its environment are too long for this machine.');
    if (code === 'ENOENT' || code === 'EACCES' || code === 'ENOTDIR')
      throw new JobRefused(`Nothing can be started with /bin/sh in ${place.cwd}: ${message}.`);
    throw new JobsUnavailable(`the program could not be started: ${message}`, { cause: error });
  }
}
