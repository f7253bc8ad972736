import { describe, expect, it } from 'vitest';
import { suggest } from '../../../shared/engine/suggest.ts';
import { samplerContract } from '../../contract/sampler.ts';
import { spaceFrom } from '../../domain/space-from.ts';
import { samplerOf } from './sampler-of.ts';

samplerContract('auto', samplerOf({ kind: 'auto' }));

describe('auto', () => {
  it('names the sampler that it stands for', () => {
    const space = spaceFrom({ x: { type: 'float', low: 0, high: 1 } });
    const request = { space, seed: 1, number: 4, fixed: {}, firstTry: 0 };
    const suggested = suggest({ ...request, sampler: { kind: 'auto' } })!;
    expect(suggested.sampler).toBe('quasiRandom');
    expect(suggested).toEqual(suggest({ ...request, sampler: { kind: 'quasiRandom' } }));
  });
});
