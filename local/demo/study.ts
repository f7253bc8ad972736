import { fileURLToPath } from 'node:url';
import type { Client } from '../../shared/api/client.ts';
import { pageLimitMax, type Study } from '../../shared/api/messages.ts';
import type { Params } from '../../shared/domain/parameter.ts';
import type { SearchSpace } from '../../shared/domain/search-space.ts';
import type { MlpParams } from './mlp.ts';

// What the demo looks for: the hyperparameters of a small network that reads handwritten digits.

export const metric = 'validationLoss';
export const epochCount = 15;
/** The same for every trial, so that trials differ by their params and by nothing else. */
export const trainingSeed = 1;

export const space: SearchSpace = {
  optimizer: { type: 'categorical', choices: ['sgd', 'adam'], default: 'sgd' },
  learningRate: { type: 'float', low: 1e-4, high: 1, scale: 'log', default: 0.01 },
  momentum: { type: 'float', low: 0, high: 0.99, scale: 'reverseLog', default: 0.9, when: { optimizer: 'sgd' } },
  batchSize: { type: 'ordinal', values: [8, 16, 32, 64, 128, 256], default: 32 },
  hidden: { type: 'int', low: 4, high: 128, scale: 'log', step: 1, default: 16 },
  layers: { type: 'int', low: 1, high: 3, scale: 'linear', step: 1, default: 1 },
  activation: { type: 'categorical', choices: ['relu', 'tanh'], default: 'relu' },
  weightDecay: { type: 'float', low: 1e-7, high: 0.1, scale: 'log', default: 1e-4 },
  dropout: { type: 'float', low: 0, high: 0.6, scale: 'linear', default: 0 },
};

/** What a person would begin with. It is enqueued as the first trial, so that "better" is measured, not claimed. */
export const defaultParams: Params = Object.fromEntries(
  Object.entries(space).map(([name, parameter]) => [name, parameter.default!]),
);

/** Params of a trial of this space. */
export function mlpParamsOf(params: Params): MlpParams {
  return params as unknown as MlpParams;
}

export const samplerKinds = ['auto', 'gp', 'quasiRandom', 'random'] as const;

export interface StudySettings {
  trials: number;
  /** How many processes train at the same time. */
  workers: number;
  /** Whether the service starts them. */
  isManaged: boolean;
  sampler: (typeof samplerKinds)[number];
  seed: number;
}

export interface OpenedStudy {
  study: Study;
  /** The study was left unfinished by an earlier demo, and keeps that one's settings. */
  isContinued: boolean;
  defaultNumber: number;
}

/** Goes on with the study of a demo that was interrupted, or creates one under a free name. */
export async function openStudy(client: Client, settings: StudySettings): Promise<OpenedStudy> {
  const studies = await allStudies(client);
  const unfinished = studies.find(({ labels, state }) => labels['demo'] === demoLabel && state === 'active');
  const names = new Set(studies.map(({ name }) => name));
  const study = unfinished ?? (await client.createStudy({ body: specOf(freeName(names), settings) }));
  // A trial that has the params already comes back as their duplicate, whatever became of it.
  const { trials, duplicates } = await client.enqueue({
    study: study.name,
    body: { trials: [{ params: defaultParams }] },
  });
  const { number } = trials[0] ?? duplicates[0];
  return { study, isContinued: unfinished !== undefined, defaultNumber: number };
}

const baseName = 'digits';
/** Tells the demo's studies from those of a user who liked the name; the number goes up when the space changes. */
const demoLabel = 'digits-1';
/** Training reports every epoch, far more often: after so long a silence the worker is gone. */
const leaseSeconds = 10;

const trainerPath = fileURLToPath(new URL('trainer.ts', import.meta.url));
const timeoutSeconds = 600;

function specOf(name: string, { trials, workers, isManaged, sampler, seed }: StudySettings) {
  return {
    name,
    space,
    objectives: [{ metric, direction: 'minimize' as const }],
    sampler: { kind: sampler },
    budget: { trials, ...(isManaged && { parallel: workers }) },
    ...(isManaged && {
      training: { runner: 'process' as const, command: [process.execPath, trainerPath], timeoutSeconds },
    }),
    lease: { seconds: leaseSeconds },
    seed,
    labels: { demo: demoLabel },
  };
}

function freeName(taken: ReadonlySet<string>): string {
  let name = baseName;
  for (let count = 2; taken.has(name); count++) name = `${baseName}-${count}`;
  return name;
}

async function allStudies(client: Client): Promise<Study[]> {
  const studies: Study[] = [];
  let after: string | null | undefined;
  do {
    const page = await client.listStudies({ query: { limit: pageLimitMax, ...(after && { after }) } });
    studies.push(...page.data);
    after = page.nextCursor;
  } while (after);
  return studies;
}
