import type { BestQuery, BestResponse } from '../api/messages.ts';
import { compareOn, paretoFront } from '../domain/objective.ts';
import type { Call, Reply } from './call.ts';
import { findStudy } from './find.ts';
import type { Ports, TrialRecord } from './ports.ts';
import { trialView } from './views.ts';

/** The best trials; of several objectives those that no other one dominates. */
export async function best(ports: Ports, call: Call<undefined, BestQuery>): Promise<Reply<BestResponse>> {
  const study = await findStudy(ports, call);
  const { objectives } = study.spec;
  const complete: TrialRecord[] = [];
  for await (const trial of ports.trials.all(study)) if (trial.state === 'complete') complete.push(trial);
  if (objectives.length > 1) {
    const front = paretoFront(objectives, complete, ({ values }) => values!);
    return { status: 200, body: { kind: 'front', best: null, trials: front.map(trialView) } };
  }
  // Equal values: the earlier trial first.
  const ranked = complete.sort((a, b) => compareOn(objectives[0], a.values!, b.values!) || a.number - b.number);
  const trials = ranked.slice(0, call.query.top).map(trialView);
  return { status: 200, body: { kind: 'top', best: trials[0] ?? null, trials } };
}
