import type { Study, TellRequest } from './api.ts';
import { toldNumber } from '../../shared/api/printed-result.ts';
import { instead } from './instead.ts';
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

function required(name: string, text: string): Told {
  const value = toldNumber(text);
  if (value === undefined) throw misused(`${name} must be a number; got "${text}".`);
  return value;
}

/** Refuses metrics that are near misses of an objective, before anything is sent. */
export function requireMetric(metric: string, { objectives }: Pick<Study, 'objectives'>): void {
  const metrics = objectives.map((objective) => objective.metric);
  if (!metrics.includes(metric))
    throw misused(`The study has no objective "${metric}"; ${instead(metric, metrics, 'it has')}`);
}
