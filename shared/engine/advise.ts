import { cellCount, cellOf } from '../domain/cells.ts';
import { signOf, type Objective } from '../domain/objective.ts';
import { Parameter, parameterFaults, type NumericParameter, type Params } from '../domain/parameter.ts';
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
/** Of few cells the best are all in the first or the last one by chance too: not oftener than this. */
const chanceMax = 0.05;
/** The best trials in so small a part of a range leave the rest in doubt. */
const narrowShare = 0.25;
const narrowTrialCountMin = 30;
/** Where so large a part of the latest trials is around the best, the search has gone there by itself. */
const goneShare = 0.5;
/** So long without a better value, and for so large a part of the trials, the search has come to rest. */
const restCountMin = 20;
const restShare = 0.5;

/** Reads the history: where the best trials lie in the space, and when the best value was last improved. Pure. */
export function advise(space: Space, objective: Objective, trials: readonly Valued[]): Advice[] {
  const { length: count } = trials;
  if (count < trialCountMin) {
    const little = count === 1 ? '1 complete trial says' : `${count} complete trials say`;
    return [goOn(`${little} little yet.`, `Come back after ${trialCountMin}.`)];
  }
  const sign = signOf(objective);
  const ranked = trials.toSorted((a, b) => sign * (a.value - b.value) || a.number - b.number);
  const best = ranked.slice(0, Math.max(bestCountMin, Math.ceil(bestShare * count)));
  const onParameters = space.names.flatMap((_, i) => adviseOn(space, i, best, trials) ?? []);
  return [...onParameters, adviseOnProgress(ranked[0], trials)];
}

/** Where the best trials have a number of the space: at a bound of it, or in a small part of its range. */
function adviseOn(space: Space, i: number, best: readonly Valued[], trials: readonly Valued[]): Advice | undefined {
  const parameter = space.parameters[i];
  const name = space.names[i];
  const isNumber = parameter.type === 'float' || parameter.type === 'int';
  if (!isNumber || parameter.low === parameter.high) return undefined;
  if (!best.every(({ params }) => Object.hasOwn(params, name))) return undefined;
  const values = best.map(({ params }) => params[name] as number);
  const at = boundOf(parameter, values);
  if (at) return widen(parameter, name, at, best.length);
  return narrow(parameter, name, values, trials);
}

/** The bound that all values are at: in the first or last cell, or in the last tenth of the scale. */
function boundOf(parameter: NumericParameter, values: readonly number[]): 'low' | 'high' | undefined {
  const last = (cellCount(parameter) ?? Infinity) - 1;
  const cells = last === Infinity ? [] : values.map((value) => cellOf(parameter, value));
  if (cells.length > 0 && (last + 1) ** -cells.length <= chanceMax) {
    if (cells.every((cell) => cell === 0)) return 'low';
    if (cells.every((cell) => cell === last)) return 'high';
  }
  const places = values.map((value) => unitOf(parameter, value)!);
  if (places.every((place) => place <= edge)) return 'low';
  return places.every((place) => place >= 1 - edge) ? 'high' : undefined;
}

/** @returns undefined where the space cannot be wider there. */
function widen(
  parameter: NumericParameter,
  name: string,
  bound: 'low' | 'high',
  bestCount: number,
): Advice | undefined {
  if (!isMovable(parameter, bound)) return undefined;
  return {
    kind: 'widen',
    parameter: name,
    detail: `The ${bestCount} best trials have ${name} next to its ${bound} bound ${parameter[bound]}.`,
    hint: `${bound === 'low' ? 'Lower' : 'Raise'} space.${name}.${bound} with PATCH; the history is kept.`,
  };
}

/** Whether the space may have the parameter with this bound farther out. */
function isMovable(parameter: NumericParameter, bound: 'low' | 'high'): boolean {
  const outside = beyond(parameter, bound);
  const wider = Parameter.safeParse({ ...parameter, [bound]: outside });
  return outside !== parameter[bound] && wider.success && parameterFaults(wider.data).length === 0;
}

/** A step, or a little on the scale, beyond a bound. */
function beyond({ low, high, scale, step }: NumericParameter, bound: 'low' | 'high'): number {
  const part = step ?? (high - low) / 10;
  const outwards = bound === 'low' ? low - part : high + part;
  if (step !== undefined || scale === 'linear') return outwards;
  if (scale === 'log') return bound === 'low' ? low / 2 : high * 2;
  return bound === 'low' ? 1 - 2 * (1 - low) : 1 - (1 - high) / 2;
}

/** @returns undefined where the part is not small or cannot be searched finer, or where the search is there already. */
function narrow(
  parameter: NumericParameter,
  name: string,
  values: readonly number[],
  trials: readonly Valued[],
): Advice | undefined {
  const from = values.reduce((least, value) => Math.min(least, value));
  const to = values.reduce((most, value) => Math.max(most, value));
  const places = [from, to].map((value) => unitOf(parameter, value)!);
  const middle = (places[0] + places[1]) / 2;
  const isSmall = Math.abs(places[1] - places[0]) <= narrowShare;
  if (trials.length < narrowTrialCountMin || from === to || !isSmall) return undefined;
  const latest = trials.slice(Math.floor(trials.length / 2));
  const around = latest.filter(({ params }) => {
    const isActive = Object.hasOwn(params, name);
    return isActive && Math.abs(unitOf(parameter, params[name])! - middle) <= narrowShare / 2;
  });
  if (around.length > goneShare * latest.length) return undefined;
  const [shownFrom, shownTo] = parameter.step === undefined ? rounded(from, to, parameter) : [from, to];
  return {
    kind: 'narrow',
    parameter: name,
    detail: `The ${values.length} best trials have ${name} from ${shownFrom} to ${shownTo}, a small part of its range.`,
    hint: 'For a finer search, make a study of that part and attach these results to it.',
  };
}

/** Two different numbers inside of bounds, with as few digits from four on as tell them apart. */
function rounded(from: number, to: number, { low, high }: NumericParameter): [number, number] {
  for (let digits = 4; digits < 17; digits++) {
    const [start, end] = [from, to].map((value) => Math.min(Math.max(withDigits(value, digits), low), high));
    if (start < end) return [start, end];
  }
  return [from, to];
}

function withDigits(value: number, digits: number): number {
  return Number(value.toPrecision(digits));
}

function adviseOnProgress(best: Valued, trials: readonly Valued[]): Advice {
  const since = trials.filter(({ number }) => number > best.number).length;
  const found = `The best value, ${withDigits(best.value, 6)}, is that of trial ${best.number}`;
  if (since >= restCountMin && since >= restShare * trials.length) {
    return {
      kind: 'stop',
      detail: `${found}; ${since} trials since then were not better.`,
      hint: 'Confirm the best trials with new seeds, and stop or change the space.',
    };
  }
  const ago = since === 0 ? 'the latest' : since === 1 ? '1 trial ago' : `${since} trials ago`;
  return goOn(`${found}, ${ago}.`, 'It is still getting better often enough.');
}

function goOn(detail: string, hint: string): Advice {
  return { kind: 'go_on', detail, hint };
}
