import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Params } from '../../shared/domain/parameter.ts';
import { checkParams, paramsKey } from '../../shared/domain/params.ts';
import { arbitrarySpace } from './arbitrary-space.ts';
import { allConfigurations } from './brute-force.ts';
import { spaceFrom } from './space-from.ts';

const space = spaceFrom({
  momentum: { type: 'float', low: 0, high: 1, default: 0.9, when: { optimiser: 'sgd' } },
  optimiser: { type: 'categorical', choices: ['sgd', 'adam'], default: 'adam' },
  nesterov: { type: 'boolean', when: { optimiser: 'sgd', width: [64, 128] } },
  width: { type: 'ordinal', values: [32, 64, 128] },
  rate: { type: 'float', low: 0.1, high: 0.9, step: 0.1, default: 0.30000000000000004 },
});

describe('checkParams', () => {
  it('takes defaults for what is missing, in the order of the space', () => {
    const checked = checkParams(space, { width: 32, optimiser: 'sgd' }, 'default');
    expect(checked).toEqual({ params: { momentum: 0.9, optimiser: 'sgd', width: 32, rate: 0.3 } });
    expect('params' in checked && Object.keys(checked.params)).toEqual(['momentum', 'optimiser', 'width', 'rate']);
  });

  it('takes the default of a parent before it asks for children', () => {
    expect(checkParams(space, { width: 64 }, 'default')).toEqual({
      params: { optimiser: 'adam', width: 64, rate: 0.3 },
    });
  });

  it('asks for what has no default', () => {
    expect(sentences({ optimiser: 'sgd', width: 64 }, 'default')).toEqual([
      'nesterov must be given, because the parameter has no default',
    ]);
  });

  it('asks for everything active when defaults are not wanted', () => {
    expect(sentences({ optimiser: 'sgd', width: 32 }, 'refuse')).toEqual([
      'momentum must be given',
      'rate must be given',
    ]);
  });

  it('asks for a missing parent only, and says nothing about its children', () => {
    expect(sentences({ momentum: 0.5, width: 32, rate: 0.1 }, 'refuse')).toEqual(['optimiser must be given']);
    expect(sentences({ optimiser: 'sdg', momentum: 0.5, width: 32 }, 'default')).toEqual([
      'optimiser must be one of "sgd", "adam"',
    ]);
  });

  it('leaves open what is not given', () => {
    expect(checkParams(space, {}, 'open')).toEqual({ params: {} });
    expect(checkParams(space, { rate: 0.5 }, 'open')).toEqual({ params: { rate: 0.5 } });
  });

  it('accepts a child of an open parent, when all its other parents allow it', () => {
    expect(checkParams(space, { momentum: 0.5 }, 'open')).toEqual({ params: { momentum: 0.5 } });
    expect(checkParams(space, { nesterov: true, width: 64 }, 'open')).toEqual({
      params: { nesterov: true, width: 64 },
    });
    expect(sentences({ nesterov: true, width: 32 }, 'open')).toEqual([
      'nesterov is inactive because width is 32: leave it out',
    ]);
  });

  it.each(['default', 'refuse', 'open'] as const)('refuses what is inactive or out of bounds (%s)', (missing) => {
    expect(sentences({ optimiser: 'adam', momentum: 0.5, width: 32, rate: 0.1 }, missing)).toEqual([
      'momentum is inactive because optimiser is "adam": leave it out',
    ]);
    expect(sentences({ optimiser: 'sgd', momentum: 1.5, width: 33, rate: 0.11 }, missing)).toEqual([
      'momentum must be a number from 0 to 1',
      'width must be one of 32, 64, 128',
      'rate must be a number from 0.1 to 0.9 and 0.1 plus a multiple of 0.1',
    ]);
  });

  it.each(['default', 'refuse', 'open'] as const)('refuses grandchildren of what is inactive (%s)', (missing) => {
    const nested = spaceFrom({
      a: { type: 'boolean' },
      b: { type: 'boolean', when: { a: true } },
      c: { type: 'int', low: 0, high: 1, when: { b: true } },
    });
    const checked = checkParams(nested, { a: false, c: 0 }, missing);
    expect(checked).toEqual({
      faults: [{ path: ['c'], message: 'is inactive because b is inactive: leave it out', input: 0 }],
    });
  });

  it('marks unknown names', () => {
    const checked = checkParams(space, { optimiser: 'adam', width: 32, rate: 0.1, momentun: 1, toString: 1 }, 'refuse');
    expect(checked).toEqual({
      faults: [
        { path: ['momentun'], message: 'is not a parameter of the space', input: 1, unknown: true },
        { path: ['toString'], message: 'is not a parameter of the space', input: 1, unknown: true },
      ],
    });
  });

  it.each([
    ['0.3', 0.30000000000000004],
    ['0.3', 0.1 + 0.2],
    ['0.7', 0.7000000000000001],
  ])('writes %s for %d', (written, given) => {
    const checked = checkParams(space, { optimiser: 'adam', width: 32, rate: given }, 'refuse');
    expect('params' in checked && String(checked.params.rate)).toBe(written);
  });

  it.each([['1'], [1.5], [true], [null], [NaN], [Infinity]])('refuses %s for a whole number', (value) => {
    const ints = spaceFrom({ n: { type: 'int', low: 0, high: 9 } });
    expect(checkParams(ints, { n: value } as Params, 'refuse')).toMatchObject({ faults: [{ path: ['n'] }] });
  });

  it('accepts exactly the configurations of the space, and changes none of them', () => {
    fc.assert(
      fc.property(arbitrarySpace(5), fc.nat(), (input, pick) => {
        const made = spaceFrom(input);
        const all = allConfigurations(input);
        const params = all[pick % all.length];
        for (const missing of ['default', 'refuse', 'open'] as const) {
          expect(checkParams(made, params, missing)).toEqual({ params });
        }
        const name = Object.keys(params)[pick % Object.keys(params).length];
        const { [name]: _, ...without } = params;
        expect(checkParams(made, without, 'refuse')).toHaveProperty('faults');
        for (const other of Object.keys(input).filter((n) => !(n in params))) {
          const value = [input[other].values ?? input[other].choices ?? []].flat()[0] ?? input[other].low ?? true;
          expect(checkParams(made, { ...params, [other]: value }, 'open')).toHaveProperty('faults');
        }
      }),
      { seed: 6, numRuns: 300 },
    );
  });
});

