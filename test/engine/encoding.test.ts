import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Parameter, parameterFaults } from '../../shared/domain/parameter.ts';
import { between, valueAt } from '../../shared/engine/encoding.ts';

const lastUnit = 1 - 2 ** -53;
const unit = fc.double({ min: 0, max: lastUnit, noNaN: true });

describe('between', () => {
  it.each([
    ['linear', 1e-5, 0.3, 0.150005],
    ['linear', -1, 3, 1],
    ['log', 1e-6, 1e-2, 1e-4],
    ['log', 1, 100, 10],
    ['log', 1e-300, 1e300, 1],
    ['reverseLog', 0, 0.99, 0.9],
    ['reverseLog', -9, 0.9, 0],
  ] as const)('has the median of the scale %s from %d to %d', (scale, low, high, median) => {
    expect(between(scale, low, high, 0.5)).toBeCloseTo(median, 12);
  });

  it.each([
    ['linear', -1e300, 1e300],
    ['linear', 0.1, 0.3],
    ['log', 1e-5, 0.3],
    ['log', 1e-4, 0.1],
    ['log', 3, 7],
    ['log', 5e-324, 1e300],
    ['reverseLog', 0.5, 0.999],
    ['reverseLog', -1e300, 0.9999999999999999],
    ['linear', 0.7, 0.7],
    ['log', 0.7, 0.7],
    ['reverseLog', 0.7, 0.7],
  ] as const)('reaches both bounds of %s from %d to %d exactly', (scale, low, high) => {
    expect(between(scale, low, high, 0)).toBe(low);
    expect(between(scale, low, high, 1)).toBe(high);
  });
});

describe('valueAt', () => {
  it('never passes the bounds, and never falls as u rises', () => {
    fc.assert(
      fc.property(numericParameter(), unit, unit, (parameter, u, v) => {
        const [first, second] = [Math.min(u, v), Math.max(u, v)].map((w) => valueAt(parameter, w) as number);
        expect(first).toBeGreaterThanOrEqual(parameter.low);
        expect(second).toBeLessThanOrEqual(parameter.high);
        // exp is right to an ulp, so two places closer than that may change places.
        const rounding = 4e-16 * Math.max(Math.abs(second), parameter.scale === 'reverseLog' ? 1 : 0);
        expect(first).toBeLessThanOrEqual(second + rounding);
      }),
      { seed: 10, numRuns: 3000 },
    );
  });

  it('comes as near to the bounds as u to its own', () => {
    fc.assert(
      fc.property(numericParameter(), (parameter) => {
        const { low, high, step, scale } = parameter;
        const rounding = 2e-15 * Math.max(Math.abs(high), scale === 'reverseLog' ? 1 : 0);
        const [first, last] = [valueAt(parameter, 0) as number, valueAt(parameter, lastUnit) as number];
        expect(first).toBe(low);
        expect(high - last).toBeLessThanOrEqual((step ?? 0) + 1e-9 * (high - low) + rounding);
      }),
      { seed: 11, numRuns: 1000 },
    );
  });

  it.each([
    { type: 'float', low: -1e300, high: 1e300 },
    { type: 'float', low: 1e-300, high: 1e300, scale: 'log' },
    { type: 'float', low: -1e300, high: 0.5, scale: 'reverseLog' },
    { type: 'float', low: -1e300, high: 1e300, step: 1e290 },
    { type: 'int', low: 1, high: 2 ** 53 - 1, scale: 'log' },
    { type: 'int', low: -(2 ** 53 - 1), high: 2 ** 53 - 1, step: 2 },
  ])('is a number within the extreme bounds of %j', (input) => {
    const parameter = Parameter.parse(input);
    expect(parameterFaults(parameter)).toEqual([]);
    for (let i = 0; i <= 64; i++) {
      const value = valueAt(parameter, Math.min(i / 64, lastUnit)) as number;
      expect(value >= input.low && value <= input.high).toBe(true);
    }
  });

  it.each([
    { type: 'float', low: 0.7, high: 0.7 },
    { type: 'float', low: 0.7, high: 0.7, scale: 'log' },
    { type: 'float', low: 0.7, high: 0.7, scale: 'reverseLog' },
    { type: 'float', low: 0.7, high: 0.7, step: 0.1 },
    { type: 'int', low: 7, high: 7, scale: 'log' },
  ])('is the only value of %j', (input) => {
    const parameter = Parameter.parse(input);
    expect([0, 0.3, lastUnit].map((u) => valueAt(parameter, u))).toEqual([input.low, input.low, input.low]);
  });

  it.each([
    [{ type: 'ordinal', values: [1, 2, 4] }, [1, 2, 4]],
    [{ type: 'categorical', choices: ['a', 'b', 'c', 'd', 'e'] }, ['a', 'b', 'c', 'd', 'e']],
    [{ type: 'boolean' }, [false, true]],
    [{ type: 'int', low: 0, high: 9 }, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]],
    [{ type: 'int', low: -4, high: 4, step: 4 }, [-4, 0, 4]],
    // The step does not divide the range: the room above the last value is no share of it.
    [{ type: 'int', low: 0, high: 9, step: 5 }, [0, 5]],
    [{ type: 'int', low: 0, high: 11, step: 4 }, [0, 4, 8]],
    [{ type: 'float', low: 0.1, high: 0.5, step: 0.1 }, [0.1, 0.2, 0.3, 0.4, 0.5]],
    [{ type: 'float', low: 0, high: 1, step: 0.3 }, [0, 0.3, 0.6, 0.9]],
  ])('gives each value of %j an equal share of the unit interval', (input, values) => {
    const parameter = Parameter.parse(input);
    values.forEach((value, k) => {
      const [start, end] = shareOf((u) => valueAt(parameter, u), values.slice(k));
      expect(start).toBeCloseTo(k / values.length, 12);
      expect(end - start).toBeCloseTo(1 / values.length, 12);
      expect(valueAt(parameter, (k + 0.5) / values.length)).toBe(value);
    });
  });

  // The share of v on a log scale is log((v + half a step) / (v - half a step)) of the whole.
  it.each([
    [{ type: 'int', low: 1, high: 8, scale: 'log' }, [1, 2, 3, 4, 5, 6, 7, 8], 0.5],
    [{ type: 'int', low: 10, high: 45, step: 10, scale: 'log' }, [10, 20, 30, 40], 5],
    [{ type: 'float', low: 0.2, high: 0.8, step: 0.2, scale: 'log' }, [0.2, 0.4, 0.6, 0.8], 0.1],
  ])('gives each value of %j its share of the log scale', (input, values, half) => {
    const parameter = Parameter.parse(input);
    const whole = Math.log((values.at(-1)! + half) / (values[0] - half));
    values.forEach((value, k) => {
      const [start, end] = shareOf((u) => valueAt(parameter, u), values.slice(k));
      expect(end - start).toBeCloseTo(Math.log((value + half) / (value - half)) / whole, 9);
    });
  });

  it('gives the values of a reverse log scale the shares of their distance from 1', () => {
    const parameter = Parameter.parse({ type: 'float', low: 0.5, high: 0.9, step: 0.1, scale: 'reverseLog' });
    const values = [0.5, 0.6, 0.7, 0.8, 0.9];
    const whole = Math.log(0.55 / 0.05);
    values.forEach((value, k) => {
      const [start, end] = shareOf((u) => valueAt(parameter, u), values.slice(k));
      expect(end - start).toBeCloseTo(Math.log((1.05 - value) / (0.95 - value)) / whole, 9);
    });
  });
});

