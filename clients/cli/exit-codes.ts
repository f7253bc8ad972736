/** What a command ends with: docs/cli.md. */
export const exitCodes = {
  done: 0,
  /** The service refused, or what was asked for did not work out. */
  refused: 1,
  /** The command line is wrong; nothing was sent. */
  usage: 2,
  /** The service cannot be reached or cannot answer, or what answers is no Cavia. */
  unreachable: 3,
  /** The API key is missing, unknown, or does not allow this. */
  forbidden: 4,
  /** The program that `run` starts fails again and again, or prints no result. */
  program: 5,
  /** Ended by Ctrl-C or a signal. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];
