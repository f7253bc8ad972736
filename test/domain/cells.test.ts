import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cellCount, cellOf, cellValue } from '../../shared/domain/cells.ts';
import { Parameter, parameterFaults } from '../../shared/domain/parameter.ts';

const safeMax = 2 ** 53 - 1;

describe('cells', () => {
  it.each([
    [{ type: 'float', low: 0.1, high: 0.3, step: 0.1 }, [0.1, 0.2, 0.3]],
    [{ type: 'float', low: 0, high: 0.3, step: 0.1 }, [0, 0.1, 0.2, 0.3]],
    [{ type: 'float', low: 0.1, high: 0.7, step: 0.2 }, [0.1, 0.3, 0.5, 0.7]],
    [{ type: 'float', low: -0.3, high: 0.3, step: 0.15 }, [-0.3, -0.15, 0, 0.15, 0.3]],
    [{ type: 'float', low: 0, high: 1, step: 0.4 }, [0, 0.4, 0.8]],
    [{ type: 'float', low: 1e-5, high: 4e-5, step: 1e-5 }, [1e-5, 2e-5, 3e-5, 4e-5]],
    [{ type: 'float', low: 1e-20, high: 4e-20, step: 1e-20 }, [1e-20, 2e-20, 3e-20, 4e-20]],
    [{ type: 'float', low: 1, high: 1.5, step: 2 }, [1]],
    [{ type: 'int', low: 0, high: 9, step: 5 }, [0, 5]],
    [{ type: 'int', low: -3, high: 4, step: 3 }, [-3, 0, 3]],
    [{ type: 'int', low: 5, high: 5 }, [5]],
    [{ type: 'ordinal', values: [16, 32, 64] }, [16, 32, 64]],
    [{ type: 'categorical', choices: ['a', 1, true, '1'] }, ['a', 1, true, '1']],
    [{ type: 'boolean' }, [false, true]],
  ])('of %j are what the user would write', (input, values) => {
    const parameter = Parameter.parse(input);
    expect(cellCount(parameter)).toBe(values.length);
    expect(values.map((_, k) => cellValue(parameter, k))).toEqual(values);
    expect(values.map((value) => cellOf(parameter, value))).toEqual(values.map((_, k) => k));
  });

  it('of a float without a step have no end', () => {
    const parameter = Parameter.parse({ type: 'float', low: 0, high: 1 });
    expect(cellCount(parameter)).toBeUndefined();
    expect(cellOf(parameter, 0.5)).toBeUndefined();
  });

  it.each([
    [{ type: 'float', low: 0.1, high: 0.5, step: 0.1 }, 0.30000000000000004, 2],
    [{ type: 'float', low: 0.1, high: 0.5, step: 0.1 }, 0.1 + 0.1 + 0.1 + 0.1, 3],
    [{ type: 'float', low: 0.1, high: 0.5, step: 0.1 }, 0.301, undefined],
    [{ type: 'float', low: 0.1, high: 0.5, step: 0.1 }, 0, undefined],
    [{ type: 'float', low: 0.1, high: 0.5, step: 0.1 }, 0.6, undefined],
    [{ type: 'float', low: 0.1, high: 0.55, step: 0.1 }, 0.55, undefined],
    [{ type: 'float', low: 0.1, high: 0.5, step: 0.1 }, '0.3', undefined],
    [{ type: 'int', low: 0, high: 9 }, 3.0000000001, undefined],
    [{ type: 'int', low: 0, high: 9 }, true, undefined],
    [{ type: 'int', low: 0, high: 9, step: 5 }, 9, undefined],
    [{ type: 'int', low: 0, high: safeMax, step: 4 }, 2 ** 52 + 1, undefined],
    [{ type: 'int', low: 0, high: safeMax, step: 4 }, 2 ** 52 + 4, 2 ** 50 + 1],
    [{ type: 'categorical', choices: ['1'] }, 1, undefined],
    [{ type: 'ordinal', values: [1, 2] }, '1', undefined],
    [{ type: 'boolean' }, 1, undefined],
    [{ type: 'boolean' }, 'true', undefined],
  ])('of %j: %j is cell %s', (input, value, cell) => {
    expect(cellOf(Parameter.parse(input), value)).toBe(cell);
  });

  it.each([
    [{ type: 'int', low: 0, high: 2_000_000_001, step: 2 }, 1_000_000_001, 2_000_000_000],
    [{ type: 'int', low: 1, high: safeMax }, safeMax, safeMax],
    [{ type: 'int', low: -safeMax, high: safeMax, step: 2 }, safeMax + 1, safeMax],
    [{ type: 'float', low: 0, high: 2_000_000_001, step: 2 }, 1_000_000_001, 2_000_000_000],
    [{ type: 'float', low: 0, high: 1e300, step: 1e290 }, 1e10 + 1, 1e300],
    // 0.1 + 3 × 0.0666… is 0.30000000000000004, above the bound.
    [{ type: 'float', low: 0.1, high: 0.3, step: 0.2 / 3 }, 4, 0.3],
  ])('of %j end at the bound', (input, count, last) => {
    const parameter = Parameter.parse(input);
    expect(cellCount(parameter)).toBe(count);
    expect(cellValue(parameter, count - 1)).toBe(last);
    expect(cellOf(parameter, last)).toBe(count - 1);
  });

  it('are numbered one to one, within the bounds, in rising order', () => {
    fc.assert(
      fc.property(steppedParameter(), fc.double({ min: 0, max: 1, noNaN: true }), (parameter, u) => {
        const { low, high, step } = parameter;
        const count = cellCount(parameter)!;
        const k = Math.min(Math.floor(u * count), count - 1);
        const value = cellValue(parameter, k) as number;
        expect(cellOf(parameter, value)).toBe(k);
        expect(value).toBeGreaterThanOrEqual(low);
        expect(value).toBeLessThanOrEqual(high);
        const before = k === 0 ? -Infinity : (cellValue(parameter, k - 1) as number);
        expect(before).toBeLessThan(value);
        const last = cellValue(parameter, count - 1) as number;
        expect(cellValue(parameter, 0)).toBe(low);
        expect(high - last).toBeLessThan(step! * (1 + 1e-9) + 1e-12 * Math.abs(high));
      }),
      { seed: 3, numRuns: 2000 },
    );
  });
});

