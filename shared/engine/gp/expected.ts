import type { Params } from '../../domain/parameter.ts';
import type { Space } from '../../domain/space.ts';
import type { ConditionedModel } from '../../numerics/kernels-contract.ts';
import { featuresOfAll } from './features.ts';
import { kernels } from './kernels.ts';

/**
 * What a posterior expects of m configurations, all in one call.
 * @param space the one that the posterior's features belong to.
 * @returns mean and variance of y, m each. O(m n²).
 */
export function expectedAt(
  space: Space,
  posterior: ConditionedModel,
  configurations: readonly Params[],
): { mean: Float64Array; variance: Float64Array } {
  const m = configurations.length;
  const [mean, variance] = [new Float64Array(m), new Float64Array(m)];
  if (m > 0) kernels.predict(posterior, featuresOfAll(space, configurations), m, mean, variance);
  return { mean, variance };
}
