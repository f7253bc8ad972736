import type { Params } from '../../shared/domain/parameter.ts';
import { Sampler } from '../../shared/domain/sampler.ts';
import type { Space } from '../../shared/domain/space.ts';
import { featuresOf, writeFeatures } from '../../shared/engine/gp/features.ts';
import type { Observation } from '../../shared/engine/observations.ts';
import { suggestWithModel } from '../../shared/engine/suggest-with-model.ts';
import { suggest } from '../../shared/engine/suggest.ts';
import { spaceFrom } from '../domain/space-from.ts';

/** The first suggestions of one sampler in one space under one seed. */
export interface Sequence {
  space: string;
  seed: number;
  suggestions: { params: Params; tries: number }[];
}

export const samplerKinds = ['random', 'quasiRandom', 'grid', 'gp'] as const;

/** What a sampler suggests now: two seeds in each of four spaces. */
export function sequencesOf(kind: (typeof samplerKinds)[number]): Sequence[] {
  return Object.entries(spaces).flatMap(([space, { parameters, constraints }]) =>
    seeds.map((seed) => ({ space, seed, suggestions: suggestionsOf(kind, parameters, constraints, seed) })),
  );
}

function suggestionsOf(kind: string, parameters: object, constraints: string[], seed: number): Sequence['suggestions'] {
  const space = spaceFrom(parameters, constraints);
  if (kind === 'gp') return learningSuggestions(space, seed);
  const sampler = Sampler.parse(kind === 'grid' ? { kind, points: 4 } : { kind });
  return Array.from({ length: suggestionCount }, (_, number) => {
    const { params, tries } = suggest({ space, sampler, seed, number, fixed: {}, firstTry: 0 })!;
    return { params, tries };
  });
}

/** What the model suggests when each suggestion is told before the next one is asked for. */
function learningSuggestions(space: Space, seed: number): Sequence['suggestions'] {
  let observations: Observation[] = [];
  return Array.from({ length: suggestionCount }, (_, number) => {
    const request = { space, sampler: { kind: 'gp' } as const, seed, number, fixed: {}, firstTry: 0 };
    const history = { observations, pending: new Map(), failed: new Map(), inFlight: [] };
    const { params, tries } = suggestWithModel(request, [{ metric: 'loss', direction: 'minimize' }], history)!;
    observations = [...observations, { params, value: lossOf(space, params) }];
    return { params, tries };
  });
}

/** A bowl with its bottom off the middle, in the coordinates that the model sees. */
function lossOf(space: Space, params: Params): number {
  const { count, isCategory } = featuresOf(space);
  const x = new Float64Array(count);
  writeFeatures(space, params, x);
  return x.reduce((sum, one, i) => sum + (isCategory[i] ? Number(one !== 1) / 4 : (one - 0.37) * (one - 0.37)), 0);
}

const seeds = [7, 2 ** 40 + 1];
const suggestionCount = 12;

const spaces: Record<string, { parameters: object; constraints: string[] }> = {
  floats: {
    parameters: {
      linear: { type: 'float', low: -2, high: 3 },
      log: { type: 'float', low: 1e-5, high: 0.3, scale: 'log' },
      reverseLog: { type: 'float', low: 0.5, high: 0.999, scale: 'reverseLog' },
      stepped: { type: 'float', low: 0.1, high: 0.9, step: 0.1 },
      steppedLog: { type: 'float', low: 0.01, high: 0.5, step: 0.01, scale: 'log' },
    },
    constraints: [],
  },
  mixed: {
    parameters: {
      learningRate: { type: 'float', low: 1e-5, high: 0.3, scale: 'log' },
      width: { type: 'int', low: 8, high: 512, scale: 'log' },
      layers: { type: 'int', low: 1, high: 9, step: 3 },
      batchSize: { type: 'ordinal', values: [16, 32, 64, 128, 256] },
      activation: { type: 'categorical', choices: ['relu', 'gelu', 'tanh'] },
      bias: { type: 'boolean' },
    },
    constraints: [],
  },
  conditional: {
    parameters: {
      decay: { type: 'int', low: 1, high: 30, when: { schedule: ['step'] } },
      schedule: { type: 'categorical', choices: ['constant', 'step', 'cosine'] },
      optimiser: { type: 'categorical', choices: ['sgd', 'adam'] },
      momentum: { type: 'float', low: 0.5, high: 0.99, scale: 'reverseLog', when: { optimiser: 'sgd' } },
      nesterov: { type: 'boolean', when: { optimiser: 'sgd', schedule: ['step', 'cosine'] } },
      warmup: { type: 'ordinal', values: [0, 100, 1000], when: { nesterov: true } },
    },
    constraints: [],
  },
  constrained: {
    parameters: {
      width: { type: 'int', low: 8, high: 64, step: 8 },
      batch: { type: 'ordinal', values: [16, 32, 64, 128] },
      low: { type: 'float', low: 0, high: 1 },
      high: { type: 'float', low: 0, high: 1 },
      deep: { type: 'boolean' },
      depth: { type: 'int', low: 1, high: 8, when: { deep: true } },
    },
    constraints: ['width * batch <= 2048', 'low < high', 'depth * width <= 256'],
  },
};
