import { describe, expect, test } from 'vitest';
import {
  drawer,
  durationText,
  finalReport,
  lookOf,
  plainLine,
  renderView,
  type FinalReport,
  type Snapshot,
} from '../../../local/demo/progress.ts';

const ESCAPE = '\u001b';
const plain80 = { columns: 80, color: false };
const params = {
  optimizer: 'sgd',
  learningRate: 0.0123456,
  momentum: 0.9123,
  batchSize: 32,
  hidden: 48,
  layers: 2,
  activation: 'relu',
  weightDecay: 0.0000123456,
  dropout: 0.2,
};
const { momentum: _, ...adamParams } = { ...params, optimizer: 'adam', learningRate: 0.5 };
const snapshot: Snapshot = {
  studyName: 'digits-mlp',
  elapsedSeconds: 12.4,
  trialsTotal: 60,
  complete: 17,
  running: 2,
  failed: 0,
  infeasible: 1,
  best: { number: 12, value: 0.0823456, params },
  recent: [
    { number: 16, state: 'infeasible', seconds: 0.2, params, worker: 'worker-12' },
    { number: 17, state: 'complete', value: 0.1034, seconds: 1.23, params, worker: 'worker-3' },
    { number: 18, state: 'running', seconds: 0.42, params, worker: 'worker-1' },
    { number: 19, state: 'running', value: 0.31, seconds: 0.9, params: adamParams, worker: 'worker-2' },
  ],
  etaSeconds: 75,
  defaultValue: 0.224,
};
const start: Snapshot = {
  studyName: 'digits-mlp',
  elapsedSeconds: 0,
  trialsTotal: 60,
  complete: 0,
  running: 0,
  failed: 0,
  infeasible: 0,
  recent: [],
};
const longSnapshot: Snapshot = {
  ...snapshot,
  studyName: 'n'.repeat(200),
  elapsedSeconds: 1e7,
  trialsTotal: 123456789,
  complete: 12345678,
  failed: 1234567,
  best: { number: 1e9, value: -1.23456e-300, params: { ['p'.repeat(64)]: 'x'.repeat(300), b: true } },
  recent: [
    {
      number: 1e9,
      state: 'running',
      value: 1e300,
      seconds: 1e6,
      params: { p: 'y'.repeat(99) },
      worker: 'w'.repeat(99),
    },
    { number: 1, state: 'complete', value: -1e-300, seconds: 9e9, params: { ...params, z: 1e-300 }, worker: '' },
  ],
  defaultValue: 1e300,
};

