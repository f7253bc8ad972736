import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkParams } from '../../shared/domain/params.ts';
import { SearchSpace } from '../../shared/domain/search-space.ts';
import { widen } from '../../shared/domain/widening.ts';
import { arbitrarySpace } from './arbitrary-space.ts';
import { allConfigurations, type ParameterInput, type SpaceInput } from './brute-force.ts';
import { spaceFrom } from './space-from.ts';

const old = {
  rate: { type: 'float', low: 0.1, high: 0.5, scale: 'log' },
  drop: { type: 'float', low: 0.2, high: 0.6, step: 0.2 },
  width: { type: 'int', low: 8, high: 64, step: 8 },
  batch: { type: 'ordinal', values: [16, 32] },
  kind: { type: 'categorical', choices: ['a', 'b'] },
  on: { type: 'boolean', when: { kind: 'a' } },
  size: { type: 'ordinal', values: ['s', 'm', 'l'] },
  deep: { type: 'boolean', when: { kind: ['a', 'b'], width: [8, 16] } },
};

describe('widen', () => {
  it.each([
    ['nothing', {}],
    ['a lower low', { rate: { ...old.rate, low: 0.01 } }],
    ['a higher high', { rate: { ...old.rate, high: 0.9 } }],
    ['a low that is steps lower', { width: { ...old.width, low: -8 } }],
    ['a low that is decimal steps lower', { drop: { ...old.drop, low: -0.2 } }],
    ['a high between steps', { width: { ...old.width, high: 71 } }],
    ['ordinal values at both ends and between', { batch: { ...old.batch, values: [8, 16, 24, 32, 64] } }],
    ['choices in another order', { kind: { ...old.kind, choices: ['c', 'b', 'a'] } }],
    ['texts at both ends and between', { size: { ...old.size, values: ['xs', 's', 'm', 'ml', 'l', 'xl'] } }],
    ['one value of when written as a list', { on: { ...old.on, when: { kind: ['a'] } } }],
    ['when in another order', { deep: { ...old.deep, when: { width: [16, 8, 16], kind: ['b', 'a'] } } }],
    ['an empty when', { size: { ...old.size, when: {} } }],
    ['another default', { rate: { ...old.rate, default: 0.2 } }],
  ])('allows %s', (_, change) => {
    const wider = SearchSpace.parse({ ...old, ...change });
    expect(widened(change)).toEqual({ space: wider, constraints: [] });
  });

  it('keeps the old order of the parameters', () => {
    const reversed = Object.fromEntries(Object.entries(old).toReversed());
    const result = widen(
      { space: SearchSpace.parse(old), constraints: [] },
      { space: SearchSpace.parse(reversed), constraints: [] },
    );
    expect('space' in result && Object.keys(result.space)).toEqual(Object.keys(old));
  });

  it.each([
    ['rate', { ...old.rate, low: 0.2 }, ['space.rate.low must be ≤ 0.1, what it was']],
    ['rate', { ...old.rate, high: 0.4 }, ['space.rate.high must be ≥ 0.5, what it was']],
    ['rate', { ...old.rate, scale: 'linear' }, ['space.rate.scale must stay "log"']],
    ['rate', { ...old.rate, step: 0.1 }, ['space.rate.step must stay absent']],
    ['drop', { ...old.drop, step: 0.1 }, ['space.drop.step must stay 0.2']],
    ['drop', { type: 'float', low: 0.2, high: 0.6 }, ['space.drop.step must stay 0.2']],
    [
      'width',
      { ...old.width, low: 4 },
      ['space.width.low must be 8 minus a multiple of step 8, so that old values stay on their step'],
    ],
    [
      'drop',
      { ...old.drop, low: 0.1 },
      ['space.drop.low must be 0.2 minus a multiple of step 0.2, so that old values stay on their step'],
    ],
    ['batch', { ...old.batch, values: [16, 64] }, ['space.batch.values must still have 32']],
    ['size', { ...old.size, values: ['m', 's', 'l'] }, ['space.size.values must still have "m" after "s"']],
    ['size', { ...old.size, values: ['m', 'x', 'l', 's'] }, ['space.size.values must still have "m" after "s"']],
    ['size', { ...old.size, values: ['l', 's'] }, ['space.size.values must still have "m"']],
    ['kind', { ...old.kind, choices: ['c', 'a'] }, ['space.kind.choices must still have "b"']],
    ['on', { type: 'boolean' }, ['space.on.when must stay as it is']],
    ['on', { type: 'boolean', when: { kind: ['a', 'b'] } }, ['space.on.when must stay as it is']],
    ['on', { type: 'boolean', when: { kind: 'b' } }, ['space.on.when must stay as it is']],
    ['deep', { type: 'boolean', when: { kind: ['a', 'b'] } }, ['space.deep.when must stay as it is']],
    ['size', { ...old.size, when: { kind: 'a' } }, ['space.size.when must stay as it is']],
    ['width', { ...old.width, type: 'float' }, ['space.width.type must stay "int"']],
    ['width', undefined, ['space.width must be kept, because trials have values for it']],
    ['extra', { type: 'boolean' }, ['space.extra must be a parameter that the study has: a new one needs a new study']],
  ])('refuses %s: %j', (name, parameter, refusals) => {
    const result = widened({ [name]: parameter });
    expect('faults' in result && result.faults.map(({ path, message }) => `${path.join('.')} ${message}`)).toEqual(
      refusals,
    );
  });

  it('drops constraints, and adds or changes none', () => {
    const space = SearchSpace.parse(old);
    const constraints = ['rate <= 0.3', 'width <= 32'];
    expect(widen({ space, constraints }, { space, constraints: ['width <= 32'] })).toEqual({
      space,
      constraints: ['width <= 32'],
    });
    expect(widen({ space, constraints }, { space, constraints: ['width <= 32', 'rate <= 0.4'] })).toMatchObject({
      faults: [{ path: ['constraints', 1], input: 'rate <= 0.4' }],
    });
  });

  it('misses a parameter that has the name of an object method', () => {
    const space = SearchSpace.parse({ a: { type: 'boolean' }, toString: { type: 'boolean' } });
    const next = SearchSpace.parse({ a: { type: 'boolean' } });
    expect(widen({ space, constraints: [] }, { space: next, constraints: [] })).toMatchObject({
      faults: [{ path: ['space', 'toString'], message: 'must be kept, because trials have values for it' }],
    });
  });

  it('makes a space in which every configuration of the old one is valid and written alike', () => {
    const amounts = fc.array(fc.nat(3), { minLength: 12, maxLength: 12 });
    fc.assert(
      fc.property(arbitrarySpace(5), amounts, (input, amount) => {
        const names = Object.keys(input);
        const wider: SpaceInput = Object.fromEntries(
          names.map((name, i) => [name, widerParameter(input[name], amount[2 * i], amount[2 * i + 1])]),
        );
        const result = widen(
          { space: SearchSpace.parse(input), constraints: [] },
          { space: SearchSpace.parse(wider), constraints: [] },
        );
        if ('faults' in result) throw new Error(JSON.stringify(result.faults));
        const space = spaceFrom(wider);
        for (const params of allConfigurations(input)) expect(checkParams(space, params, 'refuse')).toEqual({ params });
      }),
      { seed: 9, numRuns: 100 },
    );
  });

  function widened(change: object): ReturnType<typeof widen> {
    const next = Object.fromEntries(Object.entries({ ...old, ...change }).filter(([, parameter]) => parameter));
    // Not parsed as a whole: a parent may be gone.
    const space = Object.fromEntries(
      Object.entries(next).map(([name, parameter]) => [
        name,
        SearchSpace.parse({ kind: old.kind, width: old.width, [name]: parameter })[name],
      ]),
    );
    return widen({ space: SearchSpace.parse(old), constraints: [] }, { space, constraints: [] });
  }
});

function widerParameter(parameter: ParameterInput, below: number, above: number): ParameterInput {
  switch (parameter.type) {
    case 'int':
      return { ...parameter, low: parameter.low! - below * (parameter.step ?? 1), high: parameter.high! + above };
    case 'float':
      return { ...parameter, low: (1 - 2 * below) / 10, high: (Math.round(parameter.high! * 10) + above) / 10 };
    case 'ordinal':
      return { ...parameter, values: [...(below > 0 ? [0] : []), ...parameter.values!, ...(above > 0 ? [99] : [])] };
    case 'categorical':
      return { ...parameter, choices: [...(below > 0 ? ['new'] : []), ...parameter.choices!.toReversed()] };
    default:
      return parameter;
  }
}
