import type { Objective } from '../../domain/objective.ts';
import type { Space } from '../../domain/space.ts';
import { createGenerator } from '../../numerics/random.ts';
import type { Observation } from '../observations.ts';
import { purpose } from '../purpose.ts';
import { allOf, rankedTrials, topOf, type Members } from './best-trials.ts';
import { binned, type Binned } from './density.ts';
import { divergence, divergences, sideOf } from './divergence.ts';
import { quantile } from './quantile.ts';
import { square } from './square.ts';

/**
 * Which parameters the best trials have in common: where the best tenth lies, against where all lie.
 *
 * Watanabe, Bansal & Hutter, "PED-ANOVA: Efficiently quantifying hyperparameter importance in arbitrary subspaces",
 * IJCAI 2023 (arXiv 2304.10255). A parameter that is not always active is looked at in the trials in which it is, and
 * its divergence counts α² / β times, as in the form for conditional spaces (arXiv 2601.20800): α is the share of the
 * best in which it is active, β that of all.
 *
 * The best differ from all by chance too, the more so the fewer they are. What a random choice of as many trials shows
 * on average is subtracted before shares are made.
 */
export interface PedAnova {
  /** How many trials count as the best. */
  topCount: number;
  /** In the order of the space. */
  shares: Share[];
}

export interface Share {
  /** Of all that is above chance; shares sum to 1, or are all 0. */
  importance: number;
  /** 90 % of the resamples of the trials have a share between these. */
  low: number;
  high: number;
  /** More than any parameter shows in 19 of 20 random choices of the best. */
  isAboveChance: boolean;
}

const topShare = 0.1;
/**
 * Fewer say little about where the best are. With five, a parameter that explains everything is above chance in half of
 * all studies of 20 random trials; with twenty (of 20: ten) in nine of ten.
 */
const topCountMin = 20;
const resampleCount = 200;
const confidence = 0.9;
/** How rarely any parameter at all is above chance by chance. */
const falseAlarmMax = 0.05;
/** Any seed will do: the same history shall always have the same answer. */
const seed = 0;

/** @param observations at least two; what has no value is worse than the worst. O(resamples · n · d). */
export function pedAnova(space: Space, objective: Objective, observations: readonly Observation[]): PedAnova {
  const n = observations.length;
  const ranked = rankedTrials(objective, observations);
  const columns = space.parameters.map((_, i) => binned(space, i, observations));
  const topCount = topCountOf(n);
  const once = new Float64Array(n).fill(1);
  const found = divergences(columns, ranked, once, topCount);
  const chance = chanceOf(columns, topOf(ranked, once, topCount), allOf(once));
  const shares = sharesOf(found.map((one, i) => one - chance.means[i]));
  // A resample differs by chance from the trials, which do so themselves: what is above chance is above it twice.
  const resampled = Array.from({ length: resampleCount }, (_, r) =>
    sharesOf(divergences(columns, ranked, resample(n, r), topCount).map((one, i) => one - 2 * chance.means[i])),
  );
  return {
    topCount,
    shares: shares.map((importance, i) => {
      const sample = resampled.map((one) => one[i]).sort((a, b) => a - b);
      return {
        importance,
        low: Math.min(importance, quantile(sample, (1 - confidence) / 2)),
        high: Math.max(importance, quantile(sample, (1 + confidence) / 2)),
        isAboveChance: chance.isBeaten(i, found[i]),
      };
    }),
  };
}

/** The best tenth, twenty at least, but never more than half. */
function topCountOf(n: number): number {
  return Math.min(Math.max(Math.ceil(topShare * n), topCountMin), Math.floor(n / 2));
}

/** What parameters show when the best are chosen at random. */
interface Chance {
  means: number[];
  /** Whether a divergence of parameter i is more than chance has. */
  isBeaten: (i: number, divergence: number) => boolean;
}

/** As many random choices as there are resamples: the largest of all parameters, each in its own units, is compared. */
function chanceOf(columns: readonly Binned[], top: Members, all: Members): Chance {
  const sides = columns.map((column) => sideOf(column, all));
  const drawn = Array.from({ length: resampleCount }, (_, r) => {
    const chosen = { ...top, who: choose(top.who.length, all.who.length, r) };
    return columns.map((column, i) => divergence(sideOf(column, chosen), sides[i]));
  });
  const means = columns.map((_, i) => mean(drawn.map((one) => one[i])));
  const deviations = columns.map((_, i) => Math.sqrt(mean(drawn.map((one) => square(one[i] - means[i])))));
  const surprise = (i: number, one: number): number => (deviations[i] > 0 ? (one - means[i]) / deviations[i] : 0);
  const largest = drawn.map((one) => Math.max(...one.map((each, i) => surprise(i, each)))).sort((a, b) => a - b);
  const limit = quantile(largest, 1 - falseAlarmMax);
  return { means, isBeaten: (i, one) => surprise(i, one) > limit };
}

/** `count` different numbers below n. */
function choose(count: number, n: number, r: number): Int32Array {
  const random = createGenerator(seed, purpose.chance, r);
  const numbers = Int32Array.from({ length: n }, (_, i) => i);
  for (let k = 0; k < count; k++) {
    const other = k + random.nextBelow(n - k);
    [numbers[k], numbers[other]] = [numbers[other], numbers[k]];
  }
  return numbers.slice(0, count);
}

/** How often each of n trials is drawn in n draws. */
function resample(n: number, r: number): Float64Array {
  const random = createGenerator(seed, purpose.resample, r);
  const weights = new Float64Array(n);
  for (let drawn = 0; drawn < n; drawn++) weights[random.nextBelow(n)]++;
  return weights;
}

/** Parts of the whole; what is not above 0 has none. */
function sharesOf(amounts: readonly number[]): number[] {
  const positive = amounts.map((one) => Math.max(one, 0));
  const total = positive.reduce((sum, one) => sum + one, 0);
  return positive.map((one) => (total > 0 ? one / total : 0));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, one) => sum + one, 0) / values.length;
}
