import { cellCount, cellOf } from '../../domain/cells.ts';
import type { Params } from '../../domain/parameter.ts';
import type { Space } from '../../domain/space.ts';
import { exp, log } from '../../numerics/elementary.ts';
import { normalCdf } from '../../numerics/normal.ts';
import { unitOf } from '../encoding.ts';
import { isCategory } from '../gp/features.ts';
import { square } from './square.ts';

/**
 * Where trials have one parameter, and how densely.
 *
 * B  bins of a parameter: one a value, or 50 equal parts of its unit interval where it has more
 * c  B  the weights of trials by bin
 * p  B  a density over the bins, sums to 1
 */
export interface Binned {
  count: number;
  /** Whether the bins have no order. */
  isCategory: boolean;
  /** Per trial its bin, or -1 where the parameter is inactive. */
  binOf: Int32Array;
}

const binCountMax = 50;

/** The bins of parameter i that trials are in. */
export function binned(space: Space, i: number, trials: readonly { params: Params }[]): Binned {
  const parameter = space.parameters[i];
  const name = space.names[i];
  const cells = parameter.type === 'float' && parameter.low === parameter.high ? 1 : cellCount(parameter);
  const isUnordered = isCategory(parameter);
  const isByCell = cells !== undefined && (isUnordered || cells <= binCountMax);
  const count = isByCell ? cells : binCountMax;
  const binOf = Int32Array.from(trials, ({ params }) => {
    if (!Object.hasOwn(params, name)) return -1;
    if (count === 1) return 0;
    if (isByCell) return cellOf(parameter, params[name]) ?? -1;
    return Math.min(Math.floor(unitOf(parameter, params[name])! * count), count - 1);
  });
  return { count, isCategory: isUnordered, binOf };
}

/**
 * The Parzen density of weighted trials: on ordered bins a normal kernel a trial, cut off at the ends, with the width
 * of Scott's rule; on others the shares. One trial spread over all bins is added, so that no bin is empty. O(B²).
 */
export function densityOf(c: Float64Array, isUnordered: boolean): Float64Array {
  const total = c.reduce((sum, one) => sum + one, 0);
  const smooth = isUnordered ? c : smoothed(c, widthOf(c, total));
  return smooth.map((one) => (one + 1 / c.length) / (total + 1));
}

/** Σ p (q / p - 1)²: how far q is from p. */
export function pearsonDivergence(q: Float64Array, p: Float64Array): number {
  return p.reduce((sum, one, b) => sum + one * square(q[b] / one - 1), 0);
}

/** Below this, 90 % of a kernel lie in the trial's own bin. */
const widthMin = 0.5 / 1.64;

/** Scott's rule, 1.059 σ n^(-1/5), in bins; σ is the deviation, or the quartiles' distance / 1.34 if that is less. */
function widthOf(c: Float64Array, total: number): number {
  const mean = c.reduce((sum, one, b) => sum + one * b, 0) / total;
  const squares = c.reduce((sum, one, b) => sum + one * square(b - mean), 0);
  const deviation = Math.sqrt(squares / Math.max(total - 1, 1));
  const quartiles = (quantileBin(c, 0.75 * total) - quantileBin(c, 0.25 * total)) / 1.34;
  return Math.max(1.059 * Math.min(deviation, quartiles) * exp(-0.2 * log(total)), widthMin);
}

/** The first bin up to which lies at least this weight. */
function quantileBin(c: Float64Array, weight: number): number {
  let sum = 0;
  for (let b = 0; b < c.length; b++) if ((sum += c[b]) >= weight) return b;
  return c.length - 1;
}

/** A normal kernel has no more than rounding beyond so many deviations. */
const kernelEnd = 9;

/** Every weight spread by a normal kernel around the middle of its bin, all of it inside the bins. */
function smoothed(c: Float64Array, width: number): Float64Array {
  const count = c.length;
  const reach = Math.min(count, Math.ceil(kernelEnd * width));
  // below[reach + k]: the part of a kernel below the lower edge of the bin k bins above its own.
  const below = Float64Array.from({ length: 2 * reach + 2 }, (_, at) => normalCdf((at - reach - 0.5) / width));
  const out = new Float64Array(count);
  for (let b = 0; b < count; b++) {
    if (c[b] === 0) continue;
    const [first, last] = [Math.max(b - reach, 0), Math.min(b + reach, count - 1)];
    const scale = c[b] / (below[reach + last - b + 1] - below[reach + first - b]);
    for (let k = first; k <= last; k++) out[k] += scale * (below[reach + k - b + 1] - below[reach + k - b]);
  }
  return out;
}
