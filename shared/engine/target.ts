import type { Objective } from '../domain/objective.ts';
import type { Observation } from './observations.ts';

/** What a model is fitted to: one value a trial, which is to be small or large. An objective is one as it is. */
export interface Target extends Pick<Objective, 'direction'> {
  /** Tells the targets of one space apart; none for the study's only objective. */
  key?: string;
  /** The trials with the value that they have for this target; as they are without it. */
  viewOf?: (observations: readonly Observation[]) => readonly Observation[];
}

export function seenBy({ viewOf }: Target, observations: readonly Observation[]): readonly Observation[] {
  return viewOf ? viewOf(observations) : observations;
}
