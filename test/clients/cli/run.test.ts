import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openService, type Service } from '../../http/open-service.ts';
import { startServerProcess } from '../../local/serve-process.ts';
import { openTerminal, pause, type Terminal } from './cli-process.ts';

let service: Service;
let count = 0;

beforeAll(async () => {
  service = await openService();
});

afterAll(() => service.close());

function terminalWith(script: string): Terminal {
  const terminal = openTerminal({ CAVIA_URL: service.url });
  writeFileSync(join(terminal.folder, 'train.sh'), script);
  return terminal;
}

interface TrialView {
  state: string;
  attempt: number;
  failures: number;
  values: Record<string, number> | null;
  params: Record<string, number>;
  message: string | null;
}

async function newStudy(body: object = {}): Promise<string> {
  const name = `run${count++}`;
  const { status } = await service.post('/v1/studies', {
    name,
    space: { x: { type: 'float', low: 1, high: 2 }, n: { type: 'int', low: 1, high: 9 } },
    objectives: [{ metric: 'loss', direction: 'minimize' }],
    sampler: { kind: 'random' },
    budget: { trials: 6 },
    ...body,
  });
  expect(status).toBe(201);
  return name;
}

async function trialsOf(study: string): Promise<TrialView[]> {
  return ((await service.get(`/v1/studies/${study}/trials?limit=1000`)).body as { data: TrialView[] }).data;
}

const echoing = 'echo "x is $1"; echo "$1"';

