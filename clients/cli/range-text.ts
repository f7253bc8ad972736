import type { ParamValue, Parameter } from './api.ts';
import { instead } from './instead.ts';
import { misused } from './refusal.ts';

/** A range as people write it: `log(1e-5, 1e-1)`, `[relu, tanh] when layers=2`. clients/conformance/spaces.json. */

const ranges = ['uniform', 'log', 'reverseLog', 'float', 'int', 'ordinal', 'categorical', 'bool', 'boolean'] as const;
type Range = (typeof ranges)[number];
const scales = ['linear', 'log', 'reverseLog'] as const;
const numeral = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;

/** @throws Error with one sentence that starts with the parameter's name. */
export function parameterOf(name: string, text: string): Parameter {
  const reader = readerOf(name, text.trim());
  const parameter = reader.range();
  const when = reader.conditions();
  return when === undefined ? parameter : { ...parameter, when };
}

export function notARange(name: string, shown: string): Error {
  return misused(`${name} must be a range like log(1e-5, 1e-1), int(1, 4), [relu, tanh] or bool; got ${shown}.`);
}

interface Item {
  option?: string;
  value: ParamValue;
}

interface Reader {
  range(): Parameter;
  conditions(): Parameter['when'];
}

function readerOf(name: string, text: string): Reader {
  let at = 0;
  const fault = (sentence: string): Error => misused(`${name}${sentence}`);
  const skipSpace = (): void => {
    while (/\s/.test(text[at] ?? '')) at++;
  };
  const accept = (token: string): boolean => {
    skipSpace();
    if (!text.startsWith(token, at)) return false;
    at += token.length;
    return true;
  };
  const match = (pattern: RegExp): string | undefined => {
    skipSpace();
    const sticky = new RegExp(pattern.source, 'y');
    sticky.lastIndex = at;
    const found = sticky.exec(text)?.[0];
    at += found?.length ?? 0;
    return found;
  };

  /** A quoted text, or what goes on to the next comma or bracket, or in conditions to the next space. */
  function value(bare: RegExp): ParamValue {
    const quoted = match(/"(?:[^"\\]|\\.)*"|'[^']*'/);
    if (quoted !== undefined) return unquoted(quoted);
    return plainValue((match(bare) ?? '').trim());
  }

  function item(): Item {
    const option = match(/[A-Za-z]+\s*=/)
      ?.slice(0, -1)
      .trim();
    return { ...(option !== undefined && { option }), value: value(/[^,()[\]]*/) };
  }

  function items(end: ')' | ']'): Item[] {
    const found: Item[] = [];
    if (accept(end)) return found;
    do found.push(item());
    while (accept(','));
    if (!accept(end)) throw fault(`: "${end}" is missing in ${JSON.stringify(text)}.`);
    return found;
  }

  function range(): Parameter {
    if (accept('[')) return { type: 'categorical', choices: items(']').map(({ value: one }) => one) };
    const word = match(/[A-Za-z]\w*/);
    if (word === undefined || text === '') throw notARange(name, JSON.stringify(text));
    if (!ranges.includes(word as Range)) throw fault(`: there is no range "${word}"; ${instead(word, ranges)}`);
    const start = at;
    const hasItems = accept('(');
    if (!hasItems && word !== 'bool' && word !== 'boolean') throw notARange(name, JSON.stringify(text));
    const given = hasItems ? items(')') : [];
    return built(name, word as Range, given, `${word}${text.slice(start, at)}`);
  }

  function conditions(): Parameter['when'] {
    skipSpace();
    if (at === text.length) return undefined;
    if (match(/when\b/) === undefined) throw fault(`: only when may follow the range; got "${text.slice(at)}".`);
    const when: NonNullable<Parameter['when']> = {};
    do {
      const parent = match(/[A-Za-z_][\w.-]*\s*=/)
        ?.slice(0, -1)
        .trim();
      if (parent === undefined)
        throw fault(`: a condition must be written like optimizer=sgd; got ${JSON.stringify(text.slice(at).trim())}.`);
      when[parent] = accept('[') ? items(']').map(({ value: one }) => one) : value(/[^\s,()[\]]+/);
    } while (match(/and\b/) !== undefined);
    skipSpace();
    if (at < text.length) throw fault(`: only "and" may follow a condition; got "${text.slice(at)}".`);
    return when;
  }

  return { range, conditions };
}

function built(name: string, range: Range, given: readonly Item[], shown: string): Parameter {
  const options = optionsOf(name, range, given);
  const values = given.filter(({ option }) => option === undefined).map(({ value }) => value);
  switch (range) {
    case 'uniform':
    case 'log':
    case 'reverseLog': {
      const [low, high] = bounds(name, range, values, 2, shown);
      return { type: 'float', low, high, ...(range !== 'uniform' && { scale: range }), ...options };
    }
    case 'float':
    case 'int': {
      const [low, high] = bounds(name, range, values, 3, shown);
      const scale = values[2] as (typeof scales)[number] | undefined;
      if (scale !== undefined && !scales.includes(scale))
        throw misused(`${name}: the scale must be linear, log or reverseLog; got ${JSON.stringify(scale)}.`);
      const named = scale !== undefined && scale !== 'linear' && { scale };
      return { type: range, low, high, ...named, ...options };
    }
    case 'ordinal':
      return { type: 'ordinal', values: values as (string | number)[], ...options };
    case 'categorical':
      return { type: 'categorical', choices: values, ...options };
    case 'bool':
    case 'boolean':
      if (values.length > 0) throw misused(`${name}: ${range} has no values; got ${JSON.stringify(shown)}.`);
      return { type: 'boolean', ...options };
  }
}

function optionsOf(name: string, range: Range, given: readonly Item[]): Record<string, ParamValue> {
  const options: Record<string, ParamValue> = {};
  for (const { option, value } of given) {
    if (option === undefined) continue;
    if (option !== 'step' && option !== 'default')
      throw misused(`${name}: there is no option "${option}"; there are step and default.`);
    const isNumeric = ['uniform', 'log', 'reverseLog', 'float', 'int'].includes(range);
    if (option === 'step' && !isNumeric) throw misused(`${name}: ${range} has no step; leave out step=${value}.`);
    if (option === 'step' && typeof value !== 'number')
      throw misused(`${name}: step must be a number; got ${JSON.stringify(value)}.`);
    options[option] = value;
  }
  return options;
}

function bounds(
  name: string,
  range: Range,
  values: readonly ParamValue[],
  countMax: number,
  shown: string,
): [number, number] {
  const [low, high] = values;
  if (typeof low === 'number' && typeof high === 'number' && values.length <= countMax) return [low, high];
  const example = range === 'int' ? 'int(1, 4)' : range === 'log' ? 'log(1e-5, 1e-1)' : `${range}(0.1, 0.9)`;
  throw misused(`${name}: ${range} must have a low and a high number, like ${example}; got ${JSON.stringify(shown)}.`);
}

/** What a bare word means: a number, true or false, else the text. */
export function plainValue(text: string): ParamValue {
  if (text === 'true' || text === 'false') return text === 'true';
  return numeral.test(text) ? Number(text) : text;
}

function unquoted(quoted: string): string {
  return quoted.startsWith("'") ? quoted.slice(1, -1) : (JSON.parse(quoted) as string);
}
