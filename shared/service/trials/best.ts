import type { BestQuery, BestResponse } from '../../api/messages.ts';
import { compareOn, paretoFront } from '../../domain/objective.ts';
import type { Call, Reply } from '../call.ts';
import { findStudy } from '../find.ts';
import type { Ports } from '../ports/ports.ts';
import type { StudyRecord } from '../ports/studies.ts';
import type { TrialRecord } from '../ports/trials.ts';
import { trialView } from '../views.ts';

/** The best trials; of several objectives those that no other one dominates. */
export async function best(ports: Ports, call: Call<undefined, BestQuery>): Promise<Reply<BestResponse>> {
  const study = await findStudy(ports, call);
  const ranked = await rankedTrials(ports, study);
  const isFront = study.spec.objectives.length > 1;
  const trials = (isFront ? ranked : ranked.slice(0, call.query.top)).map((trial) => trialView(study, trial));
  return { status: 200, body: { kind: isFront ? 'front' : 'top', best: isFront ? null : (trials[0] ?? null), trials } };
}

/** The complete trials, the best first and of equal ones the earlier; of several objectives the Pareto front. */
export async function rankedTrials(ports: Ports, study: StudyRecord): Promise<TrialRecord[]> {
  const { objectives } = study.spec;
  const complete: TrialRecord[] = [];
  for await (const trial of ports.trials.all(study)) if (trial.state === 'complete') complete.push(trial);
  if (objectives.length > 1) return paretoFront(objectives, complete, ({ values }) => values!);
  return complete.sort((a, b) => compareOn(objectives[0], a.values!, b.values!) || a.number - b.number);
}
