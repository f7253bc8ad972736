import { execFile, execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openService, type Service } from '../../http/open-service.ts';
import { launcher, openTerminal, pause, type Ended, type Terminal } from './cli-process.ts';

const shell = promisify(execFile);

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
    const whole = await json('study', 'create', '-f', 'study.yaml', 'y=int(1, 2)', '--parallel', '3');
    expect(whole).toMatchObject({
      name: 'whole',
      space: { x: { type: 'float' }, y: { type: 'int', low: 1, high: 2 } },
      budget: { trials: 9, parallel: 3 },
    });
  });

  it.each([
    [['--points', '5'], 5, 5 * 5 * 2],
    [['--points', '5', '--points', 'x=3'], { x: 3, y: 5 }, 3 * 5 * 2],
    [['--points', 'x=3', '--points', 'y=4'], { x: 3, y: 4 }, 3 * 4 * 2],
  ])('create makes a grid over floats with %j', async (options, points, configurations) => {
    const ranges = ['x=uniform(0, 1)', 'y=log(1e-3, 1)', 'n=int(1, 2)'];
    const args = ['study', 'create', `grid${count++}`, ...ranges, '--minimize', 'loss', '--sampler', 'grid'];
    const study = await json(...args, ...options);
    expect(study).toMatchObject({ sampler: { kind: 'grid', points }, configurations });
  });

  it('create makes a grid over a float with a step', async () => {
    const args = ['study', 'create', 'steps', 'x=uniform(0, 1, step=0.25)', '--minimize', 'loss', '--sampler', 'grid'];
    expect(await json(...args)).toMatchObject({ sampler: { kind: 'grid' }, configurations: 5 });
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

  it('show says of a study with several objectives what it has found', async () => {
    await does('study', 'create', 'several', 'x=uniform(0, 1)', '--minimize', 'loss', '--maximize', 'speed');
    await does('ask', 'several');
    await does('tell', 'several', '0', 'loss=1', 'speed=2');
    expect((await does('study', 'show', 'several')).stdout).toMatch(
      /\nPareto front\n {2}0 {2}loss=1 speed=2 {2}x=\S+\n$/,
    );
  });

  it('show, create and resume propose resume for a study that is paused', async () => {
    const name = await newStudy();
    await does('study', 'pause', name);
    await does('study', 'resume', name);
    await does('ask', name);
    expect((await does('study', 'pause', name)).stderr).toMatch(/^Paused study\d+; 1 running trial goes on\.\n/);
    expect((await does('study', 'show', name)).stderr).toBe(`Next: cavia study resume ${name}\n`);
    const opened = await does('study', 'create', name, 'lr=log(1e-4, 1e-1)', 'layers=int(1, 4)', '--minimize', 'loss');
    expect(opened.stderr).toContain(`Next: cavia study resume ${name}\n`);
    expect((await does('study', 'resume', name)).stderr).toContain(`Next: cavia run ${name} -- `);
  });

  it('show proposes resume for a study that was paused because of trouble', async () => {
    writeFileSync(
      join(terminal.folder, 'trouble.yaml'),
      [
        'name: trouble',
        'space: {x: "uniform(0, 1)"}',
        'objectives: [{metric: loss, direction: minimize}]',
        'budget: {trials: 20, parallel: 1}',
        'training: {runner: process, command: [sh, -c, "echo oops >&2; exit 3"]}',
      ].join('\n'),
    );
    await does('study', 'create', '-f', 'trouble.yaml');
    for (;;) {
      const { state }: { state: string } = await json('study', 'show', 'trouble');
      if (state === 'paused') break;
      await pause(50);
    }
    const shown = await does('study', 'show', 'trouble');
    expect(shown.stdout).toMatch(/^trouble +\d+ × /m);
    expect(shown.stderr).toBe('Next: cavia study resume trouble\n');
  });

  it('extend gives more trials, another limit and no deadline', async () => {
    const name = await newStudy('--trials', '10', '--deadline', '2096-12-24T18:00:00Z');
    expect((await does('study', 'extend', name, '5')).stderr).toContain(`${name} has 15 of 15 trials left.`);
    const study = await json('study', 'extend', name, '--parallel', '4', '--deadline', 'none');
    expect(study).toMatchObject({ budget: { trials: 15, parallel: 4 } });
    expect(study).not.toHaveProperty('budget.deadline');
  });

  it('extend widens a range, and keeps the others', async () => {
    const name = await newStudy();
    expect(await json('study', 'extend', name, 'lr=log(1e-5, 1)')).toMatchObject({
      budget: { trials: 100 },
      space: { lr: { low: 1e-5, high: 1 }, layers: { low: 1, high: 4 } },
    });
    expect(await json('study', 'extend', name, '3', 'layers=int(1, 5)')).toMatchObject({
      budget: { trials: 103 },
      space: { lr: { low: 1e-5, high: 1 }, layers: { low: 1, high: 5 } },
    });
    const narrower = await terminal.run(['study', 'extend', name, 'layers=int(2, 5)']);
    expect(narrower).toMatchObject({ code: 1, stdout: '' });
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

describe('a study that has ended', () => {
  /** With one complete trial of two. */
  async function ended(name: string, range: string, ...more: string[]): Promise<string> {
    await does('study', 'create', name, range, '--minimize', 'loss', '--trials', '2', ...more);
    await does('ask', name);
    await does('tell', name, '0', '0.5');
    return name;
  }

  it('because its trials are spent goes on with more of them', async () => {
    const name = await ended('spent', 'x=uniform(0, 1)');
    await does('ask', name);
    await does('tell', name, '1', '0.7');
    expect((await does('study', 'show', name)).stderr).toBe(
      'Next: cavia importance spent\nNext: cavia study extend spent 20\n',
    );
    expect((await does('study', 'extend', name, '20')).stderr).toContain('has 20 of 22 trials left.');
  });

  it('with nothing but failures says how often, why, and what shows more', async () => {
    const name = 'allfail';
    await does('study', 'create', name, 'x=uniform(0, 1)', '--minimize', 'loss', '--trials', '3');
    await does('ask', name, '--count', '3');
    for (const number of ['0', '1', '2'])
      await does('tell', name, number, '--state', 'infeasible', '--message', number === '0' ? 'odd' : 'out of memory');
    const { stdout, stderr } = await does('study', 'show', name);
    expect(stdout).toContain('ended by    3 infeasible\n');
    expect(stdout).toMatch(/advice {6}3 of 3 infeasible: 2 with "out of memory"\. Mend what trains/);
    expect(stderr).toBe('Next: cavia trial show allfail 1\n');
  });

  it('shows first what is best by the mean of its confirmations', async () => {
    const name = await ended('noisy', 'x=uniform(0, 1)');
    await does('ask', name);
    await does('tell', name, '1', '0.7');
    await service.send('POST', `/v1/studies/${name}/confirm`, { top: 2, repeats: 1 });
    await does('ask', name, '--count', '2');
    await does('tell', name, '2', '1.5');
    await does('tell', name, '3', '0.8');
    const { stdout } = await does('study', 'show', name);
    expect(stdout).toMatch(
      /best\n {2}1 {2}loss=0.7 \(mean of 2: 0.75 ± 0.05\) {2}x=\S+\n {2}0 {2}loss=0.5 \(mean of 2: 1 ± 0.5\) {2}x=/,
    );
  });

  it('because every configuration has been tried goes on with a wider range only', async () => {
    const name = await ended('tried', 'n=int(1, 2)', '--trials', '9');
    await does('ask', name);
    await does('tell', name, '1', '0.7');
    expect((await terminal.run(['ask', name])).code).toBe(1);
    const said = 'Every configuration has been tried: only a wider range opens it again.';
    expect((await does('study', 'show', name)).stderr).toBe(
      `${said}\nNext: cavia importance tried\nNext: cavia study extend tried 'n=RANGE'\n`,
    );
    expect(await terminal.run(['study', 'extend', name, '20'])).toMatchObject({
      code: 1,
      stderr: `tried is finished (exhausted), and this does not open it again. ${said}\n  cavia study extend tried 'n=RANGE'\n`,
    });
    expect((await does('study', 'extend', name, 'n=int(1, 4)')).stderr).toContain('tried has 2 of 9 trials left.');
  });

  it('because of its deadline goes on with a later one only', async () => {
    const name = await ended('late', 'x=uniform(0, 1)');
    await service.send('PATCH', `/v1/studies/${name}`, { budget: { deadline: '2001-01-01T00:00:00Z' } });
    const advised = 'A later deadline opens it again.';
    const command = 'cavia study extend late --deadline none';
    await terminal.run(['ask', name]);
    expect((await does('study', 'show', name)).stderr).toBe(
      `${advised}\nNext: cavia importance late\nNext: ${command}\n`,
    );
    expect(await terminal.run(['study', 'extend', name, '5'])).toMatchObject({
      code: 1,
      stderr: `late is finished (deadline), and this does not open it again. ${advised}\n  ${command}\n`,
    });
    expect(await terminal.run(['run', name, '--', 'true'])).toMatchObject({
      code: 0,
      stderr: `late is finished (deadline): 1 of 2 ended.\n${advised}\nNext: cavia importance late\nNext: ${command}\n`,
    });
    expect((await does(...command.split(' ').slice(1))).stderr).toBe(
      'late has 1 of 2 trials left.\nNext: cavia run late -- python train.py {*}\n',
    );
  });

  it('because it was stopped never goes on; another one begins with its trials', async () => {
    const name = await ended('stopped', 'n=int(1, 2)', '--constraint', 'n <= 2');
    await does('study', 'stop', name, '--yes');
    const advised = 'Nothing opens it again, but another study can begin with its trials.';
    const exported = 'cavia export stopped -o stopped.jsonl';
    const imported =
      "cavia import stopped-2 stopped.jsonl 'n=int(1, 2)' --minimize loss --constraint 'n <= 2' --trials 20";
    const { stderr } = await does('study', 'show', name);
    expect(stderr).toBe(
      [advised, 'Next: cavia importance stopped', `Next: ${exported}`, `Next: ${imported}`, ''].join('\n'),
    );
    for (const [verb, args] of [
      ['extended', ['extend', name, '5']],
      ['resumed', ['resume', name]],
    ] as const)
      expect(await terminal.run(['study', ...args])).toEqual({
        code: 1,
        stdout: '',
        stderr: `stopped is finished (stopped) and cannot be ${verb}. ${advised}\n  ${exported}\n  ${imported}\n`,
      });
    expect((await terminal.run(['study', 'pause', name])).stderr).toBe(
      'Study stopped is finished (stopped) and cannot become paused. cavia study show says why it ended, and what can be done.\n',
    );
    await shell('bash', ['-euc', `cavia() { "${process.execPath}" "${launcher}" "$@"; }\n${exported}\n${imported}`], {
      cwd: terminal.folder,
      env: { ...process.env, CAVIA_URL: service.url },
    });
    expect(await json('study', 'show', 'stopped-2')).toMatchObject({
      state: 'active',
      space: { n: { type: 'int', low: 1, high: 2 } },
      constraints: ['n <= 2'],
      best: { values: { loss: 0.5 } },
    });
  });

  it('without a trial is not begun again with its trials', async () => {
    const name = await newStudy();
    await does('study', 'stop', name, '--yes');
    expect((await does('study', 'show', name)).stderr).toBe('Nothing opens it again: create another study.\n');
    writeFileSync(join(terminal.folder, 'one.jsonl'), '{"params": {"lr": 0.01, "layers": 1}, "values": {"loss": 1}}\n');
    expect(await terminal.run(['import', name, 'one.jsonl'])).toMatchObject({
      code: 1,
      stderr: `${name} is finished (stopped) and takes no more trials. Nothing opens it again: create another study.\n`,
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

  it('is told what can be done with a trial that has ended, where something can', async () => {
    const name = await newStudy();
    await does('ask', name, '-n', '2');
    await does('tell', name, '0', '0.5');
    await does('trial', 'cancel', name, '1');
    const said = async (...args: string[]): Promise<string> => (await terminal.run(args)).stderr;
    expect(await said('trial', 'cancel', name, '0')).toBe('Trial 0 is complete and cannot be cancelled.\n');
    expect(await said('trial', 'retry', name, '0')).toBe(
      'Trial 0 is complete; only failed and cancelled trials can be tried again.\n',
    );
    expect(await said('tell', name, '1', '0.5')).toBe(
      'Trial 1 is cancelled and takes no result. cavia trial retry opens it again.\n',
    );
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

  it('show advises in commands, not in requests', async () => {
    const study = `study${count++}`;
    await does('study', 'create', study, 'x=uniform(0, 1)', '--minimize', 'loss');
    const trials = Array.from({ length: 12 }, (_, i) => ({ params: { x: i / 100 }, values: { loss: i } }));
    await service.post(`/v1/studies/${study}/trials`, { trials });
    expect((await does('study', 'show', study)).stdout).toMatch(
      new RegExp(
        `next to its low bound 0\\. cavia study extend ${study} 'x=RANGE' widens it; the history is kept\\.\n`,
      ),
    );
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

describe('trial log of a trial that wrote nothing', () => {
  it('says who has it, or that it has not been given out', async () => {
    const name = await newStudy();
    await does('ask', name);
    expect(await terminal.run(['trial', 'log', name, '0'])).toMatchObject({
      code: 1,
      stderr: `Trial 0 of ${name} has no log here: whoever ran attempt 1 has it.\n`,
    });
    await service.post(`/v1/studies/${name}/trials`, { trials: [{ params: { lr: 0.01, layers: 1 } }] });
    expect((await terminal.run(['trial', 'log', name, '1'])).stderr).toBe(
      `Trial 1 of ${name} has not been given out yet.\n`,
    );
  });

  it('says why the program of a managed trial was not started', async () => {
    writeFileSync(
      join(terminal.folder, 'gone.yaml'),
      [
        'name: gone',
        'space: {x: "uniform(0, 1)"}',
        'objectives: [{metric: loss, direction: minimize}]',
        'budget: {trials: 1, parallel: 1}',
        'training: {runner: process, command: [/gone/program]}',
      ].join('\n'),
    );
    await does('study', 'create', '-f', 'gone.yaml');
    for (;;) {
      const { progress }: { progress: { ended: number } } = await json('study', 'show', 'gone');
      if (progress.ended === 1) break;
      await pause(50);
    }
    const { attempt, message }: { attempt: number; message: string } = await json('trial', 'show', 'gone', '0');
    expect(message).toContain('/gone/program');
    expect(await terminal.run(['trial', 'log', 'gone', '0'])).toEqual({
      code: 1,
      stdout: '',
      stderr: `No program has been started for attempt ${attempt} of trial 0 of gone: ${message}.\n`,
    });
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
