import { signOf, type Objective } from '../domain/objective.ts';
import type { Params, ParamValue } from '../domain/parameter.ts';
import type { Space } from '../domain/space.ts';
import { unitOf } from './encoding.ts';

/** What an experienced person would do next with a study. */
export interface Advice {
  kind: 'widen' | 'narrow' | 'stop' | 'go_on';
  /** The parameter that it is about. */
  parameter?: string;
  detail: string;
  hint: string;
}

/** A trial with a value, in the order of numbers. */
export interface Valued {
  number: number;
  params: Params;
  value: number;
}

/** Fewer trials say little about a space. */
const trialCountMin = 10;
/** The best tenth is looked at, and never fewer than three. */
const bestShare = 0.1;
const bestCountMin = 3;
/** As near to a bound as this, on the parameter's scale, the best is probably beyond it. */
const edge = 0.1;
/** The best trials in so small a part of a range leave the rest in doubt. */
const narrowShare = 0.25;
const narrowTrialCountMin = 30;
/** So long without a better value, and for so large a part of the trials, the search has come to rest. */
const restCountMin = 20;
const restShare = 0.5;

/** Reads the history: where the best trials lie in the space, and when the best value was last improved. Pure. */
export function advise(space: Space, objective: Objective, trials: readonly Valued[]): Advice[] {
  if (trials.length < trialCountMin) {
    return [goOn(`${trials.length} complete trials say little yet.`, `Come back after ${trialCountMin}.`)];
  }
  const sign = signOf(objective);
  const ranked = trials.toSorted((a, b) => sign * (a.value - b.value) || a.number - b.number);
  const best = ranked.slice(0, Math.max(bestCountMin, Math.ceil(bestShare * trials.length)));
  const bounds = space.names.flatMap((_, i) => adviseOn(space, i, best, trials.length));
  return [...bounds, adviseOnProgress(ranked[0], trials)];
}

/** Where the best trials have a number of the space: near a bound of it, or in a small part of its range. */
function adviseOn(space: Space, i: number, best: readonly Valued[], trialCount: number): Advice[] {
  const parameter = space.parameters[i];
  const name = space.names[i];
  const isNumber = parameter.type === 'float' || parameter.type === 'int';
  if (!isNumber || !best.every(({ params }) => Object.hasOwn(params, name))) return [];
  const values = best.map(({ params }) => params[name]);
  const places = values.map((value) => unitOf(parameter, value)!);
  const [lowest, highest] = [Math.min(...places), Math.max(...places)];
  const about = (kind: 'widen' | 'narrow', detail: string, hint: string): Advice[] => [
    { kind, parameter: name, detail, hint },
  ];
  if (lowest === highest && parameter.low === parameter.high) return [];
  if (highest <= edge) {
    return about(
      'widen',
      `The ${best.length} best trials have ${name} next to its low bound ${parameter.low}.`,
      `Lower space.${name}.low with PATCH; the history is kept.`,
    );
  }
  if (lowest >= 1 - edge) {
    return about(
      'widen',
      `The ${best.length} best trials have ${name} next to its high bound ${parameter.high}.`,
      `Raise space.${name}.high with PATCH; the history is kept.`,
    );
  }
  if (trialCount < narrowTrialCountMin || highest - lowest > narrowShare) return [];
  const [from, to] = [smallest(values), largest(values)];
  return about(
    'narrow',
    `The ${best.length} best trials have ${name} from ${from} to ${to}, a small part of its range.`,
    'For a finer search, make a study of that part and attach these results to it.',
  );
}

function adviseOnProgress(best: Valued, trials: readonly Valued[]): Advice {
  const since = trials.filter(({ number }) => number > best.number).length;
  if (since >= restCountMin && since >= restShare * trials.length) {
    return {
      kind: 'stop',
      detail: `The best value, ${best.value}, is that of trial ${best.number}; ${since} trials since then were not better.`,
      hint: 'Confirm the best trials with new seeds, and stop or change the space.',
    };
  }
  return goOn(
    `The best value, ${best.value}, is that of trial ${best.number}, ${since} trials ago.`,
    'It is still getting better often enough.',
  );
}

function goOn(detail: string, hint: string): Advice {
  return { kind: 'go_on', detail, hint };
}

function smallest(values: readonly ParamValue[]): number {
  return Math.min(...(values as number[]));
}

function largest(values: readonly ParamValue[]): number {
  return Math.max(...(values as number[]));
}
