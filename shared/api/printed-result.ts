/** A number, or one of the words of the contract for what is none. */
type ToldNumber = number | 'NaN' | 'Infinity' | '-Infinity';

/**
 * What a program left as its result, as the last line of its output or as an object: a number for the only metric, or
 * JSON like `{"values": {"loss": 0.3}}`, which is not checked further.
 * @returns undefined for a text that is no result.
 */
export function printedResult(text: string, metrics: readonly string[]): object | undefined {
  const value = toldNumber(text);
  if (value !== undefined) return metrics.length === 1 ? { values: { [metrics[0]]: value } } : undefined;
  const json = readJson(text);
  const isResult =
    json !== null && typeof json === 'object' && (Object.hasOwn(json, 'values') || Object.hasOwn(json, 'state'));
  return isResult ? json : undefined;
}

/** How a program says its result, for a sentence. */
export function resultExample(metrics: readonly string[]): string {
  const json = `{"values": {${metrics.map((metric, i) => `"${metric}": 0.${4 - i}`).join(', ')}}}`;
  return metrics.length === 1 ? `0.4 or ${json}` : json;
}

/** @returns undefined for a text that is neither a number nor a word for what is none. */
export function toldNumber(text: string): ToldNumber | undefined {
  const word = /^([+-]?)(?:(nan)|(?:inf(?:inity)?))$/i.exec(text.trim());
  if (word) return word[2] ? 'NaN' : word[1] === '-' ? '-Infinity' : 'Infinity';
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text.trim()) ? finiteOr(Number(text)) : undefined;
}

/** `1e999` is a number that no double holds. */
function finiteOr(value: number): ToldNumber {
  return Number.isFinite(value) ? value : value > 0 ? 'Infinity' : '-Infinity';
}

/** Python writes NaN and Infinity bare; they are read as words, as in requests. */
function readJson(text: string): unknown {
  const readable = text.replace(/("(?:[^"\\]|\\.)*")|(-?Infinity|NaN)\b/g, (_, string: string | undefined, bare) =>
    string === undefined ? `"${bare}"` : string,
  );
  try {
    return JSON.parse(readable);
  } catch {
    return null;
  }
}
