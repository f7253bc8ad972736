import { describe, expect, it } from 'vitest';
import type { Objective } from '../../../shared/domain/objective.ts';
import type { Space } from '../../../shared/domain/space.ts';
import { knownHyperparameters, knownModel } from '../../../shared/engine/gp/known-model.ts';
import { mixtureOf } from '../../../shared/engine/mixture.ts';
import type { Observation } from '../../../shared/engine/observations.ts';
import { spaceFrom } from '../../domain/space-from.ts';

const loss: Objective = { metric: 'loss', direction: 'minimize' };
const time: Objective = { metric: 'time', direction: 'minimize' };
/** All that two objectives have. */
const mixtures = Array.from({ length: 11 }, (_, number) => mixtureOf([loss, time], 7, number));
/** Another one every time, although they look alike. */
const line = (): Space => spaceFrom({ x: { type: 'float', low: 0, high: 1 } });

const results: Observation[] = Array.from({ length: 30 }, (_, i) => ({
  params: { x: ((i * 7) % 50) / 50 },
  value: Math.sin(i * i),
  further: [Math.cos(i)],
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

  it('is worked out once for a history, for each target', () => {
    const space = line();
    const first = mixtures.map((mixture) => knownModel(space, mixture, results));
    expect(new Set(first).size).toBe(mixtures.length);
    mixtures.forEach((mixture, i) => expect(knownModel(space, mixture, results)).toBe(first[i]));
  });

  it('is kept of no target once there is another history', () => {
    const space = line();
    const before = results.slice(0, 9);
    const first = mixtures.map((mixture) => knownModel(space, mixture, before));
    knownModel(space, mixtures[0], results.slice(0, 10));
    mixtures.forEach((mixture, i) => {
      const again = knownModel(space, mixture, before);
      expect(again).toEqual(first[i]);
      expect(again).not.toBe(first[i]);
    });
  });

  it('is fitted with the hyperparameters that are known of its target, however many others are asked about', () => {
    const space = line();
    for (const mixture of mixtures) knownModel(space, mixture, results.slice(0, 12));
    for (const mixture of mixtures) knownModel(space, mixture, results.slice(0, 13));
    for (const mixture of mixtures) {
      expect([...knownHyperparameters(space, mixture, results).keys()]).toEqual([12, 13]);
    }
  });
});
