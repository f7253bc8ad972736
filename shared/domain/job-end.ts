/**
 * How a job ended; what follows for its trial depends on whose fault it was.
 *
 * - `exitCode`: the training's own doing, a command that cannot be run (126, 127) included
 * - `spotReclaim`, `hostFailure`, `imagePull`: the machine's doing
 * - `terminated`: somebody asked for it
 * - `unknown`: nothing of these could be told
 */
export type JobEndKind =
  | 'succeeded'
  | 'exitCode'
  | 'outOfMemory'
  | 'timeout'
  | 'spotReclaim'
  | 'hostFailure'
  | 'imagePull'
  | 'terminated'
  | 'unknown';

export interface JobEnd {
  kind: JobEndKind;
  /** 128 + n after signal n; undefined when nothing ran or nobody saw it end. */
  exitCode: number | undefined;
  /** What the runner said about it, for people; empty after a success. */
  message: string;
}
