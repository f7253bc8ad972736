import { ServiceError } from './errors.ts';

/**
 * Does something for a study, and does it again when the study was deleted meanwhile: it then finds that, and does what
 * is to be done for one that is gone. Every step of it must be safe to do twice.
 */
export async function againOnceDeleted<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isAboutDeleted(error)) throw error;
    return work();
  }
}

/** Trials go only with their study. */
function isAboutDeleted(error: unknown): boolean {
  return error instanceof ServiceError && ['study_not_found', 'trial_not_found'].includes(error.code);
}
