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

  it('says that the model was not asked, also where another configuration had to be drawn', async () => {
    const params = Array.from({ length: 20 }, (_, i) => ({ a: 1 + i }));
    const infeasible = {
      space: { a: { type: 'int' as const, low: 1, high: 30 } },
      history: params.map((one) => ({ params: one, value: null })),
      count: 10,
    };
    // Of 40,000 configurations 30 are allowed.
    const narrow = {
      space: { a: { type: 'int' as const, low: 1, high: 200 }, b: { type: 'int' as const, low: 1, high: 200 } },
      constraints: ['a <= 30', 'b <= 1'],
      history: params.map(({ a }) => ({ params: { a, b: 1 }, value: (a - 7) ** 2 })),
      count: 10,
    };
    for (const body of [infeasible, narrow]) {
      const { suggestions } = await service.client.suggestStateless({ body });
      expect(suggestions).toHaveLength(10);
      const drawn = suggestions.filter(({ sampler }) => sampler === 'quasiRandom');
      const fallbacks = drawn.map(({ fallback }) => fallback);
      expect(fallbacks).not.toContain(undefined);
      expect(fallbacks).toContain('duplicate');
    }
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

  it('spreads along the front of several objectives', async () => {
    const line = { x: { type: 'float' as const, low: -2, high: 4 } };
    const objectives = [
      { metric: 'near0', direction: 'minimize' as const },
      { metric: 'near2', direction: 'maximize' as const },
    ];
    const history: { params: { x: number }; values: { near0: number; near2: number } }[] = [];
    for (let i = 0; i < 25; i++) {
      const { suggestions } = await service.client.suggestStateless({ body: { space: line, objectives, history } });
      const { x } = suggestions[0].params as { x: number };
      history.push({ params: { x }, values: { near0: x ** 2, near2: -((x - 2) ** 2) } });
    }
    // What is from 0 to 2 is the front; by chance it would be a third.
    const onFront = history.map(({ params }) => params.x).filter((x) => x > -0.1 && x < 2.1);
    expect(onFront.length).toBeGreaterThan(15);
    expect(Math.min(...onFront)).toBeLessThan(0.3);
    expect(Math.max(...onFront)).toBeGreaterThan(1.7);
  });

  it('wants the values that its objectives have', async () => {
    const objectives = [
      { metric: 'loss', direction: 'minimize' as const },
      { metric: 'size', direction: 'minimize' as const },
    ];
    const params = { x: 0.5, kind: 'a' };
    const refusal = (body: object): Promise<unknown> =>
      service.client.suggestStateless({ body: { space, ...body } }).then(String, ({ message }: Error) => message);
    expect(await refusal({ objectives, history: [{ params, value: 1 }] })).toContain(
      'history[0].values must be given, or null for an infeasible configuration.',
    );
    expect(await refusal({ objectives, history: [{ params, values: { loss: 1 } }] })).toContain(
      'history[0].values must have size; got {"loss":1}.',
    );
    expect(await refusal({ history: [{ params }] })).toContain('history[0].value must be given');
    expect(await refusal({ history: [{ params, value: 1, values: { value: 1 } }] })).toContain(
      'history[0].values must be left out, because results have value; got {"value":1}.',
    );
    const { suggestions } = await service.client.suggestStateless({
      body: { space, objectives, history: [{ params, values: null }] },
    });
    expect(suggestions[0].params).not.toEqual(params);
  });
});
