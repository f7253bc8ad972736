import type { NewStudy, SearchSpace } from './api.ts';
import { gridPoints, requirePoints } from './grid-points.ts';
import { numberOf } from './number-text.ts';
import { readMapping } from './read-yaml.ts';
import { misused } from './refusal.ts';
import { spaceOfMapping, spaceOfTexts } from './space-input.ts';
import { wholeNumber } from './whole-number.ts';

/** The options that describe a study, of `study create` and `import`. */
export const studyOptions = {
  minimize: { type: 'string', value: 'METRIC', multiple: true, about: 'an objective: the smaller, the better' },
  maximize: { type: 'string', value: 'METRIC', multiple: true, about: 'an objective: the larger, the better' },
  target: { type: 'string', value: 'X', about: 'end the study when the objective is as good as this' },
  trials: { type: 'string', short: 'n', value: 'N', about: 'how many trials in all; 100 when left out' },
  parallel: { type: 'string', value: 'N', about: 'how many at the same time, over all workers' },
  deadline: { type: 'string', value: 'TIME', about: 'after this no trial is given out: 2026-12-24T18:00:00Z' },
  sampler: {
    type: 'string',
    value: 'KIND',
    about: 'how params are chosen',
    among: ['auto', 'gp', 'random', 'quasiRandom', 'grid'],
  },
  points: {
    type: 'string',
    value: 'N',
    multiple: true,
    about: 'how many values a float without a step gets on a grid; lr=N for one of several',
  },
  seed: { type: 'string', value: 'N', about: 'the same seed suggests the same; 0 when left out' },
  constraint: { type: 'string', value: 'TEXT', multiple: true, about: "such as 'width * batch <= 65536'" },
  lease: { type: 'string', value: 'SECONDS', about: 'how long a worker may be silent; 900 when left out' },
  attempts: { type: 'string', value: 'N', about: 'how often a trial is tried that failed; 3 when left out' },
  label: { type: 'string', value: 'NAME=TEXT', multiple: true, about: 'a label' },
  space: { type: 'string', short: 's', value: 'FILE', about: 'a YAML file with the space: name to range' },
  file: { type: 'string', short: 'f', value: 'FILE', about: 'a YAML file with the whole study, as the API has it' },
} as const;

type StudyOptions = {
  readonly [K in keyof typeof studyOptions]?: (typeof studyOptions)[K] extends { multiple: true } ? string[] : string;
};

/** What the command line says of a study; of the file, what the command line does not say. */
export async function newStudy(
  name: string | undefined,
  ranges: readonly string[],
  options: StudyOptions,
): Promise<Partial<NewStudy>> {
  const fromFile = options.file === undefined ? {} : await readMapping(options.file);
  const spaceOfFile = fromFile['space'];
  const space = {
    ...(isMapping(spaceOfFile) && spaceOfMapping(spaceOfFile)),
    ...(options.space !== undefined && spaceOfMapping(await readSpace(options.space))),
    ...spaceOfTexts(ranges),
  };
  const objectives = objectivesOf(options);
  const sampler = samplerOf(options, fromFile['sampler'], space);
  return {
    ...fromFile,
    ...(name !== undefined && { name }),
    ...(Object.keys(space).length > 0 && { space }),
    ...(objectives.length > 0 && { objectives }),
    ...(options.constraint && { constraints: options.constraint }),
    ...(sampler !== undefined && { sampler }),
    ...(options.seed !== undefined && { seed: wholeNumber('--seed', options.seed) }),
    ...(options.label && { labels: Object.fromEntries(options.label.map(labelOf)) }),
    ...merged('budget', fromFile, {
      ...(options.trials !== undefined && { trials: wholeNumber('--trials', options.trials, 1) }),
      ...(options.parallel !== undefined && { parallel: wholeNumber('--parallel', options.parallel, 1) }),
      ...(options.deadline !== undefined && { deadline: options.deadline }),
    }),
    ...merged('lease', fromFile, {
      ...(options.lease !== undefined && { seconds: wholeNumber('--lease', options.lease, 1) }),
      ...(options.attempts !== undefined && { attempts: wholeNumber('--attempts', options.attempts, 1) }),
    }),
  };
}

/** A file with a space may also hold it under `space`, as a whole study does. */
async function readSpace(path: string): Promise<Record<string, unknown>> {
  const mapping = await readMapping(path);
  return isMapping(mapping['space']) && !('type' in mapping['space']) ? mapping['space'] : mapping;
}

/** Of the file where the command line says none. */
function samplerOf({ sampler, points }: StudyOptions, ofFile: unknown, space: SearchSpace): NewStudy['sampler'] {
  const kind = sampler ?? (isMapping(ofFile) ? ofFile['kind'] : undefined);
  if (points !== undefined && kind !== 'grid') throw misused('--points needs --sampler grid.');
  if (kind === 'grid' && (sampler !== undefined || points !== undefined)) {
    const grid = { kind, ...(points !== undefined && { points: gridPoints(points, space) }) } as const;
    requirePoints(grid, space);
    return grid;
  }
  return sampler === undefined ? undefined : { kind: sampler as 'auto' };
}

function objectivesOf({ minimize = [], maximize = [], target }: StudyOptions): NewStudy['objectives'] {
  const objectives: NewStudy['objectives'] = [
    ...minimize.map((metric) => ({ metric, direction: 'minimize' as const })),
    ...maximize.map((metric) => ({ metric, direction: 'maximize' as const })),
  ];
  if (target === undefined) return objectives;
  const value = numberOf(target);
  if (value === undefined) throw misused(`--target must be a number; got "${target}".`);
  if (objectives.length !== 1) throw misused('--target needs exactly one --minimize or --maximize.');
  return [{ ...objectives[0], target: value }];
}

function labelOf(text: string): [string, string] {
  const at = text.indexOf('=');
  if (at < 1) throw misused(`--label must be written like team=vision; got "${text}".`);
  return [text.slice(0, at), text.slice(at + 1)];
}

function merged(field: string, fromFile: Record<string, unknown>, given: Record<string, unknown>): object {
  if (Object.keys(given).length === 0) return {};
  const before = fromFile[field];
  return { [field]: { ...(isMapping(before) && before), ...given } };
}

function isMapping(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}
