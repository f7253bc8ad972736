import { constants } from 'node:os';

export interface Interruption {
  signal: AbortSignal;
  /** What a shell expects of a program that a signal ended. */
  exitCode(): number;
}

/**
 * Turns the signals that end a program into an AbortSignal. A second one changes nothing: npm may pass on the first.
 */
export function listenForInterruption(): Interruption {
  const controller = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => controller.abort(name));
  // Whoever read the output is gone (`| head`).
  process.stdout.on('error', () => controller.abort('SIGPIPE'));
  const { signal } = controller;
  return { signal, exitCode: () => 128 + constants.signals[signal.reason as NodeJS.Signals] };
}
