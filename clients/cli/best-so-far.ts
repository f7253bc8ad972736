import type { Objective, Study, Trial } from './api.ts';
import { Refusal } from './refusal.ts';
import { requireMetric } from './told-values.ts';

/** A complete trial with its value of one objective. */
export interface Valued {
  trial: Trial;
  value: number;
}

/** The objective that is meant: the one that is named, or the first. */
export function objectiveOf(study: Study, metric: string | undefined): Objective {
  if (metric === undefined) return study.objectives[0];
  requireMetric(metric, study);
  return study.objectives.find((one) => one.metric === metric)!;
}

/** The complete trials with their values, by number. @throws Refusal when there are none. */
export function valuedTrials(study: Study, trials: readonly Trial[], { metric }: Objective): Valued[] {
  const valued = trials.flatMap((trial) => {
    const value = trial.state === 'complete' ? trial.values?.[metric] : undefined;
    return value === undefined ? [] : [{ trial, value }];
  });
  if (valued.length === 0) throw new Refusal(`${study.name} has no complete trials yet: there is nothing to show.`);
  return valued;
}

/** The best value up to each trial. */
export function bestSoFar(valued: readonly Valued[], { direction }: Objective): number[] {
  const better = direction === 'minimize' ? Math.min : Math.max;
  let best = valued[0]?.value;
  return valued.map(({ value }) => (best = better(best, value)));
}