/** Where the first of the rising values starts and ends in the unit interval, by halving. */
function shareOf(valueAtUnit: (u: number) => unknown, values: readonly unknown[]): [number, number] {
  const firstPlaceOf = (wanted: readonly unknown[]): number => {
    let [below, above] = [0, 1];
    for (let i = 0; i < 60; i++) {
      const middle = (below + above) / 2;
      if (wanted.includes(valueAtUnit(middle))) above = middle;
      else below = middle;
    }
    return above;
  };
  return [firstPlaceOf(values), values.length === 1 ? 1 : firstPlaceOf(values.slice(1))];
}

function numericParameter() {
  const positive = fc.double({ min: 1e-9, max: 1e9, noNaN: true });
  const bounds = fc.oneof(
    fc.record({ scale: fc.constant('linear'), a: fc.double({ min: -1e9, max: 1e9, noNaN: true }), b: positive }),
    fc.record({ scale: fc.constant('log'), a: positive, b: positive }),
    fc.record({
      scale: fc.constant('reverseLog'),
      a: fc.double({ min: -10, max: 0.999999, noNaN: true }),
      b: fc.double({ min: -10, max: 0.999999, noNaN: true }),
    }),
  );
  const floats = fc
    .record({ bounds, parts: fc.option(fc.double({ min: 0.5, max: 1e6, noNaN: true })) })
    .map(({ bounds, parts }) => {
      const low = Math.min(bounds.a, bounds.b);
      const high = Math.max(bounds.a, bounds.b);
      const step = parts === null || high === low ? {} : { step: (high - low) / parts };
      return { type: 'float', low, high, scale: bounds.scale, ...step };
    });
  const ints = fc
    .record({
      low: fc.integer({ min: 1, max: 1e6 }),
      span: fc.nat(1e6),
      step: fc.integer({ min: 1, max: 1e4 }),
      scale: fc.constantFrom('linear', 'log'),
    })
    .map(({ low, span, step, scale }) => ({ type: 'int', low, high: low + span, step, scale }));
  return fc
    .oneof(floats, ints)
    .map((input) => Parameter.parse(input) as Extract<Parameter, { type: 'float' | 'int' }>)
    .filter((parameter) => parameterFaults(parameter).length === 0);
}
