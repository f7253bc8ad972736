import assert from 'node:assert/strict';
import { JobRefused } from '../service/ports/job-errors.ts';
import type { JobOrder } from '../service/ports/job-runner.ts';
import { findProgram } from './program.ts';

const jobNamePattern = /^[A-Za-z0-9_-]{1,128}$/;

/** The command with the path of its program, which no shell takes for one of its own words. */
export function runnableCommand(
  { name, command, environment }: JobOrder,
  workingFolder: string,
  path: string,
): string[] {
  assert(jobNamePattern.test(name), `a job's name must be 1 to 128 letters, digits, "-" and "_"; got ${name}`);
  const [program, ...programArguments] = command;
  if ([...command, ...Object.entries(environment).flat()].some((text) => text.includes('\0')))
    throw new JobRefused('The command and its environment must hold no character 0.');
  const found = program && findProgram(program, workingFolder, path);
  if (found === undefined || found === '') {
    const where = program?.includes('/') ? `in ${workingFolder}` : 'on the PATH';
    throw new JobRefused(`The command must start with a program ${where}; got ${JSON.stringify(program ?? '')}.`);
  }
  return [found, ...programArguments];
}

/** Each place of a study has GPUs of its own. */
export function visibleGpus({ slot, gpus }: JobOrder, names?: readonly string[]): { CUDA_VISIBLE_DEVICES?: string } {
  if (gpus === 0) return {};
  const wanted = Array.from({ length: gpus }, (_, i) => slot * gpus + i);
  if (names !== undefined && wanted.at(-1)! >= names.length) {
    const places = Math.floor(names.length / gpus);
    throw new JobRefused(
      `This machine has GPUs for ${places} trainings of ${gpus} each at a time; got number ${slot + 1}.`,
    );
  }
  return { CUDA_VISIBLE_DEVICES: wanted.map((i) => names?.[i] ?? i).join(',') };
}
