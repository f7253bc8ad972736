import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { csvRows } from '../../../clients/cli/exchange/csv-rows.ts';
import { fromVizierSpace } from '../../../clients/cli/exchange/from-vizier-space.ts';
import { fromWandbSweep } from '../../../clients/cli/exchange/from-wandb-sweep.ts';
import { inferConditions } from '../../../clients/cli/exchange/infer-conditions.ts';
import { rangeText } from '../../../clients/cli/range-shown.ts';
import { parameterOf } from '../../../clients/cli/range-text.ts';
import { openService, type Service } from '../../http/open-service.ts';
import { openTerminal, type Ended, type Terminal } from './cli-process.ts';

let service: Service;
let terminal: Terminal;

beforeAll(async () => {
  service = await openService();
  terminal = openTerminal({ CAVIA_URL: service.url });
});

afterAll(() => service.close());

function file(name: string, text: string): string {
  writeFileSync(join(terminal.folder, name), text);
  return name;
}

async function does(...args: string[]): Promise<Ended> {
  const ended = await terminal.run(args);
  expect(ended).toMatchObject({ code: 0 });
  return ended;
}

async function studyOf(name: string): Promise<Record<string, unknown>> {
  return (await service.get(`/v1/studies/${name}`)).body as never;
}

describe('results', () => {
  const space = ['lr=log(1e-4, 1e-1)', 'act=[relu, tanh, =x]', 'wide=bool', 'drop=uniform(0, 1) when wide=true'];
  const create = (name: string): Promise<Ended> => does('study', 'create', name, ...space, '--minimize', 'loss');

  it.each(['csv', 'jsonl'])('come back the same from %s', async (format) => {
    const name = `from_${format}`;
    await create(name);
    const params = { lr: 0.01, act: 'relu', wide: false };
    const trials = [
      { params, values: { loss: 0.5 } },
      { params: { ...params, act: '=x', wide: true, drop: 0.25 }, values: { loss: -1e-7 } },
      { params: { ...params, lr: 0.02 }, state: 'infeasible', message: 'said "no", and\nwent' },
      { params: { ...params, lr: 0.03 }, state: 'failed' },
      { params: { ...params, lr: 0.04 }, state: 'pruned', values: { loss: 7 } },
      { params: { ...params, lr: 0.05 } },
    ];
    await service.post(`/v1/studies/${name}/trials`, { trials });
    await does('export', name, '--format', format, '-o', `out.${format}`);
    await create(`${name}_again`);
    const imported = await does('import', `${name}_again`, `out.${format}`);
    expect(imported.stderr).toContain('1 trial that had not ended left out.');
    expect(imported.stderr).toContain(`${name}_again was there already; took over 5 trials.`);
    const read = async (study: string): Promise<object[]> =>
      ((await service.get(`/v1/studies/${study}/trials`)).body as { data: Record<string, unknown>[] }).data
        .slice(0, 5)
        .map(({ state, params, values, message }) => ({ state, params, values, message }));
    expect(await read(`${name}_again`)).toEqual(await read(name));
    expect((await does('import', `${name}_again`, `out.${format}`)).stderr).toContain(
      'took over 0 trials, and left out 5 that it has.',
    );
  });

  it('come from a plain table, into a new study that the options describe', async () => {
    file('plain.csv', 'lr,units,loss,comment\n0.01,32,0.5,good\n0.02,64,nan,bad\n');
    await does('import', 'plain', 'plain.csv', 'lr=log(1e-4,1e-1)', 'units=ordinal(32,64)', '--minimize', 'loss');
    const { data } = (await service.get('/v1/studies/plain/trials')).body as { data: object[] };
    expect(data).toMatchObject([
      { state: 'complete', params: { lr: 0.01, units: 32 }, values: { loss: 0.5 } },
      { state: 'infeasible', params: { lr: 0.02, units: 64 } },
    ]);
  });

  it.each([
    [
      'no-space.csv',
      'lr,loss\n1,2\n',
      [],
      'no-space.csv: a table does not say its space: create the study first, or give ranges and --minimize METRIC here.',
    ],
    [
      'no-metric.csv',
      'lr,los\n0.01,2\n',
      ['lr=log(1e-4,1e-1)', '--minimize', 'loss'],
      'no-metric.csv: The table has no column for loss; did you mean los?',
    ],
    [
      'broken.jsonl',
      '{"params": {"lr": 0.01}, "values": {"loss": 1}}\n{"params"\n',
      ['lr=log(1e-4,1e-1)', '--minimize', 'loss'],
      'broken.jsonl: Line 2 is no JSON.',
    ],
    [
      'two.log',
      '{"op_code":0,"worker_id":"w","study_name":"a","directions":[1]}\n{"op_code":0,"worker_id":"w","study_name":"b","directions":[1]}\n',
      [],
      'two.log: The journal has several studies, a, b: choose one with --from.',
    ],
    [
      'sweep.yaml',
      'method: hill\nparameters: {x: {min: 0, max: 1}}',
      [],
      'sweep.yaml: method must be one of bayes, random, grid; got "hill".',
    ],
  ])('of %s are refused with one sentence', async (name, text, more, sentence) => {
    const ended = await terminal.run(['import', 'refused', file(name, text), ...more]);
    expect(ended).toEqual({ code: 2, stdout: '', stderr: `${sentence}\n` });
    expect((await service.get('/v1/studies/refused')).status).toBe(404);
  });
});

