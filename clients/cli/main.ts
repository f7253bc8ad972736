import { readCommandLine } from './command-line.ts';
import { commands } from './commands.ts';
import { connectionTo } from './connection.ts';
import { exitCodes, type ExitCode } from './exit-codes.ts';
import { failureOf } from './failure.ts';
import { helpOf, overview } from './help.ts';
import { openOutput, type Output } from './output.ts';

/** Runs one command line. Never throws: what goes wrong is a sentence on standard error, and the exit code. */
export async function main(
  argv: readonly string[],
  environment: NodeJS.ProcessEnv,
  version: string,
): Promise<ExitCode> {
  endQuietlyWithThePipe();
  const out = openOutput(argv.includes('--json'));
  try {
    const typed = argv[0] === 'help' ? [...argv.slice(1), '--help'] : argv;
    return await run(typed, environment, version, out);
  } catch (error) {
    const { sentence, lines, exitCode } = failureOf(error, environment);
    out.say([sentence, ...lines].join('\n'));
    return exitCode;
  }
}

async function run(
  argv: readonly string[],
  environment: NodeJS.ProcessEnv,
  version: string,
  out: Output,
): Promise<ExitCode> {
  const { command, group, operands, options, rest } = readCommandLine(argv, commands);
  if (options['version'] === true) out.print(version);
  else if (options['help'] === true) out.print(command ? helpOf(command) : overview(commands, group));
  else if (command) {
    const cavia = connectionTo(options['url'] as string | undefined, environment);
    return (await command.run({ operands, options, rest, cavia, out, commands } as never)) ?? exitCodes.done;
  } else if (group === undefined) out.print(overview(commands, undefined));
  else {
    out.say(overview(commands, group));
    return exitCodes.usage;
  }
  return exitCodes.done;
}

/** Who reads only the first lines closes the pipe. */
function endQuietlyWithThePipe(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(exitCodes.done);
    throw error;
  });
}
