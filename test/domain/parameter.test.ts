import { describe, expect, it } from 'vitest';
import { domainOf, Parameter, parameterFaults, Params, ParamValue } from '../../shared/domain/parameter.ts';
import { refusedPaths } from './refusals-of.ts';

const safeMax = 2 ** 53 - 1;

describe('Parameter', () => {
  it('fills in the scale of numbers and the step of whole numbers', () => {
    expect(Parameter.parse({ type: 'float', low: 0, high: 1 })).toEqual({
      type: 'float',
      low: 0,
      high: 1,
      scale: 'linear',
    });
    expect(Parameter.parse({ type: 'int', low: 0, high: 1 })).toMatchObject({ scale: 'linear', step: 1 });
  });

  it('writes -0 as 0 wherever a number may stand', () => {
    const inputs = [
      { type: 'float', low: -0, high: -0, default: -0 },
      { type: 'int', low: -0, high: -0, default: -0 },
      { type: 'ordinal', values: [-0, 1], default: -0 },
      { type: 'categorical', choices: [-0, 'a'], default: -0 },
      { type: 'boolean', when: { a: -0, b: [-0] } },
    ];
    for (const input of inputs) expect(hasNegativeZero(Parameter.parse(input))).toBe(false);
  });

  it.each([
    ['bounds of 1e300', { type: 'float', low: -1e300, high: 1e300 }],
    ['integers of ±(2^53-1)', { type: 'int', low: -safeMax, high: safeMax, step: 2 }],
    ['1000 values', { type: 'ordinal', values: Array.from({ length: 1000 }, (_, i) => i) }],
    ['1000 choices', { type: 'categorical', choices: Array.from({ length: 1000 }, (_, i) => `c${i}`) }],
    ['one choice', { type: 'categorical', choices: ['only'] }],
    ['one value', { type: 'ordinal', values: [3] }],
    ['choices of all types', { type: 'categorical', choices: [1, '1', true, 'true'] }],
    ['texts of 256 characters', { type: 'categorical', choices: ['x'.repeat(256)] }],
    ['1000 values in a condition', { type: 'boolean', when: { a: Array.from({ length: 1000 }, (_, i) => i) } }],
    ['low equal to high', { type: 'float', low: 1, high: 1 }],
    ['low equal to high on a step', { type: 'int', low: 7, high: 7, default: 7 }],
  ])('accepts %s', (_, input) => {
    expect(parameterFaults(Parameter.parse(input))).toEqual([]);
  });

  it.each([
    ['bounds beyond 1e300', { type: 'float', low: -1.1e300, high: 1.1e300 }, ['low', 'high']],
    ['integers of ±2^53', { type: 'int', low: -(2 ** 53), high: 2 ** 53 }, ['low', 'high']],
    ['fractions as integers', { type: 'int', low: 0.5, high: 2, step: 0.5 }, ['low', 'step']],
    ['1001 values', { type: 'ordinal', values: Array.from({ length: 1001 }, (_, i) => i) }, ['values']],
    ['1001 choices', { type: 'categorical', choices: Array.from({ length: 1001 }, (_, i) => `c${i}`) }, ['choices']],
    ['no value', { type: 'ordinal', values: [] }, ['values']],
    ['no choice', { type: 'categorical', choices: [] }, ['choices']],
    ['texts of 257 characters', { type: 'ordinal', values: ['x'.repeat(257)] }, ['values.0']],
    ['booleans as ordinal values', { type: 'ordinal', values: [true] }, ['values.0']],
    ['an empty condition', { type: 'boolean', when: { a: [] } }, ['when.a']],
    ['1001 values in a condition', { type: 'boolean', when: { a: Array.from({ length: 1001 }, () => 1) } }, ['when.a']],
    ['an unknown type', { type: 'complex' }, ['type']],
    ['an unknown scale', { type: 'float', low: 1, high: 2, scale: 'ln' }, ['scale']],
    ['an unknown field', { type: 'boolean', low: 1 }, ['']],
    ['a missing bound', { type: 'float', low: 1 }, ['high']],
    ['a text as default of a boolean', { type: 'boolean', default: 'true' }, ['default']],
  ])('refuses %s', (_, input, paths) => {
    expect(refusedPaths(Parameter, input)).toEqual(paths);
  });
});

