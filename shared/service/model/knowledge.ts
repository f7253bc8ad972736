import type { Objective } from '../../domain/objective.ts';
import { numbersOf, rangesOf } from '../../domain/ranges.ts';
import type { Knowledge } from '../../domain/trial.ts';
import type { History } from '../../engine/suggest-with-model.ts';
import { resultsOf, type Known } from './history.ts';
import type { TrialRecord } from '../ports/trials.ts';

/** A trial is a small item: what is longer than this is not kept. */
const lengthMax = 1000;

/** What a suggestion was made from, as it is kept with the trial. @returns undefined when it is too long. */
export function knowledgeOf(known: Known, { pending, inFlight }: History): Knowledge | undefined {
  const left = known.unsettled.filter((number) => !pending.has(number) && !inFlight.includes(number));
  const ranges = { pending: rangesOf(pending.keys()), inFlight: rangesOf(inFlight), left: rangesOf(left) };
  const written = Object.entries(ranges).filter(([, text]) => text !== '');
  if (written.reduce((length, [, text]) => length + text.length, 0) > lengthMax) return undefined;
  return { before: known.next, ...Object.fromEntries(written) };
}

/** The history again, out of what is stored now. @returns undefined when a trial of it is not there any more. */
export function historyAgain(
  { before, pending = '', inFlight = '', left = '' }: Knowledge,
  objectives: readonly Objective[],
  trials: ReadonlyMap<number, TrialRecord>,
): History | undefined {
  const open = numbersOf(pending).map((number) => trials.get(number));
  if (open.includes(undefined)) return undefined;
  const without = new Set([pending, inFlight, left].flatMap(numbersOf));
  const told = [...trials.values()].filter(({ number }) => number < before && !without.has(number));
  return {
    observations: resultsOf(objectives, told),
    pending: new Map(open.map((trial) => [trial!.number, trial!.params])),
    inFlight: numbersOf(inFlight),
  };
}
