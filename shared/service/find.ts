import type { Objective } from '../domain/objective.ts';
import { spaceOf, type Space } from '../domain/space.ts';
import type { StudySpec } from '../domain/study.ts';
import type { Call } from './call.ts';
import { ServiceError } from './errors.ts';
import { shown } from './fields.ts';
import type { Ports } from './ports/ports.ts';
import type { StudyRecord } from './ports/studies.ts';
import type { TrialRecord } from './ports/trials.ts';

const trialNumberPattern = /^(0|[1-9]\d{0,7})$/;

/** The study that the path names, by id or name. */
export async function findStudy(ports: Ports, { caller, path }: Call<unknown>): Promise<StudyRecord> {
  const study = await ports.studies.find(caller.tenant, path.study);
  if (!study) throw noSuchStudy(path.study);
  return study;
}

export function noSuchStudy(idOrName: string): ServiceError {
  return new ServiceError('study_not_found', `There is no study ${shown(idOrName)}.`, {
    hint: 'GET /v1/studies lists the studies that there are.',
  });
}

/** The objective of a study that must have one. @param purpose what it is needed for, as in "for advice". */
export function onlyObjectiveOf({ spec: { name, objectives } }: StudyRecord, purpose: string): Objective {
  if (objectives.length === 1) return objectives[0];
  throw new ServiceError(
    'value_invalid',
    `Study ${name} must have one objective ${purpose}; it has ${objectives.length}.`,
    {
      hint: `GET /v1/studies/${name}/best has the Pareto front, and GET /v1/studies/${name}/importance?metric=${objectives[0].metric} looks at one objective.`,
    },
  );
}

/** The trial number that the path names; anything that is not a number is a trial that does not exist. */
export function trialNumberOf(study: StudyRecord, { path }: Call<unknown>): number {
  if (!trialNumberPattern.test(path.number)) throw noSuchTrial(study, path.number);
  return Number(path.number);
}

/**
 * The number of the trial that a worker speaks for. A job may speak for its own trial and attempt only, and is told
 * nothing about others.
 */
export function spokenFor(study: StudyRecord, call: Call<{ attempt?: number | undefined }>): number {
  const { job } = call.caller;
  const number = trialNumberOf(study, call);
  if (!job) return number;
  const isOwn = job.study === study.id && job.number === number && job.attempt === (call.body.attempt ?? job.attempt);
  if (isOwn) return number;
  throw new ServiceError('forbidden', `This job may speak for attempt ${job.attempt} of trial ${job.number} only.`);
}

export async function findTrial(ports: Ports, study: StudyRecord, number: number): Promise<TrialRecord> {
  const trial = await ports.trials.get(study, number);
  if (!trial) throw noSuchTrial(study, String(number));
  return trial;
}

export function noSuchTrial(study: StudyRecord, number: string): ServiceError {
  return new ServiceError('trial_not_found', `Study ${study.spec.name} has no trial ${shown(number)}.`, {
    hint: `GET /v1/studies/${study.spec.name}/trials lists them.`,
  });
}

/** The space of a study made ready; kept with the spec, which is one object as long as it is the same text. */
export function spaceOfStudy({ spec }: StudyRecord): Space {
  let space = spaces.get(spec);
  if (!space) {
    const made = spaceOf(spec.space, spec.constraints);
    if ('faults' in made) throw new Error(`stored space of ${spec.name} is not valid: ${made.faults[0].message}`);
    spaces.set(spec, (space = made));
  }
  return space;
}

const spaces = new WeakMap<StudySpec, Space>();
