import type { Params } from '../../domain/parameter.ts';
import type { Space } from '../../domain/space.ts';
import { featuresOfAll, writeFeatures } from '../gp/features.ts';

/**
 * How near a point may come to a pending one in every coordinate: 0.6 % of its range, and less the more there are, so
 * that they never fill the space. A model that is sure of its optimum would put a hundred workers within a millionth of
 * it, where all of them learn the same.
 */
function separationOf(pendingCount: number): number {
  return 0.2 / (32 + pendingCount);
}

/** Whether a configuration is next to one of these; where values lie further apart, whether it is one of them. */
export function crowdingAt(space: Space, pending: readonly Params[]): (params: Params) => boolean {
  const d = space.parameters.length;
  const separation = separationOf(pending.length);
  const others = featuresOfAll(space, pending);
  const z = new Float64Array(d);
  const isNear = (other: number): boolean =>
    z.every((coordinate, i) => Math.abs(coordinate - others[other * d + i]) < separation);
  return (params) => {
    writeFeatures(space, params, z);
    return pending.some((_, other) => isNear(other));
  };
}
