import { ServiceError } from './errors.ts';

/** Others were faster every time that something was tried. @param what as in "Trial 3". */
export function changedByOthers(what: string): ServiceError {
  return new ServiceError('unavailable', `${what} is being changed by others.`, { retryAfterSeconds: 1 });
}

/** Trials get the numbers that come next, and asks took those every time. */
export function askedByMany(study: string): ServiceError {
  return new ServiceError(
    'unavailable',
    `Study ${study} is being asked by many: the trials could not be put in between.`,
    { retryAfterSeconds: 1 },
  );
}