describe('cavia run', () => {
  it('spends the budget, tells the number on the last line, and says the best', async () => {
    const study = await newStudy();
    const terminal = terminalWith(echoing);
    const ended = await terminal.run(['run', study, '-w', '3', '--', 'sh', 'train.sh', '{x}']);
    expect(ended).toMatchObject({ code: 0 });
    const trials = await trialsOf(study);
    expect(trials).toHaveLength(6);
    for (const { state, values, params } of trials)
      expect([state, values]).toEqual(['complete', { loss: params['x'] }]);
    const best = Math.min(...trials.map(({ params }) => params['x']));
    expect(ended.stdout).toMatch(/^best: trial \d, loss=\S+: x=\S+ n=\d\n$/);
    expect(ended.stdout).toContain(`loss=${Number(best.toPrecision(6))}:`);
    expect(ended.stderr).toContain(`${study} is finished (trials): 6 of 6 ended.`);
    expect(ended.stderr).toContain(`Next: cavia importance ${study}`);
    expect((await terminal.run(['trial', 'log', study, '0'])).stdout).toBe(
      `x is ${trials[0].params['x']}\n${trials[0].params['x']}\n`,
    );
  });

  it('runs as many programs at a time as there are workers, each with its GPU and the variables of a job', async () => {
    const study = await newStudy({ budget: { trials: 4 } });
    const terminal = terminalWith(
      [
        'touch running-$CAVIA_TRIAL; ls running-* | wc -l >> counts',
        'for i in 1 2 3 4 5 6 7 8 9 10; do [ "$(ls running-* | wc -l)" -ge 2 ] && break; sleep 0.1; done',
        'echo "$CUDA_VISIBLE_DEVICES $CAVIA_ATTEMPT $CAVIA_STUDY $CAVIA_URL $CAVIA_SEED $CAVIA_PARAMS" > seen-$CAVIA_TRIAL',
        'echo 1',
        'rm running-$CAVIA_TRIAL',
      ].join('\n'),
    );
    expect(await terminal.run(['run', study, '--gpus', '5,7', '--', 'sh', 'train.sh'])).toMatchObject({ code: 0 });
    const seen = [0, 1, 2, 3].map((i) => readFileSync(join(terminal.folder, `seen-${i}`), 'utf8').split(' '));
    expect(new Set(seen.map(([gpu]) => gpu))).toEqual(new Set(['5', '7']));
    expect(Math.max(...readFileSync(join(terminal.folder, 'counts'), 'utf8').trim().split('\n').map(Number))).toBe(2);
    const trials = await trialsOf(study);
    seen.forEach(([, attempt, id, url, , params], i) => {
      expect([attempt, url, JSON.parse(params)]).toEqual(['1', service.url, trials[i].params]);
      expect(id).toMatch(/^[0-9a-z]{26}$/);
    });
  });

  it('passes values without a shell', async () => {
    const study = await newStudy({
      space: { text: { type: 'categorical', choices: ['$HOME; touch "hit" `touch hit`'] } },
      budget: { trials: 1 },
    });
    const terminal = terminalWith('printf "%s" "$1" > got; echo 1');
    expect(await terminal.run(['run', study, '--', 'sh', 'train.sh', '{text}'])).toMatchObject({ code: 0 });
    expect(readFileSync(join(terminal.folder, 'got'), 'utf8')).toBe('$HOME; touch "hit" `touch hit`');
    expect(existsSync(join(terminal.folder, 'hit'))).toBe(false);
  });

  it.each([
    ['echo \'{"values": {"loss": 0.5, "size": 2}}\'', { state: 'complete', values: { loss: 0.5, size: 2 } }],
    ['echo \'{"values": {"loss": 0.5, "f1": NaN}}\'', { state: 'complete', values: { loss: 0.5 } }],
    ['echo nan', { state: 'infeasible', message: 'loss is NaN' }, 1],
    ['echo \'{"values": {"loss": NaN}}\'', { state: 'infeasible' }, 1],
    ['echo \'{"state": "infeasible", "message": "too wide"}\'', { state: 'infeasible', message: 'too wide' }, 1],
    ['echo 0.25 > $CAVIA_RESULT_URI; echo bye', { state: 'complete', values: { loss: 0.25 } }],
    ['printf "loss: 3\\n 1e-3 \\n\\n"', { state: 'complete', values: { loss: 0.001 } }],
  ])('reads the result of %s', async (script, expected, wantedCode = 0) => {
    const study = await newStudy({ budget: { trials: 1 } });
    const { code } = await terminalWith(script).run(['run', study, '--', 'sh', 'train.sh']);
    expect([code, (await trialsOf(study))[0]]).toEqual([wantedCode, expect.objectContaining(expected)]);
  });

  it('leaves a trial alone that the program has told by itself', async () => {
    const study = await newStudy({ budget: { trials: 1 } });
    const terminal = terminalWith(
      `curl -sS "$CAVIA_URL/v1/studies/$CAVIA_STUDY/trials/$CAVIA_TRIAL/tell" -H 'Content-Type: application/json' -d '{"attempt": 1, "values": {"loss": 9}}' > /dev/null; echo done`,
    );
    expect(await terminal.run(['run', study, '--', 'sh', 'train.sh'])).toMatchObject({ code: 0 });
    expect((await trialsOf(study))[0]).toMatchObject({ state: 'complete', values: { loss: 9 } });
  });

  it('marks a trial failed whose program fails now and then, and goes on', async () => {
    const study = await newStudy({ budget: { trials: 4 }, lease: { attempts: 1 } });
    const terminal = terminalWith('if [ "$CAVIA_TRIAL" = 1 ]; then echo "no memory" >&2; exit 3; fi; echo 1');
    const ended = await terminal.run(['run', study, '--', 'sh', 'train.sh']);
    expect(ended.code).toBe(0);
    expect((await trialsOf(study)).map(({ state }) => state)).toEqual(['complete', 'failed', 'complete', 'complete']);
    expect((await trialsOf(study))[1].message).toBe('exit code 3: no memory');
    expect(ended.stderr).toMatch(/^trial 1 failed: exit code 3, no memory \(.*1-1\.log\)$/m);
  });

  it('refuses success when no trial of the study is complete', async () => {
    const study = await newStudy({ budget: { trials: 3 } });
    const terminal = terminalWith('echo nan');
    const ended = await terminal.run(['run', study, '--', 'sh', 'train.sh']);
    expect(ended).toMatchObject({ code: 1, stdout: '' });
    expect(ended.stderr.split('\n').slice(-4)).toEqual([
      `${study} is finished (trials): 3 of 3 ended.`,
      `No trial of ${study} is complete: 3 infeasible; cavia trial show ${study} 0 says why.`,
      `Next: cavia study extend ${study} 20`,
      '',
    ]);
    const shown = await terminal.run(['study', 'show', study]);
    expect(shown.stdout).toMatch(/^advice {6}3 of 3 infeasible: 3 with "/m);
    expect(shown.stderr).toBe(`Next: cavia trial show ${study} 0\n`);
  });

  it('renews the lease of a program that takes longer, and gives it its checkpoint', async () => {
    const study = await newStudy({ budget: { trials: 1 }, lease: { seconds: 1 } });
    const terminal = terminalWith('sleep 2.5; case "$CAVIA_CHECKPOINT_URI" in */0.checkpoint) echo 1;; esac');
    expect(await terminal.run(['run', study, '--', 'sh', 'train.sh'])).toMatchObject({ code: 0 });
    expect((await trialsOf(study))[0]).toMatchObject({ state: 'complete', attempt: 1, failures: 0 });
  });

  it('does not take what an earlier study of the same name left for a result', async () => {
    const terminal = terminalWith('[ -e "$CAVIA_CHECKPOINT_URI" ] || echo 0.5 > "$CAVIA_RESULT_URI"; echo 1');
    const study = await newStudy({ budget: { trials: 1 } });
    const folder = join(terminal.folder, '.cavia', 'runs', study);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, '0-1.result.json'), '7');
    writeFileSync(join(folder, '0.checkpoint'), 'old');
    expect(await terminal.run(['run', study, '--', 'sh', 'train.sh'])).toMatchObject({ code: 0 });
    expect(await trialsOf(study)).toMatchObject([{ values: { loss: 0.5 } }]);
  });

  it('waits while the study is paused', async () => {
    const study = await newStudy({ budget: { trials: 1 } });
    await service.send('PATCH', `/v1/studies/${study}`, { state: 'paused' });
    const running = terminalWith('echo 1').start(['run', study, '--', 'sh', 'train.sh']);
    await running.said(/is paused: cavia study resume run\d+ goes on with it\./);
    await service.send('PATCH', `/v1/studies/${study}`, { state: 'active' });
    expect(await running.ended).toMatchObject({ code: 0 });
    expect(await trialsOf(study)).toMatchObject([{ state: 'complete' }]);
  });

  it('tells results that it cannot keep', async () => {
    const study = await newStudy({ budget: { trials: 1 } });
    const terminal = terminalWith('echo 1');
    writeFileSync(join(terminal.folder, 'state'), 'a file');
    const ended = await terminal.run(['run', study, '--', 'sh', 'train.sh']);
    expect(ended.code).toBe(0);
    expect(ended.stderr).toMatch(/^Results cannot be kept in \S+ until they are told: ENOTDIR\.$/m);
    expect(await trialsOf(study)).toMatchObject([{ state: 'complete' }]);
  });

  it('blames the folder when nothing can be written there, and gives the trial back', async () => {
    const study = await newStudy({ budget: { trials: 1 } });
    const terminal = terminalWith('echo 1');
    writeFileSync(join(terminal.folder, '.cavia'), 'a file');
    const ended = await terminal.run(['run', study, '--', 'sh', 'train.sh']);
    expect(ended.code).toBe(5);
    expect(ended.stderr).toMatch(/^The program could not be started: ENOTDIR/m);
    expect(await trialsOf(study)).toMatchObject([{ state: 'waiting', failures: 0 }]);
  });

  it('ends a program whose trial is cancelled', async () => {
    const study = await newStudy({ budget: { trials: 1 }, lease: { seconds: 1 } });
    const running = terminalWith('sleep 60').start(['run', study, '--', 'sh', 'train.sh']);
    await running.said(/trial 0 started/);
    await service.post(`/v1/studies/${study}/trials/0/cancel`, {});
    const ended = await running.ended;
    expect(ended.stderr).toContain('trial 0 is not wanted any more: its program was ended.');
    expect(ended.stderr).toContain(`No trial of ${study} is complete: 1 cancelled;`);
    expect(ended.code).toBe(1);
  });
});

