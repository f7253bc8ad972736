import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { openService, type Service } from '../../http/open-service.ts';
import { openTerminal, type Terminal } from './cli-process.ts';

const run = promisify(execFile);
const libraries = inject('pythonLibraries');
const script = join(import.meta.dirname, 'optuna-journal.py');

let service: Service;
let terminal: Terminal;

beforeAll(async () => {
  service = await openService();
  terminal = openTerminal({ CAVIA_URL: service.url });
});

afterAll(() => service.close());

/** Not as one call: a server in this process that stands still for seconds ends its connections. */
async function optuna(args: string[], input: unknown = null): Promise<never> {
  const running = run(join(libraries!, 'python'), [script, ...args], { cwd: terminal.folder });
  running.child.stdin!.end(JSON.stringify(input));
  const { stdout, stderr } = await running;
  expect(stderr).toBe('');
  return JSON.parse(stdout) as never;
}

interface Row {
  params: Record<string, unknown>;
  loss: number;
}

function rows(): Row[] {
  return Array.from({ length: 30 }, (_, i) => ({
    params: { lr: 1e-4 * 1.2 ** i, layers: (i % 4) + 1, act: i % 3 === 0 ? 'relu' : 'tanh' },
    loss: Math.abs(i - 12) / 10 + (i % 4) / 50 + i / 1000,
  }));
}

describe.skipIf(libraries === null)('an exported journal', () => {
  it('is to Optuna what the study is: states, values, best, curves and importances', async () => {
    await service.post('/v1/studies', {
      name: 'digits',
      space: {
        lr: { type: 'float', low: 1e-4, high: 0.1, scale: 'log' },
        layers: { type: 'int', low: 1, high: 4 },
        act: { type: 'categorical', choices: ['relu', 'tanh'] },
      },
      objectives: [{ metric: 'loss', direction: 'minimize' }],
    });
    const post = (path: string, body: unknown): Promise<{ status: number }> =>
      service.post(`/v1/studies/digits/${path}`, body);
    const complete = rows();
    await post('trials', { trials: complete.map(({ params, loss }) => ({ params, values: { loss, size: 1 } })) });
    const params = { lr: 0.05, layers: 1, act: 'relu' };
    await post('trials', {
      trials: [
        { params, state: 'infeasible', message: 'too wide' },
        { params: { ...params, layers: 2 }, state: 'pruned', values: { loss: 3 } },
        { params: { ...params, layers: 3 }, state: 'failed' },
        { params: { ...params, layers: 4 } },
      ],
    });
    await post('trials', { trials: [{ params: { ...params, act: 'tanh' } }] });
    await post('ask', {});
    await post('trials/33/report', {
      attempt: 1,
      reports: [1, 2].map((step) => ({ step, values: { loss: 4 / step } })),
    });
    const { code } = await terminal.run(['export', 'digits', '--format', 'optuna', '-o', 'digits.log']);
    expect(code).toBe(0);

    const read: { trials: Record<string, unknown>[]; [field: string]: unknown } = await optuna([
      'read',
      'digits.log',
      'digits',
    ]);
    expect(read).toMatchObject({ directions: ['MINIMIZE'], metrics: ['loss'], front: [12] });
    expect(read['best']).toEqual([12, complete[12].loss, complete[12].params]);
    expect(read.trials.slice(0, 30)).toMatchObject(
      complete.map((row, number) => ({
        number,
        state: 'COMPLETE',
        values: [row.loss],
        params: row.params,
        hasTimes: true,
      })),
    );
    expect(read.trials.slice(30)).toMatchObject([
      { number: 30, state: 'FAIL', params },
      { number: 31, state: 'PRUNED', values: [3] },
      { number: 32, state: 'FAIL' },
      { number: 33, state: 'RUNNING', params: { ...params, layers: 4 }, intermediate: { 1: 4, 2: 2 } },
      { number: 34, state: 'WAITING', params: {}, fixed: { ...params, act: 'tanh' } },
    ]);
    expect(read['importances']).toEqual(
      await optuna(
        ['scratch'],
        complete.map((row) => [row.params, row.loss]),
      ),
    );
  });

  it('keeps several objectives and every kind of parameter', async () => {
    await service.post('/v1/studies', {
      name: 'front',
      space: {
        size: { type: 'ordinal', values: [16, 32] },
        wide: { type: 'boolean' },
        momentum: { type: 'float', low: 0.5, high: 0.99, scale: 'reverseLog', when: { wide: true } },
        width: { type: 'int', low: 8, high: 64, scale: 'log', step: 8 },
        drop: { type: 'float', low: 0, high: 0.5, step: 0.1 },
        mixed: { type: 'categorical', choices: [1, true, 'x'] },
      },
      objectives: [
        { metric: 'loss', direction: 'minimize' },
        { metric: 'accuracy', direction: 'maximize' },
      ],
    });
    const base = { size: 32, wide: false, width: 16, drop: 0.3, mixed: true };
    const trials = [
      { params: base, values: { loss: 1, accuracy: 0.5 } },
      { params: { ...base, wide: true, momentum: 0.9, mixed: 1 }, values: { loss: 2, accuracy: 0.6 } },
      { params: { ...base, size: 16, mixed: 'x' }, values: { loss: 3, accuracy: 0.4 } },
    ];
    await service.post('/v1/studies/front/trials', { trials });
    await terminal.run(['export', 'front', '-f', 'optuna', '-o', 'front.log']);
    const read = await optuna(['read', 'front.log', 'front']);
    expect(read).toMatchObject({
      directions: ['MINIMIZE', 'MAXIMIZE'],
      front: [0, 1],
      trials: trials.map(({ params, values }) => ({
        state: 'COMPLETE',
        params,
        values: [values.loss, values.accuracy],
      })),
    });
  });
});

describe.skipIf(libraries === null)('a journal that Optuna wrote', () => {
  it('becomes a study with the same trials, and conditions for what only some have', async () => {
    const written: [state: string, params: Record<string, number>, values: number[] | null][] = await optuna([
      'write',
      'old.log',
    ]);
    const imported = await terminal.run(['import', 'taken', 'old.log']);
    expect(imported).toMatchObject({ code: 0 });
    expect(imported.stderr).toContain('1 trial that had not ended, or had no params, left out.');
    expect(imported.stderr).toContain('momentum is taken to be there when {"optimizer":"sgd"}.');
    expect((await service.get('/v1/studies/taken')).body).toMatchObject({
      objectives: [{ metric: 'accuracy', direction: 'maximize' }],
      space: {
        lr: { type: 'float', low: 1e-5, high: 0.1, scale: 'log' },
        optimizer: { type: 'categorical', choices: ['sgd', 'adam'] },
        momentum: { type: 'float', low: 0, high: 1, step: 0.25, when: { optimizer: 'sgd' } },
      },
    });
    const { data } = (await service.get('/v1/studies/taken/trials')).body as {
      data: { state: string; params: object; values: { accuracy: number } | null }[];
    };
    const states: Record<string, string> = {
      COMPLETE: 'complete',
      PRUNED: 'pruned',
      FAIL: 'failed',
      WAITING: 'waiting',
    };
    expect(data.slice(0, 12).map(({ state, params, values }) => [state, params, values && [values.accuracy]])).toEqual(
      written.slice(0, 12).map(([state, params, values]) => [states[state], params, values]),
    );
    expect(data[12]).toMatchObject({ state: 'waiting', params: { lr: 0.03, optimizer: 'adam' } });
    expect(data).toHaveLength(13);
  });
});
