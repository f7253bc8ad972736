import type { AdviceResponse } from '../../api/messages.ts';
import { advise, type Valued } from '../../engine/advise.ts';
import type { Call, Reply } from '../call.ts';
import { findStudy, onlyObjectiveOf, spaceOfStudy } from '../find.ts';
import type { Ports } from '../ports/ports.ts';

/** What to do next with a study: widen or narrow its space, stop, or go on. */
export async function advice(ports: Ports, call: Call): Promise<Reply<AdviceResponse>> {
  const study = await findStudy(ports, call);
  const objective = onlyObjectiveOf(study, 'for advice');
  const trials: Valued[] = [];
  for await (const { number, state, params, values } of ports.trials.all(study)) {
    if (state === 'complete') trials.push({ number, params, value: values![objective.metric] });
  }
  return { status: 200, body: { advice: advise(spaceOfStudy(study), objective, trials), trials: trials.length } };
}