describe('cavia run refuses', () => {
  it.each<[string[], number, string]>([
    [
      ['sh', 'train.sh', '{y}'],
      2,
      'The command names {y}, which the study does not have; did you mean {x}? Write {{y}} for the text itself.',
    ],
    [['trian', '{x}'], 5, 'There is no program "trian" on the PATH: check the command after --.'],
    [['./gone.sh'], 5, 'There is no program "./gone.sh": check the command after --.'],
  ])('%j before the first trial', async (command, code, sentence) => {
    const study = await newStudy();
    const ended = await terminalWith(echoing).run(['run', study, '--', ...command]);
    expect(ended).toEqual({ code, stdout: '', stderr: `${sentence}\n` });
    expect(await trialsOf(study)).toEqual([]);
  });

  it('a program that prints no number, without losing an attempt', async () => {
    const study = await newStudy();
    const ended = await terminalWith('echo finished').run(['run', study, '--', 'sh', 'train.sh']);
    expect(ended.code).toBe(5);
    expect(ended.stderr.split('\n').at(-2)).toMatch(
      /^The program must print its result on its last line, like 0\.4 or \{"values": \{"loss": 0\.4\}\}; trial 0 printed "finished"\. Its output is in \/.*0-1\.log$/,
    );
    expect(await trialsOf(study)).toMatchObject([{ state: 'waiting', attempt: 1, failures: 0 }]);
  });

  it('a result that the study does not take', async () => {
    const study = await newStudy();
    const ended = await terminalWith('echo \'{"values": {"los": 1}}\'').run(['run', study, '--', 'sh', 'train.sh']);
    expect(ended.code).toBe(5);
    expect(ended.stderr).toContain('Trial 0 printed a result that is refused: values.loss must be given');
    expect(await trialsOf(study)).toMatchObject([{ state: 'waiting', failures: 0 }]);
  });

  it('a program that always fails', async () => {
    const study = await newStudy({ budget: { trials: 30 }, lease: { attempts: 1 } });
    const ended = await terminalWith('echo oops >&2; exit 1').run(['run', study, '--', 'sh', 'train.sh']);
    expect(ended.code).toBe(5);
    expect(ended.stderr).toMatch(
      /\nThe program failed 3 times in a row, last with exit code 1, oops\. Its output is in /,
    );
    expect(await trialsOf(study)).toHaveLength(3);
  });
});

