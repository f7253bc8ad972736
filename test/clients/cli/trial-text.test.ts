import { expect, it } from 'vitest';
import type { Trial } from '../../../clients/cli/api.ts';
import { trialText } from '../../../clients/cli/trial-text.ts';

const suggestion = {
  sampler: 'gp',
  seed: 0,
  number: 7,
  tries: 0,
  spaceVersion: 1,
  engineVersion: 1,
  mean: 9.99,
  deviation: 0.068,
  improvement: 0.634,
};
const trial: Trial = {
  number: 7,
  state: 'waiting',
  params: { x: 0.5 },
  seed: 1,
  values: null,
  attempt: 0,
  failures: 0,
  origin: 'suggested',
  confirms: null,
  suggestion,
  worker: null,
  lease: null,
  lastReport: null,
  job: null,
  message: null,
  asked: null,
  finished: null,
};

it.each([
  ['minimize', '10.058'],
  ['maximize', '9.922'],
] as const)('says what was expected where the objective is to %s, on the worse side', (direction, worse) => {
  const text = trialText(trial, { objectives: [{ metric: 'loss', direction }] });
  expect(text).toContain(
    `\nchosen by   gp, expected 9.99, or ${worse} one deviation worse, without noise; thought 63 % likely to be better`,
  );
});

it('says the sampler alone where nothing was expected', () => {
  const { mean: _, deviation: __, improvement: ___, ...bare } = suggestion;
  const objectives = [{ metric: 'loss', direction: 'minimize' as const }];
  expect(trialText({ ...trial, suggestion: bare }, { objectives })).toMatch(/\nchosen by {3}gp$/);
});
