import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openService, type Service } from '../in-memory-network.ts';
import { createTestStudy, study } from '../test-study.ts';

let service: Service;
beforeEach(() => {
  service = openService();
});
afterEach(() => service.close());

const curve = (x: number): number => 10 + 5 * Math.sin(5 * x);

describe('predict', () => {
  it('knows what was told, guesses in between, and knows less further away', async () => {
    await createTestStudy(service.client, {
      space: { x: { type: 'float', low: 0, high: 2 } },
      objectives: [{ metric: 'loss', direction: 'maximize' }],
    });
    const trials = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8].map((x) => ({
      params: { x },
      values: { loss: curve(x) },
    }));
    await service.client.enqueue({ study, body: { trials } });
    const { data, observations } = await service.client.predict({
      study,
      body: { params: [{ x: 0.3 }, { x: 0.45 }, { x: 1.9 }] },
    });
    expect(observations).toBe(9);
    expect(data[0].mean).toBeCloseTo(curve(0.3), 1);
    expect(data[1].mean).toBeCloseTo(curve(0.45), 0);
    expect(data[2].deviation).toBeGreaterThan(5 * data[1].deviation);
  });

  it('wants a result first, and params of the space', async () => {
    await createTestStudy(service.client);
    await expect(service.client.predict({ study, body: { params: [{ x: 0.5 }] } })).rejects.toThrow(
      'must have a complete trial',
    );
    await expect(service.client.predict({ study, body: { params: [{ x: 5 }] } })).rejects.toThrow(
      'params[0].x must be a number from 0 to 1; got 5.',
    );
  });
});

describe('stateless suggest', () => {
  const space = {
    x: { type: 'float' as const, low: 0, high: 1 },
    kind: { type: 'categorical' as const, choices: ['a', 'b'] },
  };

  it('learns from the history that it is given', async () => {
    const history: { params: { x: number; kind: string }; value: number }[] = [];
    for (let i = 0; i < 20; i++) {
      const { suggestions } = await service.client.suggestStateless({ body: { space, history } });
      const params = suggestions[0].params as { x: number; kind: string };
      history.push({ params, value: (params.x - 0.7) ** 2 + (params.kind === 'b' ? 0 : 0.1) });
    }
    expect(Math.min(...history.map(({ value }) => value))).toBeLessThan(1e-4);
  });

  it('gives several different ones, none that is known or pending', async () => {
    const finite = { a: { type: 'int', low: 1, high: 5 } } as const;
    const body = {
      space: finite,
      history: [
        { params: { a: 1 }, value: 3 },
        { params: { a: 2 }, value: null },
      ],
      pending: [{ a: 3 }],
      count: 9,
    };
    const { suggestions, reason } = await service.client.suggestStateless({ body });
    expect(new Set(suggestions.map(({ params }) => params.a))).toEqual(new Set([4, 5]));
    expect(reason).toBe('exhausted');
  });

  it('is the same for the same request, and holds what is fixed', async () => {
    const body = { space, seed: 5, count: 3, fixed: { kind: 'b' }, sampler: { kind: 'random' as const } };
    const [once, again] = [
      await service.client.suggestStateless({ body }),
      await service.client.suggestStateless({ body }),
    ];
    expect(again).toEqual(once);
    expect(once.suggestions.map(({ params }) => params.kind)).toEqual(['b', 'b', 'b']);
  });

  it('says which entry is wrong', async () => {
    const history = [{ params: { x: 0.5, kind: 'c' }, value: 1 }];
    await expect(service.client.suggestStateless({ body: { space, history } })).rejects.toThrow(
      'history[0].params.kind must be one of "a", "b"; got "c".',
    );
  });
});
