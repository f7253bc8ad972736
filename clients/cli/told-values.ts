import type { Study, TellRequest } from './api.ts';
import { instead } from './nearest.ts';
import { misused } from './refusal.ts';

type ToldValues = NonNullable<TellRequest['values']>;
type Told = ToldValues[string];

/** `0.42` for the only objective, or `loss=0.42 size=3`. */
export function toldValues(texts: readonly string[], { objectives }: Pick<Study, 'objectives'>): ToldValues {
  const metrics = objectives.map(({ metric }) => metric);
  if (texts.length === 1 && !texts[0].includes('=')) {
    if (metrics.length > 1) throw misused(`The value must name its metric, like ${metrics[0]}=${texts[0]}.`);
    return { [metrics[0]]: required(metrics[0], texts[0]) };
  }
  return Object.fromEntries(
    texts.map((text) => {
      const [, name, value] = /^([^=]+)=(.*)$/.exec(text) ?? [];
      if (name === undefined) throw misused(`A value must be written like ${metrics[0]}=0.42; got "${text}".`);
      return [name, required(name, value)];
    }),
  );
}

/** What a text tells: a number, or one of the words for what is none. @returns undefined for anything else. */
export function toldValueOf(text: string): Told | undefined {
  const word = /^([+-]?)(?:(nan)|(?:inf(?:inity)?))$/i.exec(text.trim());
  if (word) return word[2] ? 'NaN' : word[1] === '-' ? '-Infinity' : 'Infinity';
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text.trim()) ? finiteOr(Number(text)) : undefined;
}

/** `1e999` is a number that no double holds. */
function finiteOr(value: number): Told {
  return Number.isFinite(value) ? value : value > 0 ? 'Infinity' : '-Infinity';
}

function required(name: string, text: string): Told {
  const value = toldValueOf(text);
  if (value === undefined) throw misused(`${name} must be a number; got "${text}".`);
  return value;
}

/** Refuses metrics that are near misses of an objective, before anything is sent. */
export function requireMetric(metric: string, { objectives }: Pick<Study, 'objectives'>): void {
  const metrics = objectives.map((objective) => objective.metric);
  if (!metrics.includes(metric))
    throw misused(`The study has no objective "${metric}"; ${instead(metric, metrics, 'it has')}`);
}
