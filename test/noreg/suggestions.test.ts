import { describe, expect, it } from 'vitest';
import gp from './gp.json' with { type: 'json' };
import grid from './grid.json' with { type: 'json' };
import quasiRandom from './quasiRandom.json' with { type: 'json' };
import random from './random.json' with { type: 'json' };
import { samplerKinds, sequencesOf } from './sequences.ts';
import situations from './situations.json' with { type: 'json' };
import { situationsNow } from './situations.ts';

const frozen = { random, quasiRandom, grid, gp };

describe('suggestions', () => {
  it.each(samplerKinds)('of %s are what they were', (kind) => {
    expect(sequencesOf(kind)).toEqual(frozen[kind].sequences);
  });

  it('of the model in the middle of a study are what they were', () => {
    expect(situationsNow()).toEqual(situations.situations);
  });
});