describe('a table', () => {
  it('is read as RFC 4180 says', () => {
    expect(csvRows('\uFEFFa,b\r\n"x, ""y""\r\nz",1\r\n,\r\n\r\nlast,2')).toEqual([
      { a: 'x, "y"\r\nz', b: '1' },
      { a: '', b: '' },
      { a: 'last', b: '2' },
    ]);
    expect(() => csvRows('a,b\n1,"2"x\n')).toThrow('The CSV cannot be read from "\\"2\\"x\\n" on.');
  });
});

describe('spaces of others', () => {
  it('a W&B sweep', async () => {
    const sweep = `
method: bayes
metric: {name: val/loss, goal: minimize}
run_cap: 33
program: train.py
early_terminate: {type: hyperband}
parameters:
  lr: {distribution: log_uniform_values, min: 1e-5, max: 0.1}
  decay: {distribution: log_uniform, min: -4, max: 0}
  epochs: {value: 10}
  layers: {min: 1, max: 4}
  drop: {min: 0.0, max: 0.5}
  units: {distribution: q_uniform, min: 32, max: 256, q: 32}
  optimizer:
    parameters:
      kind: {values: [adam, sgd]}
`;
    const { stderr } = await does('import', 'sweep', file('digits-sweep.yaml', sweep));
    expect(stderr).toContain('The metric val/loss is called val_loss here.\n');
    expect(stderr).toContain('early_terminate is not taken over.\n');
    expect(await studyOf('sweep')).toMatchObject({
      objectives: [{ metric: 'val_loss', direction: 'minimize' }],
      sampler: { kind: 'auto' },
      budget: { trials: 33 },
      space: {
        lr: { type: 'float', low: 1e-5, high: 0.1, scale: 'log' },
        decay: { type: 'float', low: 0.01831563888873418, high: 1, scale: 'log' },
        epochs: { type: 'categorical', choices: [10] },
        layers: { type: 'int', low: 1, high: 4 },
        drop: { type: 'float', low: 0, high: 0.5 },
        units: { type: 'int', low: 32, high: 256, step: 32 },
        'optimizer.kind': { type: 'categorical', choices: ['adam', 'sgd'] },
      },
    });
  });

  it('a W&B distribution without bounds is refused', () => {
    const sweep = { method: 'random', parameters: { x: { distribution: 'normal', mu: 0, sigma: 1 } } };
    expect(() => fromWandbSweep(sweep)).toThrow(
      'x must have values, or min and max; its distribution normal is not known.',
    );
  });

  it('a Vizier study, in both spellings', () => {
    const snake = {
      metric_information: [{ name: 'accuracy', goal: 'MAXIMIZE' }],
      search_space: {
        parameters: [
          { name: 'lr', double_value_spec: { min_value: 1e-4, max_value: 0.1 }, scale_type: 'UNIT_LOG_SCALE' },
          {
            name: 'model',
            categorical_value_spec: { values: ['linear', 'deep'] },
            conditional_parameter_specs: [
              {
                parent_categorical_values: { values: ['deep'] },
                parameter_spec: { name: 'layers', integer_value_spec: { min_value: '1', max_value: '4' } },
              },
            ],
          },
          { name: 'batch', discrete_value_spec: { values: [16, 32] } },
          {
            name: 'momentum',
            double_value_spec: { min_value: 0.5, max_value: 0.9 },
            scale_type: 'UNIT_REVERSE_LOG_SCALE',
          },
        ],
      },
    };
    const camel = {
      studySpec: {
        metrics: [{ metricId: 'accuracy', goal: 'MAXIMIZE' }],
        parameters: [
          { parameterId: 'lr', doubleValueSpec: { minValue: 1e-4, maxValue: 0.1 }, scaleType: 'UNIT_LOG_SCALE' },
          {
            parameterId: 'model',
            categoricalValueSpec: { values: ['linear', 'deep'] },
            conditionalParameterSpecs: [
              {
                parentCategoricalValues: { values: ['deep'] },
                parameterSpec: { parameterId: 'layers', integerValueSpec: { minValue: '1', maxValue: '4' } },
              },
            ],
          },
          { parameterId: 'batch', discreteValueSpec: { values: [16, 32] } },
          {
            parameterId: 'momentum',
            doubleValueSpec: { minValue: 0.5, maxValue: 0.9 },
            scaleType: 'UNIT_REVERSE_LOG_SCALE',
          },
        ],
      },
    };
    const expected = {
      study: {
        objectives: [{ metric: 'accuracy', direction: 'maximize' }],
        space: {
          lr: { type: 'float', low: 1e-4, high: 0.1, scale: 'log' },
          model: { type: 'categorical', choices: ['linear', 'deep'] },
          layers: { type: 'int', low: 1, high: 4, when: { model: ['deep'] } },
          batch: { type: 'ordinal', values: [16, 32] },
          momentum: { type: 'float', low: 0.5, high: 0.9, scale: 'reverseLog' },
        },
      },
      trials: [],
      remarks: [],
    };
    expect(fromVizierSpace(snake)).toEqual(expected);
    expect(fromVizierSpace(camel)).toEqual(expected);
  });

  it('a mapping of Optuna distributions', async () => {
    const mapping = {
      lr: { name: 'FloatDistribution', attributes: { low: 1e-5, high: 0.1, log: true, step: null } },
      n: '{"name": "IntDistribution", "attributes": {"low": 2, "high": 8, "log": false, "step": 2}}',
      act: { name: 'CategoricalDistribution', attributes: { choices: ['relu', null] } },
      old: { name: 'LogUniformDistribution', attributes: { low: 0.1, high: 1 } },
      short: { type: 'float', low: 0, high: 1, log: false },
    };
    await does('import', 'distributions', file('space.json', JSON.stringify(mapping)), '--minimize', 'loss');
    expect((await studyOf('distributions'))['space']).toMatchObject({
      lr: { type: 'float', low: 1e-5, high: 0.1, scale: 'log' },
      n: { type: 'int', low: 2, high: 8, step: 2 },
      act: { type: 'categorical', choices: ['relu', 'None'] },
      old: { type: 'float', low: 0.1, high: 1, scale: 'log' },
      short: { type: 'float', low: 0, high: 1, scale: 'linear' },
    });
  });
});

