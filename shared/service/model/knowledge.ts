import type { Objective } from '../../domain/objective.ts';
import type { Params } from '../../domain/parameter.ts';
import { numbersOf, rangesOf } from '../../domain/ranges.ts';
import type { Knowledge } from '../../domain/trial.ts';
import type { History } from '../../engine/suggest-with-model.ts';
import { resultsOf, type Known } from './history.ts';
import type { TrialRecord } from '../ports/trials.ts';

/** A trial is a small item: what is longer than this is not kept. */
const lengthMax = 1000;

/** What a suggestion was made from, as it is kept with the trial. @returns undefined when it is too long. */
export function knowledgeOf(known: Known, { pending, failed, inFlight }: History): Knowledge | undefined {
  const isPart = (number: number): boolean => pending.has(number) || failed.has(number) || inFlight.includes(number);
  const ranges = {
    pending: rangesOf(pending.keys()),
    failed: rangesOf(failed.keys()),
    inFlight: rangesOf(inFlight),
    left: rangesOf(known.unsettled.filter((number) => !isPart(number))),
  };
  const written = Object.entries(ranges).filter(([, text]) => text !== '');
  if (written.reduce((length, [, text]) => length + text.length, 0) > lengthMax) return undefined;
  return { before: known.next, ...Object.fromEntries(written) };
}

/** The history again, out of what is stored now. @returns undefined when a trial of it is not there any more. */
export function historyAgain(
  { before, pending = '', failed = '', inFlight = '', left = '' }: Knowledge,
  objectives: readonly Objective[],
  trials: ReadonlyMap<number, TrialRecord>,
): History | undefined {
  const [open, lost] = [pending, failed].map((ranges) => paramsOf(numbersOf(ranges), trials));
  if (!open || !lost) return undefined;
  const without = new Set([pending, failed, inFlight, left].flatMap(numbersOf));
  const told = [...trials.values()].filter(({ number }) => number < before && !without.has(number));
  return {
    observations: resultsOf(objectives, told),
    pending: open,
    failed: lost,
    inFlight: numbersOf(inFlight),
  };
}

/** By number. @returns undefined when one is not there any more. */
function paramsOf(
  numbers: readonly number[],
  trials: ReadonlyMap<number, TrialRecord>,
): Map<number, Params> | undefined {
  const found = numbers.map((number) => trials.get(number));
  return found.includes(undefined) ? undefined : new Map(found.map((trial) => [trial!.number, trial!.params]));
}
