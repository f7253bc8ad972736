import { parseArgs } from 'node:util';
import { trialCountMax } from '../../shared/domain/budget.ts';
import { samplerKinds, type StudySettings } from './study.ts';

export interface DemoSettings extends StudySettings {
  data: string;
}

/** Where `npm start` looks too, so that it shows the demo's studies. */
export const dataDefault = './.cavia';

const workerCountMax = 64;

export const usage = `Usage: npm run demo -- [--trials N] [--workers N] [--sampler auto] [--seed 0] [--data ${dataDefault}] [--managed]

Finds hyperparameters for a small network that reads handwritten digits: starts the service,
creates a study, and trains in worker processes that ask for trials and tell results over HTTP.

  --trials N      how many configurations to try (default 80, about a minute)
  --workers N     how many processes train at the same time (default 4)
  --sampler KIND  ${samplerKinds.join(', ')} (default auto)
  --seed N        where the sampler starts (default 0)
  --data DIR      the folder that holds the study (default ${dataDefault})
  --managed       the service trains by itself, instead of workers that ask it

Ctrl-C stops it; the next run with the same folder goes on with the study.`;

/** @returns undefined when help is wanted. Throws a sentence for settings that cannot be. */
export function readSettings(args: string[]): DemoSettings | undefined {
  const { values } = parseArgs({
    args,
    options: {
      trials: { type: 'string', default: '80' },
      workers: { type: 'string', default: '4' },
      sampler: { type: 'string', default: 'auto' },
      seed: { type: 'string', default: '0' },
      data: { type: 'string', default: dataDefault },
      managed: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return undefined;
  const sampler = samplerKinds.find((kind) => kind === values.sampler);
  if (!sampler) throw new Error(`--sampler must be one of ${samplerKinds.join(', ')}; got ${values.sampler}.`);
  const trials = wholeNumber('trials', values.trials, 1, trialCountMax);
  const workers = wholeNumber('workers', values.workers, 1, workerCountMax);
  // The service begins at once, and the usual params need a trial of the budget too.
  if (values.managed && trials <= workers)
    throw new Error(`--trials must be more than --workers with --managed; got ${trials} and ${workers}.`);
  return {
    trials,
    workers,
    isManaged: values.managed,
    sampler,
    seed: wholeNumber('seed', values.seed, 0, Number.MAX_SAFE_INTEGER),
    data: values.data,
  };
}

function wholeNumber(name: string, text: string, low: number, high: number): number {
  const number = Number(text);
  if (text.trim() !== '' && Number.isInteger(number) && number >= low && number <= high) return number;
  throw new Error(`--${name} must be a whole number from ${low} to ${high}; got ${text}.`);
}
