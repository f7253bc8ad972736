import { describe, expect, it } from 'vitest';
import type { Objective } from '../../../shared/domain/objective.ts';
import type { Space } from '../../../shared/domain/space.ts';
import { knownModel } from '../../../shared/engine/gp/known-model.ts';
import type { Observation } from '../../../shared/engine/observations.ts';
import { spaceFrom } from '../../domain/space-from.ts';

const loss: Objective = { metric: 'loss', direction: 'minimize' };
/** Another one every time, although they look alike. */
const line = (): Space => spaceFrom({ x: { type: 'float', low: 0, high: 1 } });

const results: Observation[] = Array.from({ length: 30 }, (_, i) => ({
  params: { x: ((i * 7) % 50) / 50 },
  value: Math.sin(i * i),
}));

describe('knownModel', () => {
  it('is a function of the history alone, also when a late result comes before others', () => {
    const late: Observation = { params: { x: 0.99 }, value: -20 };
    const histories = [
      ...[3, 7, 8, 9, 16, 20].map((count) => results.slice(0, count)),
      ...[19, 20, 29].map((count) => results.slice(0, count).toSpliced(5, 0, late)),
    ];
    const space = line();
    for (const history of histories) {
      const [known, fresh] = [space, line()].map((one) => knownModel(one, loss, history)!.posterior);
      expect(known.logParameters).toEqual(fresh.logParameters);
      expect(known.alpha).toEqual(fresh.alpha);
    }
  });
});
