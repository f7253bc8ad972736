import { afterEach, beforeEach, expect, it } from 'vitest';
import type { StudySpec } from '../../../shared/domain/study.ts';
import type * as z from 'zod';
import { openService, type Service } from '../in-memory-network.ts';

let service: Service;
beforeEach(() => {
  service = openService();
});
afterEach(() => service.close());

it('lints a space: remarks, configurations and the feasible share', async () => {
  const response = await service.client.lintSpace({
    body: {
      space: { a: { type: 'float', low: 0, high: 1 }, b: { type: 'float', low: 0, high: 1 } },
      constraints: ['a + b <= 0.2'],
    },
  });
  expect(response.configurations).toBeNull();
  expect(response.feasibleShare).toBeCloseTo(0.02, 2);
  expect(response.warnings.map(({ param }) => param)).toEqual(['constraints']);
});

it('lints an invalid space with the sentence that creating it would give', async () => {
  const body = { space: { a: { type: 'float' as const, low: 0, high: 1, scale: 'log' as const } } };
  await expect(service.client.lintSpace({ body })).rejects.toThrow(
    'space.a.low must be > 0 because scale is "log"; got 0.',
  );
});

it('offers presets that make a study as they are', async () => {
  const { data } = await service.client.listPresets();
  for (const { name, space, constraints } of data) {
    const spec = { name, space, constraints, objectives: [{ metric: 'loss', direction: 'minimize' }] } as z.input<
      typeof StudySpec
    >;
    expect((await service.client.createStudy({ body: spec })).name).toBe(name);
    const { trials } = await service.client.ask({ study: name, body: { count: 5 } });
    expect(trials).toHaveLength(5);
  }
});
