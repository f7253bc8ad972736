import { metricCountMax, type ToldValues } from '../../api/messages.ts';
import type { Values } from '../../domain/objective.ts';
import type { Fault } from '../../domain/parameter.ts';
import { ServiceError } from '../errors.ts';
import { nearestName, refuseFields } from '../fields.ts';
import type { StudyRecord } from '../ports/studies.ts';

export interface Told {
  values: Values;
  /** Why the values are no result, when one of them is not a finite number. */
  notFinite: string | undefined;
}

/**
 * Reads told values: every objective must be there; other metrics are welcome and kept with the trial.
 * Not-a-number and infinity are no error, since that is how a training that diverged reports itself.
 */
export function readTold(study: StudyRecord, told: ToldValues, path: (string | number)[]): Told {
  const metrics = study.spec.objectives.map(({ metric }) => metric);
  const names = Object.keys(told);
  if (names.length > metricCountMax) {
    throw new ServiceError(
      'value_invalid',
      `values must have at most ${metricCountMax} metrics; got ${names.length}.`,
      { param: 'values' },
    );
  }
  const missing = metrics.filter((metric) => !Object.hasOwn(told, metric));
  if (missing.length > 0) {
    const faults: Fault[] = missing.map((metric) => ({
      path: [metric],
      message: 'must be given, because it is an objective of the study',
      input: undefined,
    }));
    const refusal = refuseFields('value_invalid', path, faults);
    const stranger = names.find((name) => !metrics.includes(name));
    const hint = stranger && `${stranger} is not an objective; the ${nearestName(stranger, missing, 'objective')}.`;
    throw new ServiceError(refusal.code, refusal.message, { ...refusal.details, ...(hint && { hint }) });
  }
  const strange = names.find((name) => typeof told[name] === 'string');
  const values = Object.fromEntries(names.map((name) => [name, Number(told[name])]));
  return { values, notFinite: strange && `${strange} is ${told[strange]}` };
}
