import type { Params } from '../../domain/parameter.ts';
import type { Space } from '../../domain/space.ts';
import { exp } from '../../numerics/elementary.ts';
import { extend } from '../../numerics/extend.ts';
import { expectedAt } from './expected.ts';
import { featuresOfAll } from './features.ts';
import { kernels } from './kernels.ts';
import type { Model } from './model.ts';

/** Configurations without a result that the next one must take into account, each in the order of trials. */
export interface Believed {
  /** Being tried. */
  pending: readonly Params[];
  /** Tried for good without coming to a value. */
  failed: readonly Params[];
}

/** What is believed of more than so many costs more than it tells: the most promising of them are believed. */
const believedCountMax = 256;
/** How much worse than expected pending ones are believed to come out. */
const believedDeviations = 0.5;
/** The variance that keeps a believed value from being taken twice. */
const believedNoise = 1e-8;

/**
 * The posterior after points without a result, and the best y that is known or believed. Failed ones count as the worst
 * that came out. Pending ones are believed to come out half a deviation worse than expected, without noise, so that the
 * next ones go elsewhere where much is uncertain: between the kriging believer, which believes in their means, and a whole
 * deviation, which takes more trials (bench/regret/batched).
 */
export function withBelieved(
  space: Space,
  model: Model,
  { pending, failed }: Believed,
): Pick<Model, 'posterior' | 'best'> {
  const { posterior, worst, best } = model;
  const all = [...failed, ...pending];
  if (all.length === 0) return { posterior, best };
  const chosen = mostPromising(space, model, all);
  const isFailed = (i: number): boolean => chosen[i] < failed.length;
  const noise = exp(posterior.logParameters.at(-1)!);
  const extended = extend(kernels, posterior, {
    p: chosen.length,
    x: featuresOfAll(
      space,
      chosen.map((i) => all[i]),
    ),
    y: Float64Array.from(chosen, (_, i) => (isFailed(i) ? worst : NaN)),
    deviations: believedDeviations,
    noise: Float64Array.from(chosen, (_, i) => (isFailed(i) ? noise : believedNoise)),
  });
  const believed = extended.y.filter((y, i) => !isFailed(i) && !Number.isNaN(y));
  return { posterior: extended.model, best: believed.reduce((least, y) => Math.min(least, y), best) };
}

/** The places of those that the model expects most of, in order; all of them as long as they are not too many. */
function mostPromising(space: Space, { posterior }: Model, all: readonly Params[]): number[] {
  const places = all.map((_, i) => i);
  if (all.length <= believedCountMax) return places;
  const { mean, variance } = expectedAt(space, posterior, all);
  const hope = mean.map((one, i) => one - Math.sqrt(variance[i]));
  return places
    .sort((a, b) => hope[a] - hope[b] || a - b)
    .slice(0, believedCountMax)
    .sort((a, b) => a - b);
}
