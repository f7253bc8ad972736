import { describe, expect, it } from 'vitest';
import { pedAnova } from '../../../shared/engine/importance/ped-anova.ts';
import type { Observation } from '../../../shared/engine/observations.ts';
import { createGenerator } from '../../../shared/numerics/random.ts';
import { spaceFrom } from '../../domain/space-from.ts';
import golden from '../../golden/importance.json' with { type: 'json' };

const loss = { metric: 'loss', direction: 'minimize' } as const;
const squares = spaceFrom({
  a: { type: 'float', low: 0, high: 1 },
  b: { type: 'float', low: 0, high: 1 },
  c: { type: 'categorical', choices: ['x', 'y', 'z'] },
});

function randomTrials(count: number, seed: number, valueOf: (a: number) => number): Observation[] {
  const random = createGenerator(seed, 99);
  return Array.from({ length: count }, () => {
    const params = { a: random.nextUnit(), b: random.nextUnit(), c: 'xyz'[random.nextBelow(3)] };
    return { params, value: valueOf(params.a) };
  });
}

describe('pedAnova', () => {
  const space = spaceFrom(golden.space);

  it.each(golden.cases)('takes the best $topCount of $trials.length trials', ({ trials, topCount }) => {
    expect(pedAnova(space, loss, trials).topCount).toBe(topCount);
  });

  it.each(golden.cases)(
    'agrees with Optuna on what matters most ($trials.length trials)',
    ({ trials, optunaOrder }) => {
      const { shares } = pedAnova(space, loss, trials);
      const order = space.names.toSorted(
        (a, b) => shares[space.indexOf.get(b)!].importance - shares[space.indexOf.get(a)!].importance,
      );
      const clear = trials.length < 100 ? 1 : 2;
      expect(order.slice(0, clear)).toEqual(optunaOrder.slice(0, clear));
    },
  );

  it('finds the one parameter that matters, and not the others', () => {
    const { shares } = pedAnova(
      squares,
      loss,
      randomTrials(60, 1, (a) => (a - 0.3) ** 2),
    );
    expect(shares[0].importance).toBeGreaterThan(0.95);
    expect(shares.map(({ isAboveChance }) => isAboveChance)).toEqual([true, false, false]);
    expect(shares[0].low).toBeGreaterThan(0.5);
    expect(shares[1].low).toBe(0);
  });

  it('turns a metric that is maximised around', () => {
    const trials = randomTrials(60, 1, (a) => (a - 0.3) ** 2);
    const turned = trials.map(({ params, value }) => ({ params, value: -value! }));
    expect(pedAnova(squares, { metric: 'loss', direction: 'maximize' }, turned)).toEqual(
      pedAnova(squares, loss, trials),
    );
  });

  it('cries wolf in hardly more than one study in twenty', () => {
    const noise = createGenerator(7, 3);
    const alarms = Array.from({ length: 100 }, (_, seed) => {
      const { shares } = pedAnova(
        squares,
        loss,
        randomTrials(40, seed, () => noise.nextUnit()),
      );
      return shares.some(({ isAboveChance }) => isAboveChance);
    });
    // More than 11 of 100 would be seen once in 200 times if each were one in twenty.
    expect(alarms.filter(Boolean).length).toBeLessThanOrEqual(11);
  });

  it('lets a parameter that decides what is infeasible matter', () => {
    const noise = createGenerator(8, 3);
    const trials = randomTrials(60, 3, () => noise.nextUnit()).map(({ params, value }) => ({
      params,
      value: (params.b as number) > 0.5 ? undefined : value,
    }));
    expect(pedAnova(squares, loss, trials).shares[1]).toMatchObject({ isAboveChance: true });
  });

  it('finds nothing where all trials are equal', () => {
    const trials = randomTrials(40, 4, () => 1);
    const { shares } = pedAnova(squares, loss, trials);
    expect(shares.map(({ isAboveChance }) => isAboveChance)).toEqual([false, false, false]);
  });
});
