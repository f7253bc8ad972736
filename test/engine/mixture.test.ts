import { describe, expect, it } from 'vitest';
import type { Objective } from '../../shared/domain/objective.ts';
import { mixtureOf } from '../../shared/engine/mixture.ts';
import { seenBy } from '../../shared/engine/target.ts';

const objectives = (count: number): Objective[] =>
  Array.from({ length: count }, (_, k) => ({ metric: `m${k}`, direction: k === 1 ? 'maximize' : 'minimize' }));

/** Values of trials: the first is best in all, the last worst in all. */
const trials = Array.from({ length: 9 }, (_, i) => ({
  params: { x: i },
  value: i,
  further: [-i * 1000, i / 7, i ** 2],
}));

describe('mixtureOf', () => {
  it.each([
    [2, 11],
    [3, 15],
    [4, 20],
  ])('of %i objectives goes through %i mixtures, each once', (count, mixtureCount) => {
    const keys = Array.from({ length: mixtureCount }, (_, number) => mixtureOf(objectives(count), 5, number).key);
    expect(new Set(keys).size).toBe(mixtureCount);
    expect(mixtureOf(objectives(count), 5, mixtureCount).key).toBe(keys[0]);
  });

  it('gives the best in all the least, and the worst in all the most', () => {
    for (const count of [2, 3, 4]) {
      for (let number = 0; number < 20; number++) {
        const values = seenBy(mixtureOf(objectives(count), 1, number), trials).map(({ value }) => value!);
        expect(values[0]).toBe(0);
        expect(Math.max(...values)).toBe(values[8]);
        // The largest weight is 1 at most, and ρ is 0.05.
        expect(values[8]).toBeLessThanOrEqual(1.05 + 1e-12);
      }
    }
  });

  it('has mixtures that look at one objective alone', () => {
    const opposed = trials.map(({ params, value }) => ({ params, value, further: [value] }));
    const bests = Array.from({ length: 11 }, (_, number) => {
      const values = seenBy(mixtureOf(objectives(2), 1, number), opposed).map((one) => one.value!);
      return values.indexOf(Math.min(...values));
    });
    expect(bests).toContain(0);
    expect(bests).toContain(8);
    expect(new Set(bests).size).toBeGreaterThan(2);
  });

  it('has no value for a trial that lacks one', () => {
    const lacking = [
      ...trials,
      { params: { x: 9 }, value: 3, further: [NaN, 1, 1] },
      { params: { x: 10 }, value: undefined },
    ];
    const values = seenBy(mixtureOf(objectives(4), 1, 3), lacking).map(({ value }) => value);
    expect(values.slice(9)).toEqual([undefined, undefined]);
    expect(values.slice(0, 9).every(Number.isFinite)).toBe(true);
  });

  it('is finite for equal values and the ends of what is allowed', () => {
    const wide = [1e300, -1e300, 0].map((value, i) => ({ params: { x: i }, value, further: [5] }));
    for (let number = 0; number < 11; number++) {
      for (const { value } of seenBy(mixtureOf(objectives(2), 1, number), wide))
        expect(Number.isFinite(value)).toBe(true);
    }
  });
});
