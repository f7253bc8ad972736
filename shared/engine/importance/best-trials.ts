import { signOf, type Objective } from '../../domain/objective.ts';
import type { Observation } from '../observations.ts';

/** Trials with their weights: which, and how much of each. */
export interface Members {
  who: Int32Array;
  weights: Float64Array;
  total: number;
}

/** The best first; those of equal value in one group, those without one in the last. */
export function rankedTrials(objective: Objective, observations: readonly Observation[]): number[][] {
  const sign = signOf(objective);
  const losses = observations.map(({ value }) => (value === undefined ? Infinity : sign * value));
  const order = losses
    .map((_, i) => i)
    .sort((a, b) => (losses[a] < losses[b] ? -1 : losses[a] > losses[b] ? 1 : a - b));
  const groups: number[][] = [];
  for (const i of order) {
    const last = groups.at(-1);
    if (last && losses[last[0]] === losses[i]) last.push(i);
    else groups.push([i]);
  }
  return groups;
}

/** The best up to a total weight; equal trials have equal parts of what is left for them. */
export function topOf(ranked: readonly number[][], weights: Float64Array, total: number): Members {
  const who: number[] = [];
  const parts: number[] = [];
  let left = total;
  for (const group of ranked) {
    const weight = group.reduce((sum, i) => sum + weights[i], 0);
    const part = weight <= left ? 1 : left / weight;
    for (const i of group) {
      if (weights[i] === 0) continue;
      who.push(i);
      parts.push(part * weights[i]);
    }
    if (weight >= left) break;
    left -= weight;
  }
  return { who: Int32Array.from(who), weights: Float64Array.from(parts), total };
}

/** All, the sum of whose weights is their number. */
export function allOf(weights: Float64Array): Members {
  return { who: Int32Array.from(weights, (_, i) => i), weights, total: weights.length };
}
