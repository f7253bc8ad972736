import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openService, type Service } from '../../http/open-service.ts';
import { launcher, openTerminal, type Ended, type Terminal } from './cli-process.ts';

let service: Service;
let terminal: Terminal;
let count = 0;

beforeAll(async () => {
  service = await openService();
  terminal = openTerminal({ CAVIA_URL: service.url });
});

afterAll(() => service.close());

/** A command that does what it is told to. */
async function does(...args: string[]): Promise<Ended> {
  const ended = await terminal.run(args);
  expect(ended.stderr + ended.stdout).not.toMatch(/\bat .*:\d+:\d+\)|undefined|\[object/);
  expect(ended).toMatchObject({ code: 0 });
  return ended;
}

async function json(...args: string[]): Promise<never> {
  return JSON.parse((await does(...args, '--json')).stdout) as never;
}

async function newStudy(...more: string[]): Promise<string> {
  const name = `study${count++}`;
  await does('study', 'create', name, 'lr=log(1e-4, 1e-1)', 'layers=int(1, 4)', '--minimize', 'loss', ...more);
  return name;
}

describe('study', () => {
  it('create sends what the ranges and options say', async () => {
    const study = await json(
      'study',
      'create',
      'full',
      'lr=log(1e-5, 1e-1, default=1e-3)',
      'act=[relu, tanh]',
      'slope=uniform(0, 1) when act=relu',
      '--maximize',
      'accuracy',
      '--target',
      '-0.5',
      '--trials',
      '7',
      '--parallel',
      '2',
      '--deadline',
      '2096-12-24T18:00:00Z',
      '--sampler',
      'random',
      '--seed',
      '5',
      '--constraint',
      'lr <= 1',
      '--lease',
      '60',
      '--attempts',
      '2',
      '--label',
      'team=vision',
    );
    expect(study).toMatchObject({
      name: 'full',
      space: {
        lr: { type: 'float', low: 1e-5, high: 0.1, scale: 'log', default: 1e-3 },
        act: { type: 'categorical', choices: ['relu', 'tanh'] },
        slope: { type: 'float', low: 0, high: 1, when: { act: 'relu' } },
      },
      objectives: [{ metric: 'accuracy', direction: 'maximize', target: -0.5 }],
      budget: { trials: 7, parallel: 2, deadline: '2096-12-24T18:00:00Z' },
      sampler: { kind: 'random' },
      seed: 5,
      constraints: ['lr <= 1'],
      lease: { seconds: 60, attempts: 2 },
      labels: { team: 'vision' },
    });
  });

  it('create reads a space and a whole study from YAML', async () => {
    writeFileSync(
      join(terminal.folder, 'space.yaml'),
      'lr: log(1e-5, 1e-1)\nactivation: [relu, tanh]\nlayers: {type: int, low: 1, high: 4}\n',
    );
    expect(await json('study', 'create', 'yaml', '--space', 'space.yaml', '--minimize', 'loss')).toMatchObject({
      space: {
        lr: { type: 'float', low: 1e-5, high: 0.1, scale: 'log' },
        activation: { type: 'categorical', choices: ['relu', 'tanh'] },
        layers: { type: 'int', low: 1, high: 4 },
      },
    });
    writeFileSync(
      join(terminal.folder, 'study.yaml'),
      'name: whole\nspace: {x: "uniform(0, 1)"}\nobjectives: [{metric: loss, direction: minimize}]\nbudget: {trials: 9}\n',
    );
    const whole = await json('study', 'create', '-f', 'study.yaml', '--parallel', '3');
    expect(whole).toMatchObject({ name: 'whole', budget: { trials: 9, parallel: 3 } });
  });

  it('create opens a study that is there, and shows how another one differs', async () => {
    const name = await newStudy();
    const again = await does('study', 'create', name, 'lr=log(1e-4, 1e-1)', 'layers=int(1, 4)', '--minimize', 'loss');
    expect(again.stderr).toContain(`${name} is active: 0 of 100 ended.`);
    const other = await terminal.run(['study', 'create', name, 'lr=log(1e-4, 1)', '--minimize', 'loss']);
    expect(other.code).toBe(1);
    expect(other.stderr).toContain('space.lr.high: stored 0.1, sent 1');
    expect(other.stderr).toContain('space.layers: stored {');
  });

  it('list, show, pause, resume, stop and delete work, and say what to type next', async () => {
    const name = await newStudy();
    expect((await does('study', 'list')).stdout).toMatch(new RegExp(`^${name} +active +0 of 100 ended`, 'm'));
    const shown = await does('study', 'show', name);
    expect(shown.stdout).toContain('lr=log(0.0001, 0.1)');
    expect(shown.stdout).toContain('minimize loss');
    expect((await does('study', 'pause', name)).stderr).toBe(`Paused ${name}.\nNext: cavia study resume ${name}\n`);
    expect(await json('study', 'show', name)).toMatchObject({ state: 'paused' });
    expect((await does('study', 'resume', name)).stderr).toContain(`Resumed ${name}.`);
    expect((await does('study', 'stop', name, '--yes')).stderr).toContain(`${name} is finished (stopped).`);
    expect((await does('study', 'delete', name, '--yes')).stderr).toBe(`Deleted ${name}.\nNext: cavia study list\n`);
    expect((await terminal.run(['study', 'show', name])).code).toBe(1);
  });

  it('extend gives more trials, another limit and no deadline', async () => {
    const name = await newStudy('--trials', '10', '--deadline', '2096-12-24T18:00:00Z');
    expect((await does('study', 'extend', name, '5')).stderr).toContain(`${name} has 15 of 15 trials left.`);
    const study = await json('study', 'extend', name, '--parallel', '4', '--deadline', 'none');
    expect(study).toMatchObject({ budget: { trials: 15, parallel: 4 } });
    expect(study).not.toHaveProperty('budget.deadline');
  });

  it('watch says each change on a line when nobody sees it, and ends with the study', async () => {
    const name = await newStudy('--trials', '1');
    const watching = terminal.start(['study', 'watch', name, '--every', '0.1']);
    await watching.said(/0 of 1 ended/);
    await does('ask', name);
    await watching.said(/0 of 1 ended, 1 running/);
    await does('tell', name, '0', '0.5');
    expect(await watching.ended).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(
        /finished \(trials\): 1 of 1 ended; best loss=0.5 \(trial 0\) lr=\S+ layers=\d\n$/,
      ) as string,
    });
  });
});

