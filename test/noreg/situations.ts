import type { Objective } from '../../shared/domain/objective.ts';
import type { Params } from '../../shared/domain/parameter.ts';
import type { Space } from '../../shared/domain/space.ts';
import type { Observation } from '../../shared/engine/observations.ts';
import { suggestWithModel } from '../../shared/engine/suggest-with-model.ts';
import { suggest } from '../../shared/engine/suggest.ts';
import { spaceFrom } from '../domain/space-from.ts';

/** One suggestion of the model, in the middle of a study. */
export interface Situation {
  situation: string;
  params: Params;
  sampler: string;
}

/** What the model suggests now where sequences do not get: after many results, and with all that an ask may have. */
export function situationsNow(): Situation[] {
  return situations.map(({ situation, count, directions, ...others }) => {
    const { pending = [], failed = [], inFlight = [], fixed = {} } = others;
    const objectives = directions.map((direction, k): Objective => ({ metric: `m${k}`, direction }));
    const request = { space, sampler: { kind: 'gp' } as const, seed: 11, number: count + 9, fixed, firstTry: 0 };
    const history = {
      observations: observed(space, count, directions),
      pending: new Map(pending),
      failed: new Map(failed),
      inFlight,
    };
    const { params, sampler } = suggestWithModel(request, objectives, history)!;
    return { situation, params, sampler };
  });
}

interface Draft {
  situation: string;
  count: number;
  directions: Objective['direction'][];
  pending?: [number, Params][];
  failed?: [number, Params][];
  inFlight?: number[];
  fixed?: Params;
}

const space = spaceFrom(
  {
    rate: { type: 'float', low: 1e-5, high: 1, scale: 'log' },
    width: { type: 'int', low: 8, high: 512, scale: 'log' },
    drop: { type: 'float', low: 0, high: 0.5 },
    kind: { type: 'categorical', choices: ['a', 'b', 'c'] },
    depth: { type: 'int', low: 1, high: 8, when: { kind: ['a', 'b'] } },
  },
  ['width * depth <= 2048'],
);

const pendingNow = (count: number): [number, Params][] => [
  [count, { rate: 0.01, width: 100, drop: 0.2, kind: 'a', depth: 3 }],
  [count + 3, { rate: 0.02, width: 64, drop: 0.1, kind: 'c' }],
  [count + 12, { rate: 0.001, width: 200, drop: 0.3, kind: 'b', depth: 5 }],
];

const situations: Draft[] = [
  ...[72, 450, 1100].map((count): Draft => ({
    situation: `${count} results, some pending, one failed, a fixed value`,
    count,
    directions: ['minimize'],
    pending: pendingNow(count),
    failed: [[count + 6, { rate: 0.05, width: 20, drop: 0.1, kind: 'b', depth: 2 }]],
    fixed: { kind: 'b' },
  })),
  {
    situation: '450 results to maximise, some pending, two asks on their way',
    count: 450,
    directions: ['maximize'],
    pending: pendingNow(450),
    inFlight: [451, 455],
  },
  {
    situation: '72 results with three objectives, some pending',
    count: 72,
    directions: ['minimize', 'maximize', 'minimize'],
    pending: pendingNow(72),
  },
];

/** Quasi-random trials: every seventh is infeasible, the others have the values of bowls, one an objective. */
function observed(space: Space, count: number, directions: readonly Objective['direction'][]): Observation[] {
  return Array.from({ length: count }, (_, number) => {
    const drawn = { space, sampler: { kind: 'quasiRandom' } as const, seed: 11, number, fixed: {}, firstTry: 0 };
    const { params } = suggest(drawn)!;
    if (number % 7 === 3) return { params, value: undefined };
    const [value, ...further] = directions.map(
      (direction, k) => (direction === 'minimize' ? 1 : -1) * lossOf(params, k),
    );
    return { params, value, further };
  });
}

/** Only sums, products and quotients, which are the same bits on every machine. */
function lossOf({ rate, width, drop, kind, depth = 4 }: Params, k: number): number {
  const terms = [
    (rate as number) / ((rate as number) + 0.01) - 0.5,
    (width as number) / 512 - 0.2 * k,
    (drop as number) - 0.1 * (k + 1),
    ((depth as number) - 2 * k) / 16,
    kind === 'abc'[k % 3] ? 0 : 0.3,
  ];
  return terms.reduce((sum, term) => sum + term * term, 0);
}
