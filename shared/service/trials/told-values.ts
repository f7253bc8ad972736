import { messageLengthMax, metricCountMax, type ToldValues } from '../../api/messages.ts';
import type { Values } from '../../domain/objective.ts';
import type { Fault } from '../../domain/parameter.ts';
import { ServiceError } from '../errors.ts';
import { nearestName, refuseFields } from '../fields.ts';
import type { StudyRecord } from '../ports/studies.ts';

export interface Told {
  /** Those that are finite numbers. */
  values: Values;
  /** Why the values are no result, when that of an objective is not a finite number. */
  notFinite: string | undefined;
  /** What was left out, when only other metrics are not finite. */
  leftOut: string | undefined;
}

/**
 * Reads told values: every objective must be there; other metrics are welcome and kept with the trial.
 * Not-a-number and infinity are no error, since that is how a training that diverged reports itself. Only in an
 * objective do they mean that: an F1 score without positives says nothing against the loss beside it.
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
  const isFinite = (name: string): boolean => typeof told[name] === 'number';
  const said = (name: string): string => `${name} is ${told[name]}`;
  const diverged = metrics.find((metric) => !isFinite(metric));
  // Sorted, so that the same values in another order are the same result.
  const strange = names.filter((name) => !isFinite(name)).toSorted();
  const leftOut = `${strange.map(said).join(', ')}; not kept`.slice(0, messageLengthMax);
  return {
    values: Object.fromEntries(names.filter(isFinite).map((name) => [name, told[name] as number])),
    notFinite: diverged && said(diverged),
    leftOut: diverged || strange.length === 0 ? undefined : leftOut,
  };
}
