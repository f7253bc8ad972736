import type { Verdict } from '../record.ts';
import {
  counts,
  meanRanks,
  pairingOf,
  trialsToReach,
  trialsToReachOnMean,
  type Method,
  type Pairing,
} from './comparison.ts';
import type { Problem } from './problems.ts';
import { meanEstimate, type Estimate } from './statistics.ts';

/** A table of a report; of every row the first cell says what it is. */
export interface Table {
  title: string;
  rows: Record<string, string | number>[];
}

/** Further than this from random search or TPE is worse than them. */
const familyMargins: Record<string, number> = { 'optuna-random': 0, 'optuna-tpe': 0.1 };
const benchmarkPeer = 'optuna-gp';
const leadMin = 0.25;
const trialsMax = 40;
/** Bands of plots are seen, not read. */
const plotResamples = 200;

/** Ours against each peer on the studies that both have. */
export function reportTables(own: Method, peers: readonly Method[], problems: readonly Problem[]): Table[] {
  const pairings = pairingsOf(own, peers, problems);
  const methods = [own, ...peers].map((method) => restricted(method, problems)).filter(({ curves }) => curves.size > 0);
  const complete = methods.filter((method) => isComplete(method, problems));
  const { pairs, ranks } = meanRanks(complete, problems);
  return [
    {
      title: `mean log10 regret, and mean rank over the ${pairs} studies that all who have every problem have`,
      rows: methods.map((method) => ({
        method: method.name,
        ...Object.fromEntries(counts.map((count) => [`@${count}`, shown(overall(method, count))])),
        ...Object.fromEntries(
          counts.map((count, i) => [`rank @${count}`, ranks[complete.indexOf(method)]?.[i].toFixed(2) ?? '']),
        ),
        problems: method.curves.size,
        studies: [...method.curves.values()].reduce((sum, seeds) => sum + seeds.size, 0),
        'ms a trial': method.milliseconds,
      })),
    },
    {
      title: `${own.name} minus a peer, on the studies that both have`,
      rows: pairings.map((pairing) => ({
        peer: pairing.peer.name,
        studies: pairing.pairs,
        ...Object.fromEntries(counts.map((count, i) => [`@${count}`, shown(pairing.differences[i])])),
        'trials to its @60': shown(trialsToReach(pairing), 0),
        'on the mean': trialsToReachOnMean(pairing),
        'its trials to ours': shown(trialsToReach({ own: pairing.other, other: pairing.own }), 0),
      })),
    },
    {
      title: `by family, ${own.name}, and @60 minus each peer on the studies that both have`,
      rows: familiesOf(problems).map((family) => {
        const within = problems.filter((problem) => problem.family === family);
        const ours = restricted(own, within);
        return {
          family,
          problems: within.length,
          ...Object.fromEntries(counts.map((count) => [`@${count}`, shown(overall(ours, count))])),
          ...Object.fromEntries(
            pairingsOf(own, peers, within).map((one) => [one.peer.name, signed(one.differences.at(-1)!.value)]),
          ),
        };
      }),
    },
  ];
}

/** By problem: the mean of each method after the last trial. */
export function problemTable(own: Method, peers: readonly Method[], problems: readonly Problem[]): Table {
  return {
    title: 'By problem, mean log10 regret @60',
    rows: problems.map((problem) => ({
      problem: problem.name,
      half: problem.split,
      ...Object.fromEntries([own, ...peers].map((method) => [method.name, meanWithin(method, [problem])])),
    })),
  };
}

/** The mean after each trial, ours and of the peers that have every problem, of all studies that each has. */
export function curvesOf(
  own: Method,
  peers: readonly Method[],
  problems: readonly Problem[],
): { name: string; curve: Estimate[] }[] {
  const methods = [own, ...peers].filter((method) => isComplete(method, problems));
  return methods.map(({ name, curves }) => {
    const all = problems.map((problem) => [...curves.get(problem.name)!.values()]);
    const curve = all[0][0].map((_, t) =>
      meanEstimate(
        all.map((seeds) => seeds.map((one) => one[t])),
        plotResamples,
      ),
    );
    return { name, curve };
  });
}

