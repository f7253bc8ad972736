import type { Objective } from '../domain/objective.ts';
import type { Space } from '../domain/space.ts';
import { knownModel } from './gp/known-model.ts';
import { explainedShare } from './importance/explained-share.ts';
import { pedAnova, type Share } from './importance/ped-anova.ts';
import { sensitivityOf, type Sensitivity } from './importance/sensitivity.ts';
import { finiteValues, type Observation } from './observations.ts';

/** Which parameters matter. */
export interface Importance {
  /**
   * What the importances are: the model's total Sobol indices where it foretells trials well, else where the best trials
   * lie (PED-ANOVA).
   */
  method: 'sensitivity' | 'pedAnova';
  /** The share of the trials that count as the best. */
  quantile: number;
  /** How much of the spread of the values the model foretells; undefined without one. */
  explained: number | undefined;
  /** The most important first. */
  parameters: ParameterImportance[];
}

export interface ParameterImportance {
  name: string;
  /** Its share; all of them sum to 1, or are 0. */
  importance: number;
  low: number;
  high: number;
  /** Whether it is more than noise. */
  isDistinguishable: boolean;
  trials: Share;
  sensitivity: Sensitivity | undefined;
}

/** Fewer values say nothing about what matters. */
export const valueCountMin = 10;
/** A model that foretells less of the trials is not asked. */
const explainedMin = 0.5;
/** A smaller part of the variance is no news. */
const totalMin = 0.01;
/**
 * What a parameter causes, against what is not explained per trial, as in an F test: about three degrees of freedom a
 * parameter, four times their share.
 */
const noiseShares = 12;

/**
 * Reads the history: what the best trials have in common, and what the model thinks. Pure.
 * @returns undefined with fewer than `valueCountMin` values, or when all are equal.
 */
export function importanceOf(
  space: Space,
  objective: Objective,
  observations: readonly Observation[],
): Importance | undefined {
  const values = finiteValues(observations);
  if (values.length < valueCountMin || values.every((value) => value === values[0])) return undefined;
  const { topCount, shares } = pedAnova(space, objective, observations);
  const model = knownModel(space, objective, observations);
  const sensitivities = model ? sensitivityOf(space, model) : [];
  const explained = model && explainedShare(model.posterior);
  const isForetold = explained !== undefined && explained >= explainedMin;
  const byModel = isForetold ? sharesByModel(sensitivities, explained, values.length) : undefined;
  const parameters = space.names.map((name, i): ParameterImportance => {
    const trials = shares[i];
    const { importance, low, high, isAboveChance } = trials;
    const share = byModel?.[i] ?? { importance, low, high, isDistinguishable: isAboveChance };
    return { name, ...share, trials, sensitivity: sensitivities[i] };
  });
  return {
    method: byModel ? 'sensitivity' : 'pedAnova',
    quantile: topCount / observations.length,
    explained,
    parameters: parameters.sort((a, b) => b.importance - a.importance),
  };
}

type ModelShare = Pick<ParameterImportance, 'importance' | 'low' | 'high' | 'isDistinguishable'>;

/** Totals as parts of their sum. @returns undefined where one is not known, or all are 0. */
function sharesByModel(
  sensitivities: readonly (Sensitivity | undefined)[],
  explained: number,
  valueCount: number,
): ModelShare[] | undefined {
  const known = sensitivities.filter((one) => one !== undefined);
  const sum = known.reduce((total, one) => total + one.total, 0);
  if (known.length < sensitivities.length || sum === 0) return undefined;
  const noise = Math.max(totalMin, (noiseShares * (1 - explained)) / valueCount);
  return known.map(({ total, low, high }) => ({
    importance: total / sum,
    low: low / sum,
    high: Math.min(high / sum, 1),
    isDistinguishable: low * explained > noise,
  }));
}
