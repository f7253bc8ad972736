import type { Problem } from './problems.ts';
import { readResults, type Run } from './results.ts';
import { scoresOf } from './scores.ts';
import {
  countToReach,
  mean,
  meanCurve,
  meanEstimate,
  meanOf,
  medianEstimate,
  ranksOf,
  type ByProblem,
  type Estimate,
} from './statistics.ts';

/** The trials after which methods are compared. */
export const counts = [15, 30, 60];

/** The scores of one method after each trial, by problem and seed. */
export interface Method {
  name: string;
  version: string;
  curves: Map<string, Map<string, number[]>>;
  /** Of asking and telling, a trial. */
  milliseconds: number;
}

/** Two methods on the problems and seeds that both have. */
export interface Pairing {
  peer: Method;
  problems: Problem[];
  /** How many studies each has. */
  pairs: number;
  own: Side;
  other: Side;
  /** Ours minus the peer's after each of `counts`. */
  differences: Estimate[];
}

interface Side {
  milliseconds: number;
  /** By problem and seed, after each trial. */
  curves: number[][][];
  /** Means after each of `counts`. */
  means: number[];
}

/** What was recorded of a method; undefined when that is nothing. */
export function recordedMethod(
  name: string,
  problems: readonly Problem[],
  seeds: readonly number[],
): Method | undefined {
  const versions = new Set<string>();
  const runs = new Map<string, Record<string, Run>>();
  for (const problem of problems) {
    const results = readResults(name, problem);
    if (!results) continue;
    versions.add(results.version);
    runs.set(problem.name, results.runs);
  }
  return runs.size === 0 ? undefined : methodOf(name, [...versions].join(' and '), runs, problems, seeds);
}

export function methodOf(
  name: string,
  version: string,
  runs: ReadonlyMap<string, Record<string, Run>>,
  problems: readonly Problem[],
  seeds: readonly number[],
): Method {
  const curves: Method['curves'] = new Map();
  const times: number[] = [];
  for (const problem of problems) {
    const found = Object.entries(runs.get(problem.name) ?? {}).filter(([seed]) => seeds.includes(Number(seed)));
    if (found.length > 0) curves.set(problem.name, new Map(found.map(([seed, run]) => [seed, scoresOf(problem, run)])));
    times.push(...found.map(([, { seconds, told }]) => (1000 * seconds) / told.length));
  }
  return { name, version, curves, milliseconds: mean(times) };
}

/** undefined when they have no study in common. */
export function pairingOf(own: Method, peer: Method, problems: readonly Problem[]): Pairing | undefined {
  const common = problems
    .map((problem) => ({ problem, seeds: commonSeeds([own, peer], problem) }))
    .filter(({ seeds }) => seeds.length > 0);
  if (common.length === 0) return undefined;
  const sideOf = ({ curves, milliseconds }: Method): Side => {
    const chosen = common.map(({ problem, seeds }) => seeds.map((seed) => curves.get(problem.name)!.get(seed)!));
    return { milliseconds, curves: chosen, means: counts.map((count) => meanOf(at(chosen, count))) };
  };
  const [ours, theirs] = [sideOf(own), sideOf(peer)];
  return {
    peer,
    problems: common.map(({ problem }) => problem),
    pairs: common.reduce((sum, { seeds }) => sum + seeds.length, 0),
    own: ours,
    other: theirs,
    differences: counts.map((count) => meanEstimate(minus(at(ours.curves, count), at(theirs.curves, count)))),
  };
}

/** The mean rank of each method after each of `counts`, over the studies that all have; and how many those are. */
export function meanRanks(
  methods: readonly Method[],
  problems: readonly Problem[],
): { pairs: number; ranks: number[][] } {
  const studies = problems.flatMap(({ name }) => {
    const seeds = commonSeeds(methods, { name });
    return seeds.map((seed) => methods.map(({ curves }) => curves.get(name)!.get(seed)!));
  });
  const ranks = counts.map((count) => {
    const all = studies.map((curves) => ranksOf(curves.map((curve) => curve[count - 1])));
    return methods.map((_, m) => mean(all.map((one) => one[m])));
  });
  return { pairs: studies.length, ranks: methods.map((_, m) => ranks.map((one) => one[m])) };
}

/** How many trials the mean of ours takes to be where the peer's is after the last: the median over problems. */
export function trialsToReach({ own, other }: Pick<Pairing, 'own' | 'other'>): Estimate {
  const seeds = own.curves.map((curves, p) =>
    curves.map((curve, s) => ({ curve, target: other.curves[p][s].at(-1)! })),
  );
  return medianEstimate(seeds, (runs) =>
    countToReach(meanCurve(runs.map(({ curve }) => curve)), mean(runs.map(({ target }) => target))),
  );
}

/** The same on the mean over all problems, which few seeds make less rough. */
export function trialsToReachOnMean({ own, other }: Pick<Pairing, 'own' | 'other'>): number {
  return countToReach(meanCurve(own.curves.map(meanCurve)), meanOf(at(other.curves, counts.at(-1)!)));
}

/** The seeds that all methods have of a problem. */
function commonSeeds(methods: readonly Method[], { name }: Pick<Problem, 'name'>): string[] {
  const [first, ...others] = methods.map(({ curves }) => curves.get(name));
  return [...(first?.keys() ?? [])].filter((seed) => others.every((one) => one?.has(seed)));
}

function at(curves: readonly (readonly number[][])[], count: number): number[][] {
  return curves.map((seeds) => seeds.map((curve) => curve[count - 1]));
}

function minus(a: ByProblem, b: ByProblem): number[][] {
  return a.map((seeds, p) => seeds.map((value, s) => value - b[p][s]));
}
