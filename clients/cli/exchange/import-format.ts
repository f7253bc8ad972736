import { parseYaml } from '../read-yaml.ts';
import { spaceOfMapping } from '../space-input.ts';
import { fromOptunaJournal } from './from-optuna-journal.ts';
import { fromVizierSpace } from './from-vizier-space.ts';
import { fromWandbSweep } from './from-wandb-sweep.ts';
import type { Imported } from './imported.ts';
import { isDistribution, parameterOfDistribution } from './optuna-distribution.ts';

/** What a file holds that says what its space is. @returns undefined for a list of results. */
export async function readSpaceFile(
  text: string,
  path: string,
  from: string | undefined,
): Promise<Imported | undefined> {
  if (/^\s*\{"op_code":|^\s*\{[^\n]*"op_code"\s*:/.test(text)) return fromOptunaJournal(text, from);
  if (path.endsWith('.csv') || /^\s*\{[^\n]*"params"\s*:[^\n]*\}\s*(\n|$)/.test(text)) return undefined;
  const value = await parseYaml(text, path);
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return undefined;
  const document = value as Record<string, unknown>;
  if ('method' in document && 'parameters' in document) return fromWandbSweep(document);
  if (['studySpec', 'study_spec', 'searchSpace', 'search_space', 'parameters'].some((key) => key in document))
    return fromVizierSpace(document);
  const entries = Object.entries(document);
  if (entries.length > 0 && entries.every(([, one]) => isDistribution(one)))
    return {
      study: { space: Object.fromEntries(entries.map(([name, one]) => [name, parameterOfDistribution(name, one)])) },
      trials: [],
      remarks: [],
    };
  // What is left is a study of Cavia, or its space alone.
  if ('space' in document)
    return {
      study: { ...document, space: spaceOfMapping(document['space'] as Record<string, unknown>) },
      trials: [],
      remarks: [],
    };
  return { study: { space: spaceOfMapping(document) }, trials: [], remarks: [] };
}
