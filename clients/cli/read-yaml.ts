import { readFileSync } from 'node:fs';
import { misused } from './refusal.ts';

/** The text of a file, or of standard input for `-`. */
export function readInput(path: string): string {
  try {
    return readFileSync(path === '-' ? 0 : path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? 'there is no such file' : code === 'EISDIR' ? 'it is a folder' : code;
    throw misused(`${path} cannot be read: ${why}.`);
  }
}

/** What a YAML or JSON text holds. @param path for the sentence when it is neither. */
export async function parseYaml(text: string, path: string): Promise<unknown> {
  const { parseYamlText } = await import('./yaml-parser.ts');
  try {
    return parseYamlText(text);
  } catch (error) {
    throw misused(`${path} is no YAML: ${(error as Error).message.split('\n')[0].replace(/[:.]$/, '')}.`);
  }
}

/** A mapping in a file. */
export async function readMapping(path: string): Promise<Record<string, unknown>> {
  const value = await parseYaml(readInput(path), path);
  if (value === null || typeof value !== 'object' || Array.isArray(value))
    throw misused(`${path} must hold a mapping, like {lr: "log(1e-5, 1e-1)"}.`);
  return value as Record<string, unknown>;
}
