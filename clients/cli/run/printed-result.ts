import type { Objective, TellRequest } from '../api.ts';
import { toldValueOf } from '../told-values.ts';

/** What a program left as its result: a tell without its attempt. */
export type PrintedResult = Omit<TellRequest, 'attempt'>;

/**
 * Reads the last line of a program, or its result file: a number for the only objective, or JSON as the service reads
 * it from a job. @returns undefined for a text that is no result.
 */
export function printedResult(text: string, objectives: readonly Objective[]): PrintedResult | undefined {
  const value = toldValueOf(text);
  if (value !== undefined) return objectives.length === 1 ? { values: { [objectives[0].metric]: value } } : undefined;
  const json = readJson(text);
  const isResult =
    json !== null && typeof json === 'object' && (Object.hasOwn(json, 'values') || Object.hasOwn(json, 'state'));
  return isResult ? json : undefined;
}

/** How a program says its result, for a sentence. */
export function resultExample(objectives: readonly Objective[]): string {
  const json = `{"values": {${objectives.map(({ metric }, i) => `"${metric}": 0.${4 - i}`).join(', ')}}}`;
  return objectives.length === 1 ? `0.4 or ${json}` : json;
}

/** Python writes NaN and Infinity bare; they are read as words. */
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
