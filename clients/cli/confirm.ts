import { createInterface } from 'node:readline/promises';
import { exitCodes } from './exit-codes.ts';
import { misused, Refusal } from './refusal.ts';

/** Asks before something is lost. @param isConfirmed what --yes says. */
export async function confirm(question: string, isConfirmed: boolean | undefined): Promise<void> {
  if (isConfirmed) return;
  if (!process.stdin.isTTY) throw misused(`${question} Add --yes: nobody can be asked here.`);
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await terminal
    .question(`${question} [y/N] `)
    .catch(() => {
      // Ctrl-C, or the end of the input.
      throw new Refusal('\nNothing was changed.', exitCodes.interrupted);
    })
    .finally(() => terminal.close());
  if (!/^y(es)?$/i.test(answer.trim())) throw new Refusal('Nothing was changed.');
}
