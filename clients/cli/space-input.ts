import type { Parameter, SearchSpace } from './api.ts';
import { notARange, parameterOf } from './range-text.ts';
import { misused } from './refusal.ts';

/** The space of short strings, `lr=log(1e-5, 1e-1)`. @throws Error with one sentence. */
export function spaceOfTexts(texts: readonly string[]): SearchSpace {
  const space: SearchSpace = {};
  for (const text of texts) {
    const [, name, range] = /^\s*([^=\s([]+)\s*=\s*(\S[\s\S]*)$/.exec(text) ?? [];
    if (name === undefined)
      throw misused(`A parameter must be written like lr=log(1e-5, 1e-1); got ${JSON.stringify(text)}.`);
    if (Object.hasOwn(space, name)) throw misused(`${name} is given twice.`);
    space[name] = parameterOf(name, range);
  }
  return space;
}

/** The space of a mapping, as YAML holds it: strings, lists of choices, parameters of the API. */
export function spaceOfMapping(mapping: Readonly<Record<string, unknown>>): SearchSpace {
  return Object.fromEntries(Object.entries(mapping).map(([name, value]) => [name, parameterOfValue(name, value)]));
}

function parameterOfValue(name: string, value: unknown): Parameter {
  if (typeof value === 'string') return parameterOf(name, value);
  if (Array.isArray(value)) return { type: 'categorical', choices: value as [] };
  if (value === null || typeof value !== 'object') throw notARange(name, JSON.stringify(value));
  if (!('type' in value))
    throw misused(
      `${name} must have a type: float, int, ordinal, categorical or boolean; got ${JSON.stringify(value)}.`,
    );
  return value as Parameter;
}