describe('Ctrl-C', () => {
  it('once lets trials end and takes no more', async () => {
    const study = await newStudy();
    const terminal = terminalWith('while [ ! -e go ]; do sleep 0.05; done; echo 1');
    const running = terminal.start(['run', study, '-w', '2', '--', 'sh', 'train.sh']);
    await running.said(/trial \d started/, 2);
    running.kill('SIGINT');
    await running.said(/Taking no more trials; 2 programs may run to the end\. Ctrl-C again ends them\./);
    writeFileSync(join(terminal.folder, 'go'), '');
    expect(await running.ended).toMatchObject({ code: 130 });
    expect((await trialsOf(study)).map(({ state }) => state)).toEqual(['complete', 'complete']);
  });

  it('twice ends the programs and gives their trials back', async () => {
    const study = await newStudy();
    const terminal = terminalWith("trap 'echo told > told; exit 1' TERM; while true; do sleep 0.05; done");
    const running = terminal.start(['run', study, '--', 'sh', 'train.sh']);
    await running.said(/trial 0 started/);
    await pause(200);
    running.kill('SIGINT');
    await running.said(/Taking no more/);
    running.kill('SIGINT');
    expect(await running.ended).toMatchObject({ code: 130 });
    expect(existsSync(join(terminal.folder, 'told'))).toBe(true);
    expect(await trialsOf(study)).toMatchObject([{ state: 'waiting', attempt: 1, failures: 0 }]);
  });

  it('thrice kills programs that do not end', async () => {
    const study = await newStudy();
    const terminal = terminalWith("trap '' TERM; echo $$ > pid; while true; do sleep 0.05; done");
    const running = terminal.start(['run', study, '--', 'sh', 'train.sh']);
    while (!existsSync(join(terminal.folder, 'pid'))) await pause(20);
    for (const said of [/Taking no more/, /Ending the programs/]) {
      running.kill('SIGINT');
      await running.said(said);
    }
    running.kill('SIGINT');
    expect(await running.ended).toMatchObject({ code: 130 });
    await pause(50);
    expect(() => process.kill(Number(readFileSync(join(terminal.folder, 'pid'), 'utf8')), 0)).toThrow('ESRCH');
    expect(await trialsOf(study)).toMatchObject([{ state: 'waiting', failures: 0 }]);
  });
});

