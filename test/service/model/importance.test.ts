import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openService, type Service } from '../in-memory-network.ts';
import { createTestStudy, study } from '../test-study.ts';

let service: Service;
beforeEach(() => {
  service = openService();
});
afterEach(() => service.close());

const space = { x: { type: 'float', low: 0, high: 1 }, y: { type: 'float', low: 0, high: 1 } } as const;

/** Finished trials on a lattice that fills the square. */
function attach(count: number, valuesOf: (x: number, y: number) => Record<string, number>): Promise<unknown> {
  const trials = Array.from({ length: count }, (_, i) => {
    const params = { x: (i * 0.618) % 1, y: (i * 0.755) % 1 };
    return { params, values: valuesOf(params.x, params.y) };
  });
  return service.client.enqueue({ study, body: { trials } });
}

describe('importance', () => {
  it('names the parameter that matters first', async () => {
    await createTestStudy(service.client, { space });
    await attach(40, (x, y) => ({ loss: (y - 0.4) ** 2 + 0.01 * x }));
    const { metric, trials, method, data, reason } = await service.client.importance({ study });
    expect({ metric, trials, method, reason }).toEqual({ metric: 'loss', trials: 40, method: 'sensitivity' });
    expect(data.map(({ name }) => name)).toEqual(['y', 'x']);
    expect(data[0].importance + data[1].importance).toBeCloseTo(1, 12);
    expect(data[0]).toMatchObject({ isDistinguishable: true, sensitivity: { total: expect.closeTo(1, 1) } });
  });

  it('says how many values are missing, and that equal ones tell nothing', async () => {
    await createTestStudy(service.client, { space });
    expect(await service.client.importance({ study })).toMatchObject({
      data: [],
      method: null,
      reason: 'There are 0 values of loss; at least 10 are needed.',
    });
    await attach(12, () => ({ loss: 2 }));
    expect(await service.client.importance({ study })).toMatchObject({
      trials: 12,
      data: [],
      reason: 'All 12 values of loss are equal: no parameter makes a difference.',
    });
  });

  it('is asked of one objective out of several', async () => {
    const objectives = [
      { metric: 'loss', direction: 'minimize' as const },
      { metric: 'speed', direction: 'maximize' as const },
    ];
    await createTestStudy(service.client, { space, objectives });
    await attach(40, (x, y) => ({ loss: x, speed: y }));
    const firstOf = async (metric?: string): Promise<string> =>
      (await service.client.importance({ study, query: { metric } })).data[0].name;
    expect([await firstOf(), await firstOf('loss'), await firstOf('speed')]).toEqual(['x', 'x', 'y']);
    await expect(service.client.importance({ study, query: { metric: 'sped' } })).rejects.toThrow(
      'metric must be one of "loss", "speed"; got "sped".',
    );
  });
});