/** The limits of the quality that is to be reached, as far as they can be told from these methods. */
export function verdictsOf(
  own: Method,
  peers: readonly Method[],
  problems: readonly Problem[],
  where: string,
): Verdict[] {
  const judged = peers.filter(
    ({ curves }) => problems.filter(({ name }) => curves.has(name)).length >= problems.length / 2,
  );
  const pairings = pairingsOf(own, judged, problems);
  if (pairings.length === 0) return [];
  const lead = pairings.find(({ peer }) => peer.name === benchmarkPeer);
  const complete = judged.filter((method) => isComplete(method, problems));
  const [ours, ...theirs] = meanRanks([own, ...complete], problems).ranks.map((ranks) => ranks.at(-1)!);
  return [
    ...counts.map((count, i) => {
      const { peer, differences } = largest(pairings, (one) => one.differences[i].value);
      const what = `${where}: mean log10 regret at ${count} minus that of the peer that comes out best, ${peer.name}`;
      return { what, measured: differences[i].value, max: 0 };
    }),
    ...(lead ? leadVerdicts(lead, where) : []),
    ...(theirs.length > 0
      ? [
          {
            what: `${where}: mean rank at 60 minus that of the best peer`,
            measured: ours - Math.min(...theirs),
            max: 0,
          },
        ]
      : []),
    ...judged
      .filter(({ name }) => name in familyMargins)
      .map((peer) => {
        const families = familiesOf(problems).flatMap((family) => {
          const within = problems.filter((problem) => problem.family === family);
          return pairingsOf(own, [peer], within).map(({ differences }) => ({
            family,
            value: differences.at(-1)!.value,
          }));
        });
        const { family, value } = largest(families, (one) => one.value);
        const what = `${where}: at 60 minus ${peer.name} in the family where that is most, ${family}`;
        return { what, measured: value, max: familyMargins[peer.name] };
      }),
  ];
}

function leadVerdicts(lead: Pairing, where: string): Verdict[] {
  return [
    {
      what: `${where}: mean log10 regret at 60 minus that of ${benchmarkPeer}`,
      measured: lead.differences.at(-1)!.value,
      max: -leadMin,
    },
    {
      what: `${where}: trials to ${benchmarkPeer}'s value at 60, median over problems`,
      measured: trialsToReach(lead).value,
      max: trialsMax,
    },
  ];
}

function largest<T>(all: readonly T[], of: (one: T) => number): T {
  return all.reduce((most, one) => (of(one) > of(most) ? one : most));
}

export function shown({ value, low, high }: Estimate, digits = 2): string {
  return `${value.toFixed(digits)} (${low.toFixed(digits)} to ${high.toFixed(digits)})`;
}

export function familiesOf(problems: readonly Problem[]): string[] {
  return [...new Set(problems.map(({ family }) => family))];
}

function pairingsOf(own: Method, peers: readonly Method[], problems: readonly Problem[]): Pairing[] {
  return peers.map((peer) => pairingOf(own, peer, problems)).filter((pairing) => pairing !== undefined);
}

/** Whether it has every problem, with one seed at least. */
function isComplete({ curves }: Method, problems: readonly Problem[]): boolean {
  return problems.every(({ name }) => curves.has(name));
}

function overall({ curves }: Method, count: number): Estimate {
  return meanEstimate([...curves.values()].map((seeds) => [...seeds.values()].map((curve) => curve[count - 1])));
}

function meanWithin(method: Method, problems: readonly Problem[]): string {
  const within = restricted(method, problems);
  return within.curves.size === 0 ? '' : overall(within, counts.at(-1)!).value.toFixed(2);
}

function restricted(method: Method, problems: readonly Problem[]): Method {
  const names = new Set(problems.map(({ name }) => name));
  return { ...method, curves: new Map([...method.curves].filter(([name]) => names.has(name))) };
}

function signed(value: number): string {
  return `${value > 0 ? '+' : ''}${value.toFixed(2)}`;
}
