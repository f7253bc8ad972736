import type { Sampler } from '../../../shared/domain/sampler.ts';
import { suggest } from '../../../shared/engine/suggest.ts';
import type { MakeSampler } from '../../contract/sampler.ts';

/** `suggest` as the contract asks for it. */
export function samplerOf(sampler: Sampler): MakeSampler {
  return (space) =>
    ({ seed, number, fixed = {}, firstTry = 0 }) =>
      suggest({ space, sampler, seed, number, fixed, firstTry });
}
