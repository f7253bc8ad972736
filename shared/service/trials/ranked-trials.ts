import { compareOn, paretoFront } from '../../domain/objective.ts';
import type { Ports } from '../ports/ports.ts';
import type { StudyRecord } from '../ports/studies.ts';
import type { TrialRecord } from '../ports/trials.ts';
import { confirmedBy, type Confirmed } from './confirmed.ts';

export interface Ranked {
  trial: TrialRecord;
  /** What its confirmations say, once one has ended. */
  confirmed: Confirmed | undefined;
}

/**
 * The complete trials, the best first and of equal ones the earlier; of several objectives the Pareto front.
 * Confirmations count for the trial that they run again. Chance has flattered the value that a trial was chosen for, so
 * confirmed trials are in the order of their means, and before what they had been better than; what is better than each
 * of them was when it was chosen is newer, and stays first.
 */
export async function rankedTrials(ports: Ports, study: StudyRecord): Promise<Ranked[]> {
  const { objectives } = study.spec;
  const complete: TrialRecord[] = [];
  const again = new Map<number, TrialRecord[]>();
  for await (const trial of ports.trials.all(study)) {
    const { confirms, state } = trial;
    if (confirms === undefined && state === 'complete') complete.push(trial);
    const isResult = state === 'complete' || state === 'infeasible' || state === 'failed';
    if (confirms !== undefined && isResult) again.set(confirms, [...(again.get(confirms) ?? []), trial]);
  }
  const rank = (trial: TrialRecord): Ranked => {
    const confirmations = again.get(trial.number);
    return { trial, confirmed: confirmations && confirmedBy(objectives, trial, confirmations) };
  };
  if (objectives.length > 1) return paretoFront(objectives, complete, ({ values }) => values!).map(rank);
  const [objective] = objectives;
  complete.sort((a, b) => compareOn(objective, a.values!, b.values!) || a.number - b.number);
  return confirmedFirst(complete.map(rank), (a, b) => compareOn(objective, a.mean, b.mean));
}

/** @param ranked by their own values. */
function confirmedFirst(ranked: readonly Ranked[], compare: (a: Confirmed, b: Confirmed) => number): Ranked[] {
  const isTested = ({ confirmed }: Ranked): boolean => confirmed !== undefined && confirmed.count > 1;
  const first = ranked.findIndex(isTested);
  if (first < 0) return [...ranked];
  const tested = ranked.filter(isTested).sort((a, b) => compare(a.confirmed!, b.confirmed!));
  return [...ranked.slice(0, first), ...tested, ...ranked.slice(first).filter((one) => !isTested(one))];
}