describe('conditions', () => {
  const choice = { type: 'categorical' as const, choices: ['a', 'b', 'c'] };
  const number = { type: 'float' as const, low: 0, high: 1 };

  it('are inferred from who has a parameter', () => {
    const trials = [
      { kind: 'a', x: 1 },
      { kind: 'b', x: 1, inner: 'a', y: 0 },
      { kind: 'c' },
      { kind: 'b', x: 0, inner: 'b' },
    ];
    expect(inferConditions({ kind: choice, x: number, inner: choice, y: number }, trials)).toEqual({
      x: { kind: ['a', 'b'] },
      inner: { kind: 'b' },
      y: { inner: 'a' },
    });
  });

  it('that nothing says are refused', () => {
    expect(() => inferConditions({ kind: choice, x: number }, [{ kind: 'a', x: 1 }, { kind: 'a' }])).toThrow(
      'x is in some trials only, and no other parameter says in which: describe the space with --space, and a condition for x.',
    );
  });
});

describe('a range that is shown', () => {
  it.each([
    'log(0.00001, 0.1)',
    'uniform(-1, 2, step=0.5, default=0)',
    'reverseLog(0.5, 0.99)',
    'int(8, 512, log)',
    'int(0, 10, step=2)',
    'ordinal(16, 32, "a b", "3")',
    '[relu, tanh, true, "true", 1]',
    'categorical(relu, tanh, default=tanh)',
    'bool when optimizer=sgd and layers=[1, 2]',
  ])('%s is read as it is written', (text) => {
    expect(rangeText(parameterOf('x', text))).toBe(text);
  });
});