describe('parameterFaults', () => {
  const float = { type: 'float', low: 0.5, high: 2 };
  const int = { type: 'int', low: 0, high: 9 };
  it.each([
    [{ ...float, high: 0.25 }, 'high must be ≥ low, which is 0.5'],
    [{ ...float, scale: 'log', low: 0 }, 'low must be > 0 because scale is "log"'],
    [{ ...float, scale: 'log', low: -1 }, 'low must be > 0 because scale is "log"'],
    [{ ...int, scale: 'log' }, 'low must be > 0 because scale is "log"'],
    [{ ...float, scale: 'reverseLog', high: 1 }, 'high must be < 1 because scale is "reverseLog", the log of 1 - x'],
    [{ ...int, scale: 'reverseLog' }, 'scale must be "linear" or "log" because type is "int"'],
    [{ ...float, step: 0 }, 'step must be > 0'],
    [{ ...float, step: -1 }, 'step must be > 0'],
    [{ ...int, step: 0 }, 'step must be > 0'],
    [{ ...float, step: 1e-300 }, 'step must leave at most 2^53 values between low and high'],
    [{ ...int, low: -safeMax, high: safeMax }, 'step must leave at most 2^53 values between low and high'],
    [{ ...float, low: 1e16, high: 1e16 + 10, step: 0.5 }, 'step must be large enough to tell neighbours apart'],
    // 0.1 is 0.8 of the distance of doubles here: 100 steps would be 80 values.
    [{ ...float, low: 1e15, high: 1e15 + 10, step: 0.1 }, 'step must be large enough to tell neighbours apart'],
    [{ ...float, default: 0.4 }, 'default must lie between low 0.5 and high 2'],
    [{ ...float, default: 2.1 }, 'default must lie between low 0.5 and high 2'],
    [{ ...float, step: 0.25, default: 0.6 }, 'default must be low 0.5 plus a multiple of step 0.25'],
    [{ ...int, step: 4, default: 6 }, 'default must be low 0 plus a multiple of step 4'],
    [
      { type: 'int', low: 0, high: 4_000_000_000, step: 2, default: 2_000_000_001 },
      'default must be low 0 plus a multiple of step 2',
    ],
    [
      { type: 'int', low: 0, high: safeMax, step: 4, default: 2 ** 52 + 1 },
      'default must be low 0 plus a multiple of step 4',
    ],
    [{ type: 'ordinal', values: [1, 2, 2] }, 'values.2 must not appear twice'],
    [{ type: 'ordinal', values: [0, -0] }, 'values.1 must not appear twice'],
    [{ type: 'ordinal', values: [3, 2] }, 'values.1 must be larger than the value before it, 3'],
    [{ type: 'ordinal', values: [3, 'a'] }, 'values.1 must be of the same type as the first value'],
    [{ type: 'ordinal', values: ['a', 'a'] }, 'values.1 must not appear twice'],
    [{ type: 'ordinal', values: [1, 2], default: 3 }, 'default must be one of values'],
    [{ type: 'categorical', choices: ['a', 'a'] }, 'choices.1 must not appear twice'],
    [{ type: 'categorical', choices: ['1'], default: 1 }, 'default must be one of choices'],
  ])('answers %j with a sentence', (input, sentence) => {
    const faults = parameterFaults(Parameter.parse(input));
    expect(faults.map(({ path, message }) => `${path.join('.')} ${message}`)).toEqual([sentence]);
  });

  it.each([
    { ...float, low: 0.1, high: 0.9, step: 0.1, default: 0.3 },
    { ...float, low: 0.1, high: 0.9, step: 0.1, default: 0.30000000000000004 },
    { ...float, low: 1e-5, high: 1e-3, step: 1e-5, default: 7e-5 },
    { type: 'int', low: 3, high: 10, step: 3, default: 9 },
    { type: 'int', low: 1, high: safeMax, default: 2 ** 52 + 1 },
    { ...float, low: -1, high: 0.9999999999999999, scale: 'reverseLog' },
    { ...float, low: 5e-324, high: 1e300, scale: 'log' },
    { type: 'ordinal', values: ['z', 'a'] },
  ])('finds nothing wrong with %j', (input) => {
    expect(parameterFaults(Parameter.parse(input))).toEqual([]);
  });
});

describe('domainOf', () => {
  it.each([
    [{ type: 'int', low: 1, high: 9 }, 'a whole number from 1 to 9'],
    [{ type: 'int', low: 1, high: 9, step: 2 }, 'a whole number from 1 to 9 and 1 plus a multiple of 2'],
    [{ type: 'float', low: 0.5, high: 1 }, 'a number from 0.5 to 1'],
    [{ type: 'float', low: 0.5, high: 1, step: 0.1 }, 'a number from 0.5 to 1 and 0.5 plus a multiple of 0.1'],
    [{ type: 'ordinal', values: [1, 2] }, 'one of 1, 2'],
    [{ type: 'categorical', choices: ['a', 1, true] }, 'one of "a", 1, true'],
    [{ type: 'boolean' }, 'true or false'],
    [
      { type: 'ordinal', values: Array.from({ length: 11 }, (_, i) => i) },
      'one of 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, … (11 in all)',
    ],
  ])('says what %j can be', (input, words) => {
    expect(domainOf(Parameter.parse(input))).toBe(words);
  });
});

describe('ParamValue', () => {
  it.each([0, 1e300, 'x'.repeat(256), '', true])('accepts %j', (value) => {
    expect(ParamValue.parse(value)).toBe(value);
  });

  it.each([2e300, 'x'.repeat(257), null, [1], { a: 1 }, NaN])('refuses %j', (value) => {
    expect(ParamValue.safeParse(value).success).toBe(false);
  });

  it('keeps -0 out of params', () => {
    expect(Object.is(Params.parse({ a: -0 }).a, 0)).toBe(true);
  });
});

function hasNegativeZero(value: unknown): boolean {
  if (typeof value === 'object' && value !== null) return Object.values(value).some(hasNegativeZero);
  return Object.is(value, -0);
}
