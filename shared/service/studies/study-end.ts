import type { EndReason } from '../../domain/study.ts';
import type { StudyRecord } from '../ports/studies.ts';
import { isPastDeadline } from './settle-study.ts';

/** Whether the study has no use for the results of trials that still run: it was stopped, or has reached its end. */
export function wantsNoMore(study: StudyRecord, now: number): boolean {
  return isPastDeadline(study, now) || (study.endReason !== undefined && !isForWantOfTrials(study.endReason));
}

/** Whether a study that ended so goes on when there is more to try. */
export function isForWantOfTrials(reason: EndReason | undefined): boolean {
  return reason === 'trials' || reason === 'exhausted';
}
