import { ServiceError } from '../service/errors.ts';
import type { StudyRecord } from '../service/ports/studies.ts';

/** The study was deleted while a request for it was on its way. */
export function studyGone({ spec }: StudyRecord): ServiceError {
  return new ServiceError('study_not_found', `Study ${spec.name} has been deleted.`);
}
