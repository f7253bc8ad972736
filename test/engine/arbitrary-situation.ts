import * as fc from 'fast-check';
import type { Objective } from '../../shared/domain/objective.ts';
import type { Params } from '../../shared/domain/parameter.ts';
import type { Space } from '../../shared/domain/space.ts';
import type { History } from '../../shared/engine/suggest-with-model.ts';
import { suggest } from '../../shared/engine/suggest.ts';
import type { ParameterInput, SpaceInput } from '../domain/brute-force.ts';
import { spaceFrom } from '../domain/space-from.ts';

/** A study at some moment, and an ask. */
export interface ArbitrarySituation {
  input: SpaceInput;
  space: Space;
  objectives: Objective[];
  history: History;
  seed: number;
  number: number;
  fixed: Params;
}

const parameter: fc.Arbitrary<ParameterInput> = fc.oneof(
  fc.constantFrom<ParameterInput>(
    { type: 'float', low: 0, high: 1 },
    { type: 'float', low: -1e300, high: 1e300 },
    { type: 'float', low: 0.25, high: 0.25 },
    { type: 'float', low: 5e-324, high: 1, scale: 'log' },
    { type: 'float', low: 1, high: 1e300, scale: 'log' },
    { type: 'float', low: -1e6, high: 1 - 2 ** -53, scale: 'reverseLog' },
    { type: 'float', low: 0.1, high: 1, step: 0.3 },
    { type: 'float', low: 0.1, high: 3.1, step: 0.1, scale: 'log' },
  ),
  fc.constantFrom<ParameterInput>(
    { type: 'int', low: -5, high: 5 },
    { type: 'int', low: 3, high: 3 },
    { type: 'int', low: 1, high: 2 ** 52, scale: 'log' },
    { type: 'int', low: -(2 ** 52), high: 2 ** 52 },
    { type: 'int', low: 0, high: 1000, step: 3 },
  ),
  fc.constantFrom<ParameterInput>(
    { type: 'ordinal', values: [1, 2, 1000] },
    { type: 'ordinal', values: ['s', 'm', 'l'] },
    { type: 'categorical', choices: ['a', 'b', true, 1, '1'] },
    { type: 'categorical', choices: ['only'] },
    { type: 'categorical', choices: Array.from({ length: 50 }, (_, k) => k) },
    { type: 'boolean' },
  ),
);

/** Up to eight parameters; some hang on an earlier boolean. */
const spaceInput: fc.Arbitrary<SpaceInput> = fc
  .array(fc.record({ parameter, parent: fc.nat(), isChild: fc.boolean(), on: fc.boolean() }), {
    minLength: 1,
    maxLength: 8,
  })
  .map((drafts) =>
    Object.fromEntries(
      drafts.map(({ parameter: own, parent, isChild, on }, i): [string, ParameterInput] => {
        const hangs = isChild && i > 0 && drafts[parent % i].parameter.type === 'boolean';
        return [`p${i}`, hangs ? { ...own, when: { [`p${parent % i}`]: on } } : own];
      }),
    ),
  );

/** Values of trials, over and over: usual ones, the ends of what is allowed, nearly equal ones, infeasible ones. */
const values: fc.Arbitrary<(number | undefined)[]> = fc.oneof(
  fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 5, maxLength: 20 }),
  fc.array(fc.double({ min: -1e300, max: 1e300, noNaN: true }), { minLength: 5, maxLength: 20 }),
  fc.array(fc.constantFrom(1e300, -1e300, 5e-324, 0, 1, undefined), { minLength: 1, maxLength: 20 }),
  fc.array(fc.constantFrom(1, 1 + 2 ** -52, undefined), { minLength: 1, maxLength: 5 }),
);

const draft = fc.record({
  input: spaceInput,
  values,
  directions: fc.array(fc.constantFrom('minimize' as const, 'maximize' as const), { minLength: 1, maxLength: 4 }),
  observationCount: fc.constantFrom(0, 1, 2, 3, 5, 12, 30),
  /** Among how few configurations the trials are. */
  distinctCount: fc.constantFrom(1, 4, 100),
  pendingCount: fc.nat(3),
  failedCount: fc.nat(2),
  inFlightCount: fc.nat(2),
  fixedPlace: fc.option(fc.nat()),
  constrainedPlaces: fc.array(fc.nat(), { maxLength: 2 }),
  seed: fc.maxSafeNat(),
});

/**
 * Any number of objectives, trials anywhere, some pending with smaller and with larger numbers, some failed, some asks on their way;
 * fixed values and constraints that at least one configuration has.
 */
export const arbitrarySituation: fc.Arbitrary<ArbitrarySituation> = draft.map((chosen) => {
  const { input, seed, observationCount, distinctCount, pendingCount, inFlightCount, fixedPlace } = chosen;
  const allowed = randomParams(spaceFrom(input), seed, -1);
  const space = spaceFrom(input, constraintsOf(input, allowed, chosen.constrainedPlaces));
  const value = (i: number): number | undefined => chosen.values[i % chosen.values.length];
  const observations = Array.from({ length: observationCount }, (_, i) => ({
    params: randomParams(space, seed, i % distinctCount),
    value: value(i),
    further: chosen.directions.slice(1).map((_way, k) => value(3 * i + k + 1) ?? NaN),
  }));
  const inFlight = Array.from({ length: inFlightCount }, (_, k) => observationCount + k);
  const first = observationCount + inFlightCount;
  const number = first + Math.floor(pendingCount / 2);
  const pending = new Map(
    Array.from({ length: pendingCount }, (_, k): [number, Params] => {
      const at = first + k < number ? first + k : first + k + 1;
      return [at, randomParams(space, seed, at)];
    }),
  );
  const failed = new Map(
    Array.from({ length: chosen.failedCount }, (_, k): [number, Params] => [
      first + pendingCount + 1 + k,
      randomParams(space, seed, 1000 + k),
    ]),
  );
  const names = Object.keys(allowed);
  const name = names[(fixedPlace ?? 0) % names.length];
  return {
    input,
    space,
    objectives: chosen.directions.map((direction, k) => ({ metric: `m${k}`, direction })),
    history: { observations, pending, failed, inFlight },
    seed,
    number,
    fixed: fixedPlace === null ? {} : { [name]: allowed[name] },
  };
});

/** Leaves out what is below an allowed configuration in one number, or in two at once. */
function constraintsOf(input: SpaceInput, allowed: Params, places: number[]): string[] {
  const names = Object.keys(allowed).filter((name) => input[name].type === 'float' || input[name].type === 'int');
  if (places.length === 0 || names.length === 0) return [];
  const terms = places.map((place) => names[place % names.length]).map((name) => `${name} < ${String(allowed[name])}`);
  return [`!(${terms.join(' && ')})`];
}

function randomParams(space: Space, seed: number, number: number): Params {
  return suggest({ space, sampler: { kind: 'random' }, seed, number: number + 1, fixed: {}, firstTry: 0 })!.params;
}
