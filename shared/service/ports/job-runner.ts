import type { JobEnd } from '../../domain/job-end.ts';

/**
 * What runs trainings. Adapters: process-runner, batch-runner; one contract suite (test/contract/job-runner.ts) holds
 * both to the same behaviour.
 *
 * The name of a job is made from its trial and attempt (`jobName`), and nothing keeps two jobs from having one name: a
 * caller that does not know whether its submit succeeded looks the name up. Only the start fence makes sure that one of
 * them trains.
 */
export interface JobRunner {
  /**
   * Sent once, whatever happens. Throws `JobRefused` when nothing was started and never will be, `JobsUnavailable` when
   * a job may have been started.
   */
  submit(order: JobOrder): Promise<{ id: string }>;
  /** All jobs of exactly this name, ended or not. One that was submitted seconds ago may be missing. */
  findByName(name: string): Promise<Job[]>;
  /** By id. A job that the runner does not know, or no longer, is missing; so may be one submitted seconds ago. */
  describe(ids: readonly string[]): Promise<Map<string, Job>>;
  /**
   * Asks for the job's end: it is told to end, and killed when it has not after half a minute or less. Without effect on
   * a job that has ended or is not known. Resolves before the job has ended.
   */
  terminate(id: string, reason: string): Promise<void>;
  /** The end of what the job wrote, at most so many bytes of it; undefined when it has written nothing yet. */
  log(id: string, bytesMax: number): Promise<string | undefined>;
  /**
   * The last line with more than blanks that the job wrote to standard output, if it is no longer than `lineBytesMax`;
   * on Batch, which mixes the two, of what it wrote at all.
   */
  lastLine(id: string): Promise<string | undefined>;
  /**
   * Removes what is kept of the jobs that have ended and whose names begin so. Batch forgets by itself, after a day or
   * more, and its logs after a month.
   */
  forget(namePrefix: string): Promise<void>;
  close(): Promise<void>;
}

export interface JobOrder {
  /** 1 to 128 letters, digits, `-` and `_`; compared without regard to case by Batch, so made of lower case. */
  name: string;
  /** The program and its arguments, final: nothing in them is expanded. */
  command: readonly string[];
  /**
   * What the job gets to see, `CAVIA_*` among it. The id of the job itself comes from the runner: `CAVIA_JOB_ID` in a
   * process, `AWS_BATCH_JOB_ID` on Batch.
   */
  environment: Readonly<Record<string, string>>;
  timeoutSeconds: number;
  /** Which of the study's parallel places this is, from 0: it decides which GPUs a process sees. */
  slot: number;
  gpus: number;
  /** For Batch; a process takes what it takes. */
  vcpus?: number;
  memoryMiB?: number;
  /** For Batch: the name or ARN of the job definition. */
  jobDefinition?: string;
}

interface JobFacts {
  id: string;
  name: string;
  createdMs: number;
  startedMs: number | undefined;
}

export type Job = JobFacts & ({ state: 'queued' | 'running' } | { state: 'ended'; end: JobEnd; endedMs: number });

export const lineBytesMax = 64 * 1024;