function steppedParameter() {
  const decimal = fc.record({
    type: fc.constant('float'),
    low: fc.integer({ min: -1000, max: 1000 }),
    span: fc.integer({ min: 0, max: 100_000 }),
    step: fc.integer({ min: 1, max: 500 }),
    unit: fc.constantFrom(1, 10, 1e3, 1e5, 1e12),
  });
  const decimals = decimal.map(({ type, low, span, step, unit }) => {
    return { type, low: low / unit, high: (low + span) / unit, step: step / unit };
  });
  const double = fc.double({ min: -1e6, max: 1e6, noNaN: true });
  const doubles = fc.record({
    low: double,
    span: fc.double({ min: 0, max: 1e6, noNaN: true }),
    parts: fc.double({ min: 0.5, max: 1e9, noNaN: true }),
  });
  const wild = doubles.map(({ low, span, parts }) => ({ type: 'float', low, high: low + span, step: span / parts }));
  const integer = fc.integer({ min: -(2 ** 52), max: 2 ** 52 });
  const integers = fc
    .record({
      a: integer,
      b: integer,
      step: fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 2 ** 40 })),
    })
    .map(({ a, b, step }) => ({ type: 'int', low: Math.min(a, b), high: Math.max(a, b), step }));
  return fc
    .oneof(decimals, wild, integers)
    .filter((input) => input.step > 0)
    .map((input) => Parameter.parse(input))
    .filter((parameter) => parameterFaults(parameter).length === 0)
    .map((parameter) => parameter as Extract<Parameter, { type: 'float' | 'int' }>);
}
