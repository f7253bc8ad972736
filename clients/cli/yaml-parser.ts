import { parse } from 'yaml';

/** Loaded when a file is read, so that other commands start without it. */
export function parseYamlText(text: string): unknown {
  return parse(text, { maxAliasCount: 100 }) as unknown;
}
