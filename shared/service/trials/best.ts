import type { BestQuery, BestResponse } from '../../api/messages.ts';
import type { Call, Reply } from '../call.ts';
import { findStudy } from '../find.ts';
import type { Ports } from '../ports/ports.ts';
import { rankedTrialView } from '../views.ts';
import { rankedTrials } from './ranked-trials.ts';

/** The best trials; of several objectives those that no other one dominates. */
export async function best(ports: Ports, call: Call<undefined, BestQuery>): Promise<Reply<BestResponse>> {
  const study = await findStudy(ports, call);
  const ranked = await rankedTrials(ports, study);
  const isFront = study.spec.objectives.length > 1;
  const trials = (isFront ? ranked : ranked.slice(0, call.query.top)).map((one) => rankedTrialView(study, one));
  return { status: 200, body: { kind: isFront ? 'front' : 'top', best: isFront ? null : (trials[0] ?? null), trials } };
}
