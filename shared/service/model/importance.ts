import type { ImportanceQuery, ImportanceResponse } from '../../api/messages.ts';
import type { Objective } from '../../domain/objective.ts';
import { importanceOf, valueCountMin } from '../../engine/importance.ts';
import type { Observation } from '../../engine/observations.ts';
import type { Call, Reply } from '../call.ts';
import { ServiceError } from '../errors.ts';
import { shown } from '../fields.ts';
import { findStudy, spaceOfStudy } from '../find.ts';
import { readHistory, readResults } from './history.ts';
import type { Ports } from '../ports/ports.ts';
import type { StudyRecord } from '../ports/studies.ts';
import { timeLimitOf } from './time-limit.ts';

/** Which parameters of a study matter, and how sure that is. */
export async function importance(
  ports: Ports,
  call: Call<undefined, ImportanceQuery>,
): Promise<Reply<ImportanceResponse>> {
  const study = await findStudy(ports, call);
  const objective = objectiveOf(study, call.query.metric);
  const isFollowed = study.spec.objectives.length === 1;
  const observations = isFollowed
    ? (await readHistory(ports, study)).observations
    : await readResults(ports, study, objective);
  const { metric } = objective;
  const found = importanceOf(spaceOfStudy(study), objective, observations, timeLimitOf(ports)());
  const trials = observations.length;
  if (!found) {
    const reason = whyNone(metric, observations);
    const nothing = { method: null, sampled: null, quantile: null, explained: null };
    return { status: 200, body: { metric, trials, ...nothing, reason, data: [] } };
  }
  const { method, sampled = null, quantile, explained = null, parameters } = found;
  const data = parameters.map((parameter) => ({ ...parameter, sensitivity: parameter.sensitivity ?? null }));
  return { status: 200, body: { metric, trials, method, sampled, quantile, explained, data } };
}

function objectiveOf({ spec: { objectives } }: StudyRecord, metric = objectives[0].metric): Objective {
  const objective = objectives.find((one) => one.metric === metric);
  if (objective) return objective;
  const metrics = objectives.map((one) => shown(one.metric)).join(', ');
  const expected = objectives.length === 1 ? metrics : `one of ${metrics}`;
  throw new ServiceError('value_invalid', `metric must be ${expected}; got ${shown(metric)}.`, { param: 'metric' });
}

function whyNone(metric: string, observations: readonly Observation[]): string {
  const count = observations.filter(({ value }) => value !== undefined).length;
  if (count >= valueCountMin) return `All ${count} values of ${metric} are equal: no parameter makes a difference.`;
  return `There ${count === 1 ? 'is 1 value' : `are ${count} values`} of ${metric}; at least ${valueCountMin} are needed.`;
}
