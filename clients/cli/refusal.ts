import { exitCodes, type ExitCode } from './exit-codes.ts';

/** Ends a command with a sentence for the person who typed it. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly exitCode: ExitCode;
  /** Shown below the sentence, one a line. */
  readonly lines: readonly string[];

  constructor(sentence: string, exitCode: ExitCode = exitCodes.refused, lines: readonly string[] = []) {
    super(sentence);
    this.exitCode = exitCode;
    this.lines = lines;
  }
}

/** The command line is wrong. */
export function misused(sentence: string): Refusal {
  return new Refusal(sentence, exitCodes.usage);
}
