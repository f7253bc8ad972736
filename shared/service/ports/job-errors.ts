/**
 * Thrown when a queue, a runner or an object store cannot answer now. Nothing is known about the effect: it may have
 * happened, or may yet.
 */
export class JobsUnavailable extends Error {
  override readonly name = 'JobsUnavailable';
}

/** Thrown for a job that can never be started as it is; nothing was started. The message is one sentence. */
export class JobRefused extends Error {
  override readonly name = 'JobRefused';
}
