import type { ParamValue, Parameter } from './api.ts';
import { plainValue } from './range-text.ts';

/** A parameter as it is typed: what `parameterOf` reads. */
export function rangeText(parameter: Parameter): string {
  const { when } = parameter;
  const conditions = Object.entries(when ?? {}).map(
    ([name, value]) => `${name}=${Array.isArray(value) ? `[${value.map(shownValue).join(', ')}]` : shownValue(value)}`,
  );
  const range = rangeOf(parameter);
  return conditions.length === 0 ? range : `${range} when ${conditions.join(' and ')}`;
}

function rangeOf(parameter: Parameter): string {
  const preset = parameter.default === undefined ? [] : [`default=${shownValue(parameter.default)}`];
  switch (parameter.type) {
    case 'float':
    case 'int': {
      const { type, low, high, scale, step } = parameter;
      const isPlain = scale === undefined || scale === 'linear';
      const word = type === 'int' ? 'int' : isPlain ? 'uniform' : scale;
      const items: (string | number)[] = [low, high];
      if (type === 'int' && !isPlain) items.push(scale);
      if (step !== undefined && !(type === 'int' && step === 1)) items.push(`step=${step}`);
      return `${word}(${[...items, ...preset].join(', ')})`;
    }
    case 'ordinal':
      return `ordinal(${[...parameter.values.map(shownValue), ...preset].join(', ')})`;
    case 'categorical': {
      const choices = parameter.choices.map(shownValue);
      return preset.length === 0 ? `[${choices.join(', ')}]` : `categorical(${[...choices, ...preset].join(', ')})`;
    }
    case 'boolean':
      return preset.length === 0 ? 'bool' : `bool(${preset.join('')})`;
  }
}

function shownValue(value: ParamValue): string {
  if (typeof value !== 'string') return String(value);
  const isBare = /^[A-Za-z_][\w.-]*$/.test(value) && plainValue(value) === value;
  return isBare ? value : JSON.stringify(value);
}
