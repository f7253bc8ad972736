import { trialCountMax } from '../domain/budget.ts';
import type { Objective } from '../domain/objective.ts';
import type { Space } from '../domain/space.ts';
import { knownModel } from './gp/known-model.ts';
import { explainedShare } from './importance/explained-share.ts';
import { pedAnova, type Share } from './importance/ped-anova.ts';
import { sampleOf } from './importance/sample.ts';
import { sensitivityOf, type Sensitivity } from './importance/sensitivity.ts';
import { finiteValues, type Observation } from './observations.ts';

/** Which parameters matter. */
export interface Importance {
  /**
   * What the importances are: the model's total Sobol indices where it tells a parameter from noise, else where the best
   * trials lie (PED-ANOVA).
   */
  method: 'sensitivity' | 'pedAnova';
  /** The share of the trials that count as the best. */
  quantile: number;
  /** How many trials, drawn at random, stand for all of them where those are too many; else undefined. */
  sampled: number | undefined;
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
  /** Whether it is more than noise; its share is then above 0 at the low end too. */
  isDistinguishable: boolean;
  trials: Share;
  sensitivity: Sensitivity | undefined;
}

/** Fewer values say nothing about what matters. */
export const valueCountMin = 10;
/**
 * PED-ANOVA reads every number of every trial some hundred times: so many take it about half a second. Its intervals are
 * those of a sample of that size.
 */
const readCountMax = 50_000;
const sampledMin = 1000;
/** A smaller part of the variance is no news. */
const totalMin = 0.01;
/**
 * What a parameter causes, against what is not explained per trial, as in an F test: about three degrees of freedom a
 * parameter, seven times their share, since the model was fitted to the same trials. With four times, a study in ten of
 * pure noise has a false alarm.
 */
const noiseShares = 20;

/**
 * Reads the history: what the best trials have in common, and what the model thinks. Pure. O(n), and with what is
 * bounded about two seconds.
 * @param isOverdue whether the time is up: the model is then one of what has been found.
 * @returns undefined with fewer than `valueCountMin` values, or when all are equal.
 */
export function importanceOf(
  space: Space,
  objective: Objective,
  observations: readonly Observation[],
  isOverdue: () => boolean = () => false,
): Importance | undefined {
  const values = finiteValues(observations);
  if (values.length < valueCountMin || values.every((value) => value === values[0])) return undefined;
  const sample = sampleOf(observations, Math.max(sampledMin, Math.floor(readCountMax / space.names.length)));
  const { topCount, shares } = pedAnova(space, objective, sample);
  // Up to there an ask may have made the model of them all.
  const modelled = observations.length <= trialCountMax ? observations : sample;
  const model = knownModel(space, objective, modelled, isOverdue);
  const sensitivities = model ? sensitivityOf(space, model) : [];
  const explained = model && explainedShare(model.posterior);
  const byModel = model && sharesByModel(sensitivities, explained!, model.posterior.observations.n);
  const parameters = space.names.map((name, i): ParameterImportance => {
    const trials = shares[i];
    const { importance, low, high, isAboveChance } = trials;
    // The best may lie elsewhere by more than chance, and some resamples show nothing of it.
    const share = byModel?.[i] ?? { importance, low, high, isDistinguishable: isAboveChance && low > 0 };
    return { name, ...share, trials, sensitivity: sensitivities[i] };
  });
  return {
    method: byModel ? 'sensitivity' : 'pedAnova',
    quantile: topCount / sample.length,
    sampled: sample === observations ? undefined : sample.length,
    explained,
    parameters: parameters.sort((a, b) => b.importance - a.importance),
  };
}

type ModelShare = Pick<ParameterImportance, 'importance' | 'low' | 'high' | 'isDistinguishable'>;

/** Totals as parts of their sum. @returns undefined where one is not known, or none is more than noise. */
function sharesByModel(
  sensitivities: readonly (Sensitivity | undefined)[],
  explained: number,
  n: number,
): ModelShare[] | undefined {
  const known = sensitivities.filter((one) => one !== undefined);
  const sum = known.reduce((total, one) => total + one.total, 0);
  if (known.length < sensitivities.length) return undefined;
  const noise = Math.max(totalMin, (noiseShares * (1 - explained)) / n);
  const shares = known.map(({ total, low, high }) => ({
    importance: total / sum,
    low: low / sum,
    high: Math.min(high / sum, 1),
    isDistinguishable: low * explained > noise,
  }));
  return shares.some(({ isDistinguishable }) => isDistinguishable) ? shares : undefined;
}
