import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openService, type Service } from '../../http/open-service.ts';
import { launcher, openTerminal, pause } from './cli-process.ts';

let service: Service;

beforeAll(async () => {
  service = await openService();
  await openTerminal({ CAVIA_URL: service.url }).run([
    'study',
    'create',
    'digits',
    'learningRate=log(1e-5,1e-1)',
    'activation=[relu,tanh]',
    'momentum=uniform(0,1)',
    '--minimize',
    'validationLoss',
    '--trials',
    '8',
  ]);
});

afterAll(() => service.close());

interface Shown {
  code: number;
  bytes: string;
}

interface Window {
  columns?: number;
  rows?: number;
  prompt?: string;
  answer?: string;
  environment?: Record<string, string>;
}

/** Runs a command in a terminal of its own. */
async function inTerminal(args: string[], window: Window = {}): Promise<Shown> {
  const { columns = 80, rows = 24, prompt = '', answer = '', environment = {} } = window;
  const script = join(import.meta.dirname, 'pseudo-terminal.py');
  const child = spawn(
    'python3',
    [script, `${columns}`, `${rows}`, prompt, answer, process.execPath, launcher, ...args],
    {
      cwd: openTerminal().folder,
      env: { PATH: process.env['PATH'], TERM: 'xterm-256color', CAVIA_URL: service.url, ...environment },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  let bytes = '';
  child.stdout.on('data', (chunk: Buffer) => (bytes += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number];
  return { code, bytes };
}

/** What is on the screen at the end, and what was on it before each time it was cleared. */
function screenOf(bytes: string): { end: string[]; pictures: string[][] } {
  let lines = [''];
  let row = 0;
  const pictures: string[][] = [];
  // eslint-disable-next-line no-control-regex -- terminals are told what to do by such
  for (const [token] of bytes.matchAll(/\u001B\[[\d;]*[A-Za-z]|\r|\n|[^\u001B\r\n]+/g)) {
    if (token === '\n') lines[++row] ??= '';
    else if (token.endsWith('A') && token.startsWith('\u001B')) row -= Number(token.slice(2, -1));
    else if (token === '\u001B[0J') {
      pictures.push(lines.slice(row).filter((line) => line !== ''));
      lines = [...lines.slice(0, row), ''];
    } else if (!token.startsWith('\u001B') && token !== '\r') lines[row] += token;
  }
  return { end: lines.filter((line) => line !== ''), pictures };
}

describe('study watch in a terminal', () => {
  it('draws over its last picture, and no line is wider than 80 columns', async () => {
    const watching = inTerminal(['study', 'watch', 'digits', '--every', '0.1']);
    const post = (path: string, body: unknown = {}): Promise<unknown> =>
      service.post(`/v1/studies/digits/${path}`, body);
    for (let i = 0; i < 8; i++) {
      await post('ask', { worker: 'somebody' });
      await post(`trials/${i}/report`, { attempt: 1, step: 1, values: { validationLoss: 2 } });
      await pause(120);
      await post(`trials/${i}/tell`, { attempt: 1, values: { validationLoss: 1 / (i + 1) } });
    }
    const { code, bytes } = await watching;
    expect(code).toBe(0);
    const { end, pictures } = screenOf(bytes);
    expect(pictures.length).toBeGreaterThan(2);
    for (const picture of [...pictures, end]) {
      expect(picture[0]).toMatch(/^digits {2}(active|finished \(trials\)) {2}minimize validationLoss$/);
      expect(picture.filter((line) => line.startsWith('digits'))).toHaveLength(1);
      for (const line of picture.slice(0, 14)) expect(line.length).toBeLessThanOrEqual(80);
    }
    expect(end[0]).toContain('finished (trials)');
    expect(end[1]).toMatch(/^█{30} 8 of 8 ended$/);
    expect(end[2]).toMatch(/^best {2}validationLoss=0\.125 \(trial 7\) {2}learningRate=/);
    expect(end[3]).toMatch(/^ {6}█.*▁$/);
    expect(end.slice(-2)).toEqual(['Next: cavia study show digits', 'Next: cavia importance digits']);
  });

  it('fits a window that is narrow and low', async () => {
    const { bytes } = await inTerminal(['study', 'watch', 'digits'], { columns: 40, rows: 10 });
    const { end } = screenOf(bytes);
    for (const line of end.slice(0, -2)) expect(line.length).toBeLessThanOrEqual(40);
    expect(end.length).toBeLessThanOrEqual(10);
  });
});

describe('colours', () => {
  it('are there in a terminal, and not with NO_COLOR', async () => {
    const plot = ['plot', 'history', 'digits'];
    expect((await inTerminal(plot)).bytes).toContain('\u001B[32m');
    expect((await inTerminal(plot, { environment: { NO_COLOR: '1' } })).bytes).not.toContain('\u001B[');
  });
});

describe('a question', () => {
  it('is asked before a study is deleted', async () => {
    await service.post('/v1/studies', {
      name: 'doomed',
      space: { x: { type: 'float', low: 0, high: 1 } },
      objectives: [{ metric: 'loss', direction: 'minimize' }],
    });
    const prompt = 'Delete doomed with its 0 trials? This cannot be undone. [y/N]';
    const kept = await inTerminal(['study', 'delete', 'doomed'], { prompt, answer: 'n\r' });
    expect(kept.code).toBe(1);
    expect(kept.bytes).toContain('Nothing was changed.');
    expect((await service.get('/v1/studies/doomed')).status).toBe(200);
    expect((await inTerminal(['study', 'delete', 'doomed'], { prompt, answer: '\u0003' })).code).toBe(130);
    expect((await inTerminal(['study', 'delete', 'doomed'], { prompt, answer: 'y\r' })).code).toBe(0);
    expect((await service.get('/v1/studies/doomed')).status).toBe(404);
  });
});

describe('Ctrl-C in the terminal of cavia run', () => {
  it('does not reach the program, which goes on to its end', async () => {
    await service.post('/v1/studies', {
      name: 'calm',
      space: { x: { type: 'float', low: 0, high: 1 } },
      objectives: [{ metric: 'loss', direction: 'minimize' }],
    });
    const script = "trap 'echo 666; exit' INT; i=0; while [ $i -lt 10 ]; do sleep 0.1; i=$((i + 1)); done; echo 0.5";
    const window = { prompt: 'trial 0 started', answer: '\u0003' };
    const { code, bytes } = await inTerminal(['run', 'calm', '--', 'sh', '-c', script], window);
    expect(code).toBe(130);
    expect(bytes).toContain('Taking no more trials; 1 program may run to the end. Ctrl-C again ends them.');
    expect(bytes).toContain('trial 0 loss=0.5 after');
  });
});