describe('renderView', () => {
  test('shows progress, the running and the finished trials, and the best so far', () => {
    expect(renderView(snapshot, plain80).join('\n')).toBe(
      `
███████░░░░░░░░░░░░░░░░░ 18/60  12 s  ETA 1 min 15 s
digits-mlp: 2 running, 1 infeasible

trial  state           value     time  worker    params
   19  running        0.3100    0.9 s  worker-2  adam lr=0.5 bs=32 hid=48 …
   18  running             -    0.4 s  worker-1  sgd lr=0.012 mom=0.91 bs=32 …
   17  complete       0.1034    1.2 s  worker-3  sgd lr=0.012 mom=0.91 bs=32 …
   16  infeasible          -    0.2 s  worker-…  sgd lr=0.012 mom=0.91 bs=32 …

best  0.08235 (trial 12), 63.2 % lower than the default
      optimizer sgd  learningRate 0.0123  momentum 0.912  batchSize 32
      hidden 48  layers 2  activation relu  weightDecay 1.23e-5  dropout 0.2
`.trim(),
    );
  });

  test('says that it waits before the first trial', () => {
    expect(renderView(start, plain80)).toEqual([
      '░░░░░░░░░░░░░░░░░░░░░░░░ 0/60  0.0 s',
      'digits-mlp: 0 running',
      '',
      'Waiting for the first trial.',
    ]);
  });

  test.each([60, 80, 100])('keeps to %i columns whatever the values', (columns) => {
    for (const shown of [snapshot, longSnapshot, start]) {
      for (const line of renderView(shown, { columns, color: false })) expect(line.length).toBeLessThanOrEqual(columns);
    }
  });

  test('colors whole lines and changes no text', () => {
    const colored = renderView(snapshot, { columns: 80, color: true });
    expect(colored[0]).toBe(`${ESCAPE}[1m███████░░░░░░░░░░░░░░░░░ 18/60  12 s  ETA 1 min 15 s${ESCAPE}[0m`);
    const codes = new RegExp(`${ESCAPE}\\[\\d+m`, 'g');
    expect(colored.map((line) => line.replaceAll(codes, ''))).toEqual(renderView(snapshot, plain80));
  });

  test('lets no name move the cursor', () => {
    const sly: Snapshot = {
      ...snapshot,
      studyName: `a${ESCAPE}[2Jb\n`,
      best: { number: 1, value: 1, params: { a: '\r' } },
    };
    const text = renderView(sly, plain80).join('');
    expect(text).toContain('a?[2Jb?');
    expect(text).not.toMatch(/\p{Cc}/u);
    expect(plainLine(sly)).not.toMatch(/\p{Cc}/u);
  });

  test('limits the table to the newest running and finished trials', () => {
    const recent = Array.from({ length: 40 }, (_, number) => ({
      number,
      state: number % 2 === 0 ? ('running' as const) : ('complete' as const),
      params: {},
      worker: 'w',
    }));
    const numbers = renderView({ ...start, recent }, plain80)
      .slice(4)
      .map((line) => Number(line.slice(0, 5)));
    expect(numbers).toEqual([38, 36, 34, 32, 30, 28, 26, 24, 39, 37, 35, 33, 31, 29]);
  });
});

describe('plainLine', () => {
  test('is one line of the same facts', () => {
    expect(plainLine(snapshot)).toBe(
      'digits-mlp: 18/60 finished, 17 complete, 1 infeasible, best 0.08235 (trial 12), 12 s, ETA 1 min 15 s',
    );
    expect(plainLine(start)).toBe('digits-mlp: 0/60 finished, 0 complete, 0.0 s');
  });
});

describe('durationText', () => {
  test.each([
    [-1, '0.0 s'],
    [0.04, '0.0 s'],
    [4.25, '4.3 s'],
    [9.96, '10 s'],
    [59.4, '59 s'],
    [59.6, '1 min 0 s'],
    [75, '1 min 15 s'],
    [3599.7, '1 h 0 min'],
    [3900, '1 h 5 min'],
  ])('writes %f seconds as %s', (seconds, text) => {
    expect(durationText(seconds)).toBe(text);
  });
});