describe('a worker by hand', () => {
  it('asks, reports and tells', async () => {
    const name = await newStudy();
    const asked = await does('ask', name, '-n', '2', '--fix', 'layers=3');
    expect(asked.stdout).toMatch(/^0 {2}lr=\S+ layers=3\n1 {2}lr=\S+ layers=3\n$/);
    expect(asked.stderr).toBe(`Next: cavia tell ${name} 0 loss=VALUE\n`);
    expect((await does('report', name, '0', '3', '0.9')).stdout).toBe('go on\n');
    expect((await does('report', name, '0')).stdout).toBe('go on\n');
    expect((await does('tell', name, '0', 'loss=0.25', 'size=3')).stderr).toContain(
      `Trial 0 of ${name} is complete: loss=0.25 size=3.`,
    );
    const failed = await does('tell', name, '1', '--state', 'failed', '-m', 'out of memory');
    expect(failed.stderr).toContain(`Trial 1 of ${name} is waiting.`);
    const shown = await does('trial', 'show', name, '0');
    expect(shown.stdout).toMatch(/^trial +0, complete, attempt 1\nparams +lr=\S+ layers=3\nvalues +loss=0.25 size=3\n/);
    expect(shown.stdout).toContain('step 3      loss=0.9');
    expect(await json('trial', 'show', name, '1')).toMatchObject({ state: 'waiting', message: 'out of memory' });
  });

  it.each([['nan'], ['-inf'], ['1e999']])('tells %s, which makes the trial infeasible', async (value) => {
    const name = await newStudy();
    await does('ask', name);
    expect((await does('tell', name, '0', value)).stderr).toContain(`Trial 0 of ${name} is infeasible.`);
  });

  it('tells a negative number', async () => {
    const name = await newStudy();
    await does('ask', name);
    expect((await does('tell', name, '0', '-1e-3')).stderr).toContain('is complete: loss=-0.001.');
  });

  it('cancels a trial, and opens it again', async () => {
    const name = await newStudy();
    await does('ask', name);
    const cancelled = await does('trial', 'cancel', name, '0', '-m', 'no');
    expect(cancelled.stderr).toBe(`Trial 0 of ${name} is cancelled.\nNext: cavia trial retry ${name} 0\n`);
    expect((await does('trial', 'retry', name, '0')).stderr).toContain(`Trial 0 of ${name} is waiting again.`);
  });
});

