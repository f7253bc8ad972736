import { NotReady } from './preflight.ts';
import { SettingsRefused } from './settings.ts';

/**
 * Runs what a person has called: `--help` has its usage printed, and what the person can mend is one sentence, without
 * a trace.
 */
export async function runMain(usage: string, main: (args: readonly string[]) => Promise<number>): Promise<void> {
  const args = process.argv.slice(2);
  if (args.some((arg) => arg === '--help' || arg === '-h')) {
    console.log(usage);
    return;
  }
  try {
    process.exitCode = await main(args);
  } catch (error) {
    if (!(error instanceof SettingsRefused || error instanceof NotReady)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}