describe('finalReport', () => {
  const report: FinalReport = {
    studyName: 'digits-mlp',
    metric: 'validation loss',
    complete: 57,
    failed: 0,
    infeasible: 3,
    totalSeconds: 42.3,
    best: { number: 12, value: 0.0823456, params },
    defaultValue: 0.224,
    bestTestError: 0.0279,
    defaultTestError: 0.0789,
    nextCommands: ['npm start', 'npm run demo -- --trials 200'],
  };

  test('shows the best configuration, the gain over the default and what to type next', () => {
    expect(finalReport(report, plain80)).toBe(
      `
digits-mlp finished in 42 s: 57 complete, 3 infeasible

Best configuration (trial 12)
  optimizer     sgd
  learningRate  0.01235
  momentum      0.9123
  batchSize     32
  hidden        48
  layers        2
  activation    relu
  weightDecay   1.235e-5
  dropout       0.2

                        best    default
  validation loss    0.08235     0.2240  0.1417 lower (63.2 %)
  test error          2.79 %     7.89 %  5.10 points lower (64.6 %)

Next:
  npm start
  npm run demo -- --trials 200
`.trimStart(),
    );
  });

  test('says so when the best is worse than the default, equal to it, or has none to compare', () => {
    const best = { number: 1, value: 0.3, params: {} };
    expect(finalReport({ ...report, best, defaultValue: 0.2 }, plain80)).toContain('0.1000 higher (50.0 %)');
    expect(finalReport({ ...report, best, defaultValue: 0.3 }, plain80)).toContain('0.3000     0.3000  equal\n');
    expect(finalReport({ ...report, best, defaultValue: undefined }, plain80)).toContain('0.3000          -\n');
    expect(finalReport({ ...report, best, defaultValue: 0 }, plain80)).toContain('0.3000 higher\n');
  });

  test('says that no trial completed', () => {
    const text = finalReport({ ...report, complete: 0, failed: 4, best: undefined, nextCommands: [] }, plain80);
    expect(text).toBe('digits-mlp finished in 42 s: 0 complete, 3 infeasible, 4 failed\n\nNo trial completed.\n');
  });

  test('keeps to 80 columns but never cuts a command', () => {
    const command = `curl ${'x'.repeat(100)}`;
    const lines = finalReport({ ...report, best: longSnapshot.best, nextCommands: [command] }, plain80).split('\n');
    expect(lines.filter((line) => line.length > 80)).toEqual([`  ${command}`]);
  });
});

describe('drawer', () => {
  test('redraws in place, each frame one write that shows the cursor again', () => {
    const stream = record({ isTTY: true, columns: 80, rows: 24 });
    const { draw, clear } = drawer(stream, { NO_COLOR: '1' });
    const frame = renderView(start, plain80)
      .map((line) => `${line}\n`)
      .join('');
    draw(start);
    draw(start);
    clear();
    expect(stream.writes).toEqual([
      `${ESCAPE}[?25l\r${ESCAPE}[J${frame}${ESCAPE}[?25h`,
      `${ESCAPE}[?25l${ESCAPE}[4A\r${ESCAPE}[J${frame}${ESCAPE}[?25h`,
      `${ESCAPE}[?25l${ESCAPE}[4A\r${ESCAPE}[J${ESCAPE}[?25h`,
    ]);
  });

  test('writes no color codes under NO_COLOR and some without it', () => {
    const colors = new RegExp(`${ESCAPE}\\[\\d+m`);
    expect(drawn({ NO_COLOR: '1' })).not.toMatch(colors);
    expect(drawn({})).toMatch(colors);
    expect(lookOf({ isTTY: true, columns: 90, write: () => true }, { NO_COLOR: '' })).toEqual({
      columns: 90,
      color: true,
    });
  });

  test('draws no more lines than the screen has', () => {
    const stream = record({ isTTY: true, columns: 80, rows: 4 });
    drawer(stream, {}).draw(snapshot);
    expect(stream.writes[0].split('\n').length).toBe(4);
  });

  test.each([{ isTTY: false }, { isTTY: true, env: { TERM: 'dumb' } }])(
    'writes a plain line for each change and no escape codes: %o',
    ({ isTTY, env = {} }) => {
      const stream = record({ isTTY });
      const { draw, clear } = drawer(stream, env);
      draw(start);
      draw({ ...start, elapsedSeconds: 1, running: 2 });
      draw(snapshot);
      draw({ ...snapshot, elapsedSeconds: 13 });
      clear();
      expect(stream.writes).toEqual([`${plainLine(start)}\n`, `${plainLine(snapshot)}\n`]);
      expect(stream.writes.join('')).not.toContain(ESCAPE);
    },
  );
});

function record(shape: { isTTY?: boolean; columns?: number; rows?: number }) {
  const writes: string[] = [];
  return { ...shape, writes, write: (text: string) => writes.push(text) };
}

function drawn(env: Record<string, string>): string {
  const stream = record({ isTTY: true, columns: 80, rows: 24 });
  drawer(stream, env).draw(snapshot);
  return stream.writes.join('');
}
