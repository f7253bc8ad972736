import type { NewStudy, SearchSpace } from './api.ts';
import { misused } from './refusal.ts';
import { wholeNumber } from './whole-number.ts';

type Grid = Extract<NonNullable<NewStudy['sampler']>, { kind: 'grid' }>;

/** What `--points 5`, `--points lr=20` or both say of a grid. */
export function gridPoints(texts: readonly string[], space: SearchSpace): Grid['points'] {
  const named = texts.filter((text) => text.includes('=')).map(namedPoints);
  const plain = texts.filter((text) => !text.includes('='));
  if (plain.length > 1) throw misused(`--points can say one number for all; got ${plain.join(' and ')}.`);
  const ofOthers = plain.map((text) => wholeNumber('--points', text, 2))[0] as number | undefined;
  if (named.length === 0) return ofOthers;
  const others = ofOthers === undefined ? [] : openRanges(space).map((name) => [name, ofOthers] as const);
  return Object.fromEntries([...others, ...named]);
}

/** Refuses a grid that does not say how many values a parameter gets. */
export function requirePoints({ points }: Grid, space: SearchSpace): void {
  if (typeof points === 'number') return;
  const name = openRanges(space).find((one) => points === undefined || !Object.hasOwn(points, one));
  if (name === undefined) return;
  throw misused(
    `On a grid ${name} needs a number of values: add --points 5 for all such ranges, --points ${name}=5, or step= in the range.`,
  );
}

/** The parameters that have no values of their own: floats without a step. */
function openRanges(space: SearchSpace): string[] {
  return Object.entries(space).flatMap(([name, parameter]) =>
    parameter.type === 'float' && parameter.step === undefined ? [name] : [],
  );
}

function namedPoints(text: string): [string, number] {
  const [, name, value] = /^([^=]+)=(.*)$/.exec(text) ?? [];
  if (name === undefined) throw misused(`--points must be written like 5 or lr=5; got "${text}".`);
  return [name, wholeNumber(`--points ${name}`, value, 2)];
}