describe('what a study has found', () => {
  let name: string;

  beforeAll(async () => {
    name = await newStudy('--trials', '16');
    const trials = Array.from({ length: 16 }, (_, i) => ({
      params: { lr: 1e-4 * 1.5 ** i, layers: (i % 4) + 1 },
      values: { loss: (i - 8) ** 2 / 64 + (i % 4) / 100 },
    }));
    await service.post(`/v1/studies/${name}/trials`, { trials });
    await service.post(`/v1/studies/${name}/ask`, {});
    for (const step of [1, 2, 3])
      await service.post(`/v1/studies/${name}/trials/16/report`, { attempt: 1, step, values: { loss: 1 / step } });
  });

  it('importance names the parameters, the most important first', async () => {
    const { stdout } = await does('importance', name);
    expect(stdout).toMatch(/^loss by 16 trials \(\w+\)\nlr +\d+ % █+/);
  });

  it.each([
    ['history', []],
    ['slice', ['lr']],
    ['slice', ['layers']],
    ['curves', []],
  ])('plot %s %j fits 80 columns', async (kind, more) => {
    const { stdout } = await does('plot', kind, name, ...more);
    const lines = stdout.split('\n');
    expect(lines.length).toBeGreaterThan(14);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(stdout).not.toContain('\u001B');
  });

  it('plot history and curves as JSON are their points', async () => {
    const history: { number: number; value: number; best: number }[] = await json('plot', 'history', name);
    expect(history.slice(0, 3)).toEqual([
      { number: 0, value: 1, best: 1 },
      { number: 1, value: 49 / 64 + 0.01, best: 49 / 64 + 0.01 },
      { number: 2, value: 36 / 64 + 0.02, best: 36 / 64 + 0.02 },
    ]);
    expect(history.at(-1)!.best).toBe(0);
    expect(await json('plot', 'curves', name)).toEqual([
      {
        number: 16,
        points: [
          [1, 1],
          [2, 0.5],
          [3, 1 / 3],
        ],
      },
    ]);
  });

  it('plot slice of choices counts them, the best first', async () => {
    const study = `study${count++}`;
    await does('study', 'create', study, 'act=[relu, tanh, gelu]', '--maximize', 'accuracy');
    const values = [
      ['relu', 0.5],
      ['tanh', 0.7],
      ['gelu', 0.6],
    ];
    const trials = values.map(([act, accuracy]) => ({ params: { act }, values: { accuracy } }));
    await service.post(`/v1/studies/${study}/trials`, { trials });
    expect((await does('plot', 'slice', study, 'act')).stdout).toBe(
      [
        'act   trials  best accur',
        `tanh       1         0.7  ${'█'.repeat(30)}`,
        `gelu       1         0.6  ${'█'.repeat(15)}`,
        'relu       1         0.5',
        '',
      ].join('\n'),
    );
  });

  it('trial log shows what a managed trial wrote', async () => {
    writeFileSync(
      join(terminal.folder, 'managed.yaml'),
      [
        'name: managed',
        'space: {x: "uniform(0, 1)"}',
        'objectives: [{metric: loss, direction: minimize}]',
        'budget: {trials: 1, parallel: 1}',
        'training: {runner: process, command: [sh, -c, "echo hello; echo \'{\\"values\\": {\\"loss\\": 1}}\'"]}',
      ].join('\n'),
    );
    expect((await does('study', 'create', '-f', 'managed.yaml')).stderr).toContain('Next: cavia study watch managed');
    await does('study', 'watch', 'managed', '--every', '0.1');
    expect((await does('trial', 'log', 'managed', '0')).stdout).toBe('hello\n{"values": {"loss": 1}}\n');
  });
});

describe('keys', () => {
  it('are made, listed and revoked', async () => {
    const made = await does('key', 'create', 'laptop', '--scopes', 'read');
    expect(made.stdout).toMatch(/^cav_\S+\n$/);
    const id = /Key (\S+) \(read\)/.exec(made.stderr)![1];
    expect((await does('key', 'list')).stdout).toMatch(new RegExp(`^${id}  laptop  read `, 'm'));
    expect((await does('key', 'revoke', id, '--yes')).stderr).toContain(`Revoked laptop (${id}).`);
    expect((await does('key', 'list')).stdout).toMatch(new RegExp(`^${id} .* revoked$`, 'm'));
  });
});

describe('completion', () => {
  const completions = async (...words: string[]): Promise<string[]> =>
    (await does('complete', '--', ...words)).stdout.split('\n').filter((line) => line !== '');

  it('knows commands, options, their values, and studies', async () => {
    const name = await newStudy();
    expect(await completions('st')).toEqual(['study']);
    expect(await completions('study', 'p')).toEqual(['pause']);
    expect(await completions('study', 'create', 'x', '--mi')).toEqual(['--minimize']);
    expect(await completions('study', 'create', 'x', '--sampler', 'r')).toEqual(['random']);
    expect(await completions('study', 'show', name)).toEqual([name]);
    expect(await completions('run', name, '--', 'p')).toEqual([]);
  });

  it('is quiet when the service is away', async () => {
    const away = openTerminal({ CAVIA_URL: 'http://127.0.0.1:9' });
    expect(await away.run(['complete', '--', 'study', 'show', ''])).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  it('works in bash', async () => {
    const { stdout } = await does('completion', 'bash');
    const script = `cavia() { "${process.execPath}" "${launcher}" "$@"; }
${stdout}
COMP_WORDS=(cavia study re); COMP_CWORD=2; _cavia; echo "\${COMPREPLY[@]}"`;
    expect(execFileSync('bash', ['-c', script], { encoding: 'utf8' })).toBe('resume\n');
  });
});
