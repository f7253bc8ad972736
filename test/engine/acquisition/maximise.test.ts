import { describe, expect, it } from 'vitest';
import type { Params } from '../../../shared/domain/parameter.ts';
import { paramsKey } from '../../../shared/domain/params.ts';
import { satisfiesConstraints, type Space } from '../../../shared/domain/space.ts';
import { spreadPoints } from '../../../shared/engine/acquisition/candidates.ts';
import { maximise, type Acquisition, type Proposal } from '../../../shared/engine/acquisition/maximise.ts';
import { paramsAt } from '../../../shared/engine/draw.ts';
import { expectedAt } from '../../../shared/engine/gp/expected.ts';
import { featuresOf, featuresOfAll } from '../../../shared/engine/gp/features.ts';
import { kernels } from '../../../shared/engine/gp/kernels.ts';
import { logExpectedImprovement } from '../../../shared/numerics/normal.ts';
import { createGenerator } from '../../../shared/numerics/random.ts';
import { allConfigurations, type SpaceInput } from '../../domain/brute-force.ts';
import { spaceFrom } from '../../domain/space-from.ts';
import { historyOf } from '../model-asks.ts';

/**
 * Log expected improvement of a posterior with lengthscales of 0.4, signal 1 and little noise.
 * @param valueOf y of a configuration, which the posterior has seen 12 of.
 */
function acquisitionOf(space: Space, valueOf: (params: Params) => number, isOverdue = () => false): Acquisition {
  const params = historyOf(space, 12, [0]).map((one) => one.params);
  const { count: d, isCategory } = featuresOf(space);
  const y = Float64Array.from(params, valueOf);
  const theta = Float64Array.of(...Array.from({ length: d }, () => Math.log(1 / 0.4 ** 2)), 0, Math.log(1e-4));
  const posterior = kernels.condition({ n: y.length, d, x: featuresOfAll(space, params), y, isCategory }, theta)!;
  const known = new Set(params.map(paramsKey));
  const isTaken = (key: string): boolean => known.has(key);
  return { space, modelSpace: space, posterior, best: Math.min(...y), isTaken, isOverdue };
}

function proposalOf(acquisition: Acquisition, points: readonly Float64Array[]): Proposal {
  const proposal = maximise(acquisition, points);
  if (typeof proposal === 'string') throw new Error(proposal);
  return proposal;
}

/** What is maximised, of many configurations. */
function logImprovements({ modelSpace, posterior, best }: Acquisition, configurations: readonly Params[]): number[] {
  const { mean, variance } = expectedAt(modelSpace, posterior, configurations);
  return configurations.map((_, i) => logExpectedImprovement(mean[i], Math.sqrt(variance[i]), best));
}

const square: SpaceInput = { x: { type: 'float', low: 0, high: 1 }, y: { type: 'float', low: 0, high: 1 } };
const waves = ({ x, y }: Params): number => Math.sin(7 * (x as number)) + Math.cos(5 * (y as number) + 1);

