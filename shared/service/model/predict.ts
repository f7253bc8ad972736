import type { PredictRequest, PredictResponse } from '../../api/messages.ts';
import { checkParams } from '../../domain/params.ts';
import { predictValues } from '../../engine/predict.ts';
import type { Call, Reply } from '../call.ts';
import { ServiceError } from '../errors.ts';
import { refuseParams } from '../fields.ts';
import { findStudy, onlyObjectiveOf, spaceOfStudy } from '../find.ts';
import { readHistory } from './history.ts';
import type { Ports } from '../ports/ports.ts';

/** What the model of a study expects of configurations, tried or not. */
export async function predict(ports: Ports, call: Call<PredictRequest>): Promise<Reply<PredictResponse>> {
  const study = await findStudy(ports, call);
  const objective = onlyObjectiveOf(study, 'to be predicted');
  const space = spaceOfStudy(study);
  const configurations = call.body.params.map((params, i) => {
    const checked = checkParams(space, params, 'default');
    if ('faults' in checked) throw refuseParams(space, ['params', i], checked.faults);
    return checked.params;
  });
  const { observations } = await readHistory(ports, study);
  const predictions = predictValues(space, objective, observations, configurations);
  if (!predictions) {
    throw new ServiceError(
      'value_invalid',
      `Study ${study.spec.name} must have a complete trial before it can predict.`,
      {
        hint: 'Ask for trials and tell their values first.',
      },
    );
  }
  const data = predictions.map((prediction, i) => ({ params: configurations[i], ...prediction }));
  return { status: 200, body: { data, observations: observations.length } };
}
