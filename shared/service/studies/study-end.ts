import type { EndReason } from '../../domain/study.ts';
import { ServiceError } from '../errors.ts';
import type { StudyRecord } from '../ports/studies.ts';
import { isPastDeadline } from './settle-study.ts';

/** The study as it is at this moment: a deadline closes it also before anybody has written that down. */
export function asOf(study: StudyRecord, now: number): StudyRecord {
  return isPastDeadline(study, now) ? { ...study, state: 'stopping', endReason: 'deadline' } : study;
}

/** Whether the study has no use for the results of trials that still run: it was stopped, or has reached its end. */
export function wantsNoMore(study: StudyRecord, now: number): boolean {
  const { endReason } = asOf(study, now);
  return endReason !== undefined && !isForWantOfTrials(endReason);
}

/** Whether a study that ended so goes on when there is more to try. */
export function isForWantOfTrials(reason: EndReason | undefined): boolean {
  return reason === 'trials' || reason === 'exhausted';
}

/** Refuses what a study that has ended does not do any more, and says what would open it again, if anything does. */
export function closed(study: StudyRecord, refusal = 'gives out no more trials'): ServiceError {
  const { spec, state, endReason } = study;
  return new ServiceError('study_closed', `Study ${spec.name} is ${state} (${endReason}) and ${refusal}.`, {
    hint: hintOf(study),
  });
}

/** What would open a study again that has ended, or that nothing does. */
export function hintOf({ spec: { name }, endReason, configurations }: StudyRecord): string {
  const change = `PATCH /v1/studies/${name} with`;
  const another = `create another one. Its trials are at GET /v1/studies/${name}/export, and POST …/trials takes them.`;
  switch (endReason!) {
    case 'stopped':
      return `A stopped study stays stopped: ${another}`;
    case 'target':
      return `A study that has reached its target stays finished: ${another}`;
    case 'deadline':
      return `${change} a later budget.deadline, or null for none, opens it again.`;
    case 'exhausted':
      return `Each of its ${configurations} configurations has a trial: ${change} a wider space opens it again.`;
    case 'trials':
      return `${change} a larger budget.trials opens it again.`;
  }
}
