import { constants } from 'node:os';
import type { JobEnd } from '../domain/job-end.ts';

/** What is known about a process that has ended. */
export interface ProcessFacts {
  /** As a shell says it: 128 + n after signal n. Undefined when nobody saw it. */
  exitCode: number | undefined;
  /** Why it was told to end, if it was. */
  stop: ProcessStop | undefined;
  /** Whether the kernel killed anything for want of memory while it ran. */
  sawOomKill: boolean;
}

export interface ProcessStop {
  kind: 'terminated' | 'timeout' | 'hostFailure';
  message: string;
}

const signalBase = 128;

export function processEnd({ exitCode, stop, sawOomKill }: ProcessFacts): JobEnd {
  // What was written off as not started may have come up at that moment, and been done before it could be told to end.
  const wasDoneAfterAll = stop?.kind === 'hostFailure' && exitCode === 0;
  if (stop && !wasDoneAfterAll) return { kind: stop.kind, exitCode, message: stop.message };
  if (exitCode === 0) return { kind: 'succeeded', exitCode, message: '' };
  const signal = exitCode === undefined ? 'SIGKILL' : signalOf(exitCode);
  if (sawOomKill && signal === 'SIGKILL')
    return { kind: 'outOfMemory', exitCode, message: 'It was killed because the machine ran out of memory.' };
  if (exitCode === undefined)
    return { kind: 'hostFailure', exitCode, message: 'Nobody saw it end: the machine went down, or it was killed.' };
  // A program crashes with other signals; these are sent.
  if (signal === 'SIGKILL' || signal === 'SIGTERM' || signal === 'SIGHUP')
    return { kind: 'hostFailure', exitCode, message: `It was ended by ${signal}, which Cavia did not send.` };
  const how = signal === undefined ? `It exited with code ${exitCode}.` : `It was ended by ${signal}.`;
  return { kind: 'exitCode', exitCode, message: how };
}

function signalOf(exitCode: number): string | undefined {
  const number = exitCode - signalBase;
  return Object.entries(constants.signals).find(([, one]) => one === number)?.[0];
}