describe('a server that is killed in between', () => {
  it('loses nothing when it comes back', async () => {
    const data = openTerminal().folder;
    const first = await startServerProcess(data);
    const port = new URL(first.url).port;
    const terminal = openTerminal({ CAVIA_URL: first.url });
    writeFileSync(
      join(terminal.folder, 'train.sh'),
      'touch started; while [ ! -e go ]; do sleep 0.05; done; echo "$1"',
    );
    await terminal.run(['study', 'create', 'tough', 'x=uniform(1,2)', '--minimize', 'loss', '--trials', '3']);
    const running = terminal.start(['run', 'tough', '--', 'sh', 'train.sh', '{x}']);
    await running.said(/trial 0 started/);
    first.kill('SIGKILL');
    await first.exited;
    writeFileSync(join(terminal.folder, 'go'), '');
    await running.said(/cannot be reached: ECONNREFUSED; results are kept, and it is tried again for 300 s\./);
    const second = await startServerProcess(data, ['--port', port]);
    const ended = await running.ended;
    expect(ended).toMatchObject({ code: 0 });
    expect(ended.stderr).toContain('The service answers again.');
    const exported = await terminal.run(['export', 'tough']);
    const trials = exported.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as TrialView);
    expect(
      trials.map(({ state, attempt, values, params }) => [state, attempt, values!['loss'] === params['x']]),
    ).toEqual(Array.from({ length: 3 }, () => ['complete', 1, true]));
    second.kill('SIGTERM');
    await second.exited;
  });

  it('is waited for no longer than there is patience; the result is kept, and told by the next run', async () => {
    const data = openTerminal().folder;
    const first = await startServerProcess(data);
    const port = new URL(first.url).port;
    const terminal = openTerminal({ CAVIA_URL: first.url });
    writeFileSync(join(terminal.folder, 'train.sh'), 'while [ ! -e go ]; do sleep 0.05; done; echo "$1"');
    await terminal.run(['study', 'create', 'tough', 'x=uniform(1,2)', '--minimize', 'loss', '--trials', '2']);
    const running = terminal.start(['run', 'tough', '--patience', '1', '--', 'sh', 'train.sh', '{x}']);
    await running.said(/trial 0 started/);
    first.kill('SIGKILL');
    await first.exited;
    writeFileSync(join(terminal.folder, 'go'), '');
    const ended = await running.ended;
    expect(ended.code).toBe(3);
    const spool = join(terminal.folder, 'state', 'cavia', 'spool');
    expect(readdirSync(spool)).toHaveLength(1);
    expect(ended.stderr).toContain(`1 result kept in ${spool}: the next cavia run tells it.`);
    expect(ended.stderr).toMatch(
      /cannot be reached: ECONNREFUSED; start it again, then go on with cavia run tough\.\n$/,
    );
    const second = await startServerProcess(data, ['--port', port]);
    const next = await terminal.run(['run', 'tough', '--', 'sh', 'train.sh', '{x}']);
    expect(next).toMatchObject({ code: 0 });
    expect(next.stderr).toContain('Told the result of trial 0 that was kept.');
    expect(next.stderr).toContain('2 of 2 ended');
    expect(readdirSync(spool)).toEqual([]);
    second.kill('SIGTERM');
    await second.exited;
  });

  it('is told by the Python client what the command line kept', async () => {
    const data = openTerminal().folder;
    const first = await startServerProcess(data);
    const terminal = openTerminal({ CAVIA_URL: first.url });
    writeFileSync(join(terminal.folder, 'train.sh'), 'while [ ! -e go ]; do sleep 0.05; done; echo 1.5');
    await terminal.run(['study', 'create', 'shared', 'x=uniform(1,2)', '--minimize', 'loss', '--trials', '1']);
    const running = terminal.start(['run', 'shared', '--patience', '0', '--', 'sh', 'train.sh']);
    await running.said(/trial 0 started/);
    first.kill('SIGKILL');
    await first.exited;
    writeFileSync(join(terminal.folder, 'go'), '');
    expect(await running.ended).toMatchObject({ code: 3 });
    const second = await startServerProcess(data, ['--port', new URL(first.url).port]);
    execFileSync('python3', ['-m', 'cavia', 'sync'], {
      env: {
        PATH: process.env['PATH'],
        PYTHONPATH: join(process.cwd(), 'clients', 'python', 'src'),
        CAVIA_URL: first.url,
        XDG_STATE_HOME: join(terminal.folder, 'state'),
      },
      stdio: 'pipe',
    });
    expect((await terminal.run(['trial', 'show', 'shared', '0'])).stdout).toContain('loss=1.5');
    second.kill('SIGTERM');
    await second.exited;
  });
});
