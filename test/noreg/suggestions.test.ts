import { describe, expect, it } from 'vitest';
import gp from './gp.json' with { type: 'json' };
import grid from './grid.json' with { type: 'json' };
import quasiRandom from './quasiRandom.json' with { type: 'json' };
import random from './random.json' with { type: 'json' };
import { samplerKinds, sequencesOf } from './sequences.ts';

const frozen = { random, quasiRandom, grid, gp };

describe('suggestions', () => {
  it.each(samplerKinds)('of %s are what they were', (kind) => {
    expect(sequencesOf(kind)).toEqual(frozen[kind].sequences);
  });
});
