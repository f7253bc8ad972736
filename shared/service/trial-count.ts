import { trialCountMaxOf, trialCountMaxWithoutModel } from '../domain/budget.ts';
import { ServiceError } from './errors.ts';
import type { StudyRecord } from './ports/studies.ts';

/** Refuses more trials than the sampler of a study can deal with. @param cap how many there would be in all. */
export function requireTrialCount({ spec: { sampler } }: StudyRecord, cap: number, param?: string): void {
  const max = trialCountMaxOf(sampler);
  if (cap <= max) return;
  const others =
    max === trialCountMaxWithoutModel
      ? ''
      : `, or with the sampler "random", "quasiRandom" or "grid", which may have ${trialCountMaxWithoutModel} trials`;
  throw new ServiceError(
    'value_invalid',
    `A study with the sampler "${sampler.kind}" must have at most ${max} trials, those of its budget and others together; these would make ${cap}.`,
    {
      ...(param && { param }),
      hint: `Create a study with a smaller budget.trials, which leaves room for others${others}.`,
    },
  );
}