describe('maximise', () => {
  it('ends where log expected improvement has no slope left, by central differences', () => {
    const acquisition = acquisitionOf(spaceFrom(square), waves);
    const random = createGenerator(1, 0);
    for (let k = 0; k < 20; k++) {
      const start = Float64Array.of(random.nextUnit(), random.nextUnit());
      const { params } = proposalOf(acquisition, [start]);
      for (const name of ['x', 'y']) {
        const at = params[name] as number;
        const [low, high] = logImprovements(
          acquisition,
          [-1e-5, 1e-5].map((step) => ({ ...params, [name]: at + step })),
        );
        // What a bound holds back is no slope.
        const uphill = Math.min(Math.max(at + (high - low) / 2e-5, 0), 1);
        expect(Math.abs(uphill - at)).toBeLessThan(1e-4);
      }
    }
  });

  it.each([1, 2, 3])('finds the best of 25,000 configurations that are looked at one by one (%i)', (k) => {
    const input: SpaceInput = {
      a: { type: 'int', low: 1, high: 40 },
      b: { type: 'ordinal', values: Array.from({ length: 25 }, (_, i) => i * i) },
      c: { type: 'int', low: -10, high: 14 },
    };
    const bowl = ({ a, b, c }: Params): number =>
      ((a as number) / 40 - k / 4) ** 2 + (Math.sqrt(b as number) / 25 - 0.3) ** 2 + ((c as number) / 25) ** 2 * k;
    const acquisition = acquisitionOf(spaceFrom(input), (params) => 4 * bowl(params));
    const all = allConfigurations(input).filter((params) => !acquisition.isTaken(paramsKey(params), params));
    const looked = logImprovements(acquisition, all);
    const best = looked.reduce((at, one, i) => (one > looked[at] ? i : at), 0);
    const proposal = proposalOf(acquisition, spreadPoints(acquisition.space, k, 0));
    expect(proposal.params).toEqual(all[best]);
    expect(proposal.logImprovement).toBeCloseTo(looked[best], 9);
  });

  it('takes the best of where six points lead, which need not be where the most promising one does', () => {
    const acquisition = acquisitionOf(spaceFrom(square), waves);
    const random = createGenerator(3, 0);
    let surprises = 0;
    for (let k = 0; k < 10; k++) {
      const points = Array.from({ length: 6 }, () => Float64Array.of(random.nextUnit(), random.nextUnit()));
      const ends = points.map((point) => proposalOf(acquisition, [point]).logImprovement);
      const begins = logImprovements(
        acquisition,
        points.map(([x, y]) => ({ x, y })),
      );
      expect(proposalOf(acquisition, points).logImprovement).toBe(Math.max(...ends));
      if (ends[begins.indexOf(Math.max(...begins))] < Math.max(...ends) - 0.1) surprises++;
    }
    expect(surprises).toBeGreaterThan(0);
  });

  describe('among 4,096 configurations whose values fall with each number', () => {
    const names = ['a', 'b', 'c', 'd'];
    const input: SpaceInput = Object.fromEntries(names.map((name) => [name, { type: 'int', low: 0, high: 7 }]));
    const acquisition = acquisitionOf(spaceFrom(input), (params) =>
      names.reduce((sum, name) => sum - (params[name] as number) / 8, 0),
    );
    const corner = new Float64Array(4);

    it('goes as far as it takes, one exchange after the other', () => {
      const { params } = proposalOf(acquisition, [corner]);
      const all = allConfigurations(input);
      const looked = logImprovements(acquisition, all);
      expect(params).toEqual(all[looked.indexOf(Math.max(...looked))]);
    });

    it('stays where everything else is taken', () => {
      const free = paramsKey({ a: 0, b: 0, c: 0, d: 0 });
      const proposal = proposalOf({ ...acquisition, isTaken: (key) => key !== free }, [corner]);
      expect(paramsKey(proposal.params)).toBe(free);
    });
  });

  it.each([
    ['a slanting edge', 'x + y <= 1', 0.75, 0.8],
    ['a round edge', 'x * x + y * y <= 0.5', 0.9, 0.6],
  ])('finds the best that is allowed when better is not: %s', (_, constraint, x0, y0) => {
    const bowl = ({ x, y }: Params): number => 4 * (((x as number) - x0) ** 2 + ((y as number) - y0) ** 2);
    const acquisition = acquisitionOf(spaceFrom(square, [constraint]), bowl);
    const raster = Array.from({ length: 201 ** 2 }, (_one, i) => ({
      x: (i % 201) / 200,
      y: Math.floor(i / 201) / 200,
    }));
    const allowed = raster.filter((params) => satisfiesConstraints(acquisition.space, params));
    const highest = logImprovements(acquisition, allowed).reduce((most, one) => Math.max(most, one));
    const { params, logImprovement } = proposalOf(acquisition, spreadPoints(acquisition.space, 3, 0));
    expect(satisfiesConstraints(acquisition.space, params)).toBe(true);
    // The best of the points alone are 0.06 and 0.1 below.
    expect(logImprovement).toBeGreaterThan(highest - 0.04);
  });

  it('finds nothing where every point is taken or not allowed', () => {
    const acquisition = acquisitionOf(spaceFrom(square, ['x <= 0.5']), waves);
    const [left, right] = [Float64Array.of(0.25, 0.5), Float64Array.of(0.75, 0.5)];
    expect(maximise(acquisition, [right])).toBe('none_feasible');
    expect(maximise(acquisition, [])).toBe('none_feasible');
    expect(maximise({ ...acquisition, isTaken: () => true }, [left, right])).toBe('all_taken');
    expect(proposalOf(acquisition, [left, right]).params.x).toBeLessThanOrEqual(0.5);
  });
});

describe('a deadline', () => {
  const input: SpaceInput = { ...square, k: { type: 'int', low: 0, high: 99 }, on: { type: 'boolean' } };
  const space = spaceFrom(input);
  const valueOf = ({ x, y, k, on }: Params): number => waves({ x, y }) + ((k as number) / 100 - 0.7) ** 2 + Number(on);
  const points = spreadPoints(space, 5, 0);
  const whole = acquisitionOf(space, valueOf);

  /** What is found when the time is up at the k-th time that it is looked at. */
  function foundUntil(k: number): { proposal: Proposal; looks: number } {
    let looks = 0;
    const proposal = proposalOf({ ...whole, isOverdue: () => ++looks >= k }, points);
    return { proposal, looks };
  }

  it('that is over before the first start is improved, or its first round, leaves the best of the points', () => {
    const looked = logImprovements(
      whole,
      points.map((u) => paramsAt(space, (i) => u[i])),
    );
    const best = looked.reduce((at, one, i) => (one > looked[at] ? i : at), 0);
    for (const k of [1, 2]) expect(foundUntil(k).proposal.u).toBe(points[best]);
    expect(foundUntil(Infinity).proposal.logImprovement).toBeGreaterThan(looked[best] + 0.01);
  });

  it('that is later leaves nothing worse, and ends the search at once', () => {
    const { looks } = foundUntil(Infinity);
    let last = -Infinity;
    for (let k = 1; k <= looks; k++) {
      const { proposal, looks: until } = foundUntil(k);
      // It is over for the start that is being improved, and for those after it.
      expect(until).toBeLessThanOrEqual(k + 1);
      expect(proposal.logImprovement).toBeGreaterThanOrEqual(last);
      last = proposal.logImprovement;
    }
    expect(last).toBe(foundUntil(Infinity).proposal.logImprovement);
  });
});