describe('paramsKey', () => {
  const value = fc.oneof(
    fc.constantFrom<string | number | boolean>(0, 1, '0', '1', true, 'true', '', ',', '"', '","b",'),
    fc.double({ min: -1e300, max: 1e300, noNaN: true }).map((x) => x + 0),
    fc.string(),
  );
  const params = fc.dictionary(fc.constantFrom('a', 'b', 'ab', 'B'), value, { maxKeys: 4 });

  it('does not depend on the order of the names', () => {
    fc.assert(
      fc.property(params, (given) => {
        expect(paramsKey(Object.fromEntries(Object.entries(given).toReversed()))).toBe(paramsKey(given));
      }),
      { seed: 7, numRuns: 300 },
    );
  });

  it('differs for different params', () => {
    fc.assert(
      fc.property(params, params, (a, b) => {
        const names = new Set([...Object.keys(a), ...Object.keys(b)]);
        const isSame = [...names].every(
          (name) => Object.hasOwn(a, name) && Object.hasOwn(b, name) && a[name] === b[name],
        );
        expect(paramsKey(a) === paramsKey(b)).toBe(isSame);
      }),
      { seed: 8, numRuns: 2000 },
    );
  });

  it('tells a number from its text and from a truth', () => {
    const keys = [1, '1', true, 'true'].map((a) => paramsKey({ a }));
    expect(new Set(keys).size).toBe(4);
  });
});

function sentences(given: Params, missing: 'default' | 'refuse' | 'open'): string[] {
  const checked = checkParams(space, given, missing);
  return 'faults' in checked ? checked.faults.map(({ path, message }) => `${path.join('.')} ${message}`) : [];
}
