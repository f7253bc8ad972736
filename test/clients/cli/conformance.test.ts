import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { filledTemplate, templateFault } from '../../../clients/cli/command-template.ts';
import { spaceOfMapping, spaceOfTexts } from '../../../clients/cli/space-input.ts';

interface SpaceCase {
  about: string;
  texts?: string[];
  mapping?: Record<string, unknown>;
  space?: unknown;
  refusal?: string;
}

interface TemplateCase {
  about: string;
  command: string[];
  params: Record<string, string | number | boolean>;
  names?: string[];
  argv?: string[];
  refusal?: string;
}

function casesOf<T>(name: string): T[] {
  return (JSON.parse(readFileSync(`clients/conformance/${name}.json`, 'utf8')) as { cases: T[] }).cases;
}

function outcomeOf(compute: () => unknown): { value?: unknown; refusal?: string } {
  try {
    return { value: compute() };
  } catch (error) {
    return { refusal: (error as Error).message };
  }
}

describe('a space as it is written', () => {
  it.each(casesOf<SpaceCase>('spaces'))('$about', ({ texts, mapping, space, refusal }) => {
    const outcome = outcomeOf(() => (texts ? spaceOfTexts(texts) : spaceOfMapping(mapping!)));
    expect(outcome).toEqual(refusal === undefined ? { value: space } : { refusal });
  });
});

describe('a command with parameters in braces', () => {
  it.each(casesOf<TemplateCase>('templates'))('$about', ({ command, params, names, argv, refusal }) => {
    expect(templateFault(command, names ?? Object.keys(params))).toBe(refusal);
    expect(refusal === undefined ? filledTemplate(command, params) : undefined).toEqual(argv);
  });
});
